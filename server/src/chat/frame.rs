//! A frame made once and shared by every socket and stream it goes to.

use bytes::{BufMut, Bytes, BytesMut};
use shared::{CloseCode, RoomId, ServerFrame};

const FIN_TEXT: u8 = 0x81;
const FIN_CLOSE: u8 = 0x88;
const FIN_PING: u8 = 0x89;

/// The header of a frame of 126 to 65,535 bytes, which nearly all are.
const COMMON_HEADER: usize = 4;

/// Room for a message of some sentences.
const ROOM: usize = 512;

/// What a frame says of a stream's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing.
    None,
    /// The stream begins.
    Ready,
    /// Everything of the room up to this number was sent with it.
    Log { room: RoomId, rev: u64 },
}

/// An encoded frame. Cloning it counts a reference and copies nothing.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    bytes: Bytes,
    header_len: usize,
    pub place: Place,
}

impl Frame {
    /// Encodes a frame as an unmasked WebSocket text frame (RFC 6455 §5.2), whose payload an SSE
    /// stream sends too.
    pub fn encode(frame: &ServerFrame, log: Option<(RoomId, u64)>) -> Self {
        let mut bytes = BytesMut::with_capacity(ROOM);
        let End {
            header_len, place, ..
        } = append(frame, log, &mut bytes);
        Self {
            bytes: bytes.freeze(),
            header_len,
            place,
        }
    }

    /// As a WebSocket sends it.
    pub fn ws(&self) -> &Bytes {
        &self.bytes
    }

    /// The same, for who keeps it.
    pub fn into_ws(self) -> Bytes {
        self.bytes
    }

    /// The JSON alone.
    pub fn json(&self) -> &[u8] {
        &self.bytes[self.header_len..]
    }
}

/// Where one of several frames ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    at: usize,
    header_len: usize,
    place: Place,
}

/// The frames that were appended one after the other.
pub(super) fn split(whole: &Bytes, ends: Vec<End>) -> impl Iterator<Item = Frame> {
    let mut start = 0;
    ends.into_iter().map(move |end| {
        let bytes = whole.slice(start..end.at);
        start = end.at;
        Frame {
            bytes,
            header_len: end.header_len,
            place: end.place,
        }
    })
}

/// Encodes a frame behind others.
pub(super) fn append(frame: &ServerFrame, log: Option<(RoomId, u64)>, into: &mut BytesMut) -> End {
    let start = into.len();
    // Most frames have a header of this length; the others are moved.
    into.put_bytes(0, COMMON_HEADER);
    if let Err(error) = serde_json::to_writer((&mut *into).writer(), frame) {
        // Every frame is plain data with text keys, which cannot fail to encode.
        tracing::error!(%error, "a frame could not be encoded");
        into.truncate(start + COMMON_HEADER);
        into.put_slice(br#"{"type":"error","code":"internal","message":"internal error"}"#);
    }
    let len = into.len() - start - COMMON_HEADER;
    let mut header = [FIN_TEXT, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let header_len = match (u8::try_from(len), u16::try_from(len)) {
        (Ok(len @ ..=125), _) => {
            header[1] = len;
            2
        }
        (_, Ok(len)) => {
            header[1] = 126;
            header[2..4].copy_from_slice(&len.to_be_bytes());
            4
        }
        _ => {
            header[1] = 127;
            header[2..].copy_from_slice(&(len as u64).to_be_bytes());
            10
        }
    };
    let json = start + COMMON_HEADER..into.len();
    if header_len > COMMON_HEADER {
        into.put_bytes(0, header_len - COMMON_HEADER);
    }
    into.copy_within(json, start + header_len);
    into.truncate(start + header_len + len);
    into[start..start + header_len].copy_from_slice(&header[..header_len]);
    let place = match (frame, log) {
        (ServerFrame::Ready { .. }, _) => Place::Ready,
        (ServerFrame::CaughtUp { room, head }, _) => Place::Log {
            room: *room,
            rev: *head,
        },
        (_, Some((room, rev))) => Place::Log { room, rev },
        _ => Place::None,
    };
    End {
        at: into.len(),
        header_len,
        place,
    }
}

/// A WebSocket ping without payload.
pub(super) const PING: [u8; 2] = [FIN_PING, 0];

/// A WebSocket close frame.
pub(super) fn close(code: CloseCode) -> [u8; 4] {
    let [high, low] = code.as_u16().to_be_bytes();
    [FIN_CLOSE, 2, high, low]
}

#[cfg(test)]
mod tests {
    use shared::ErrorCode;

    use super::*;

    fn frame_of(body_len: usize) -> Frame {
        let frame = ServerFrame::Error {
            code: ErrorCode::Internal,
            message: "x".repeat(body_len),
            field: None,
            client_id: None,
            retry_after_ms: None,
        };
        Frame::encode(&frame, None)
    }

    #[test]
    fn the_header_has_the_length_of_the_json_in_its_three_forms() {
        for (body_len, header_len) in [(1, 2), (1_000, 4), (70_000, 10)] {
            let frame = frame_of(body_len);
            assert_eq!(
                frame.ws().len() - frame.json().len(),
                header_len,
                "{body_len}"
            );
            let said = match header_len {
                2 => usize::from(frame.ws()[1]),
                4 => usize::from(u16::from_be_bytes([frame.ws()[2], frame.ws()[3]])),
                _ => usize::try_from(u64::from_be_bytes(frame.ws()[2..10].try_into().unwrap()))
                    .unwrap(),
            };
            assert_eq!(said, frame.json().len(), "{body_len}");
        }
    }

    #[test]
    fn a_close_frame_has_its_code() {
        assert_eq!(close(CloseCode::TooSlow), [0x88, 2, 0x0f, 0xa8]);
    }
}
