//! A frame made once and shared by every socket and stream it goes to.

use bytes::{BufMut, Bytes, BytesMut};
use shared::{CloseCode, RoomId, ServerFrame};

const FIN_TEXT: u8 = 0x81;
const FIN_CLOSE: u8 = 0x88;
const FIN_PING: u8 = 0x89;

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
        let json = serde_json::to_vec(frame).unwrap_or_else(|error| {
            // Every frame is plain data with text keys, which cannot fail to encode.
            tracing::error!(%error, "a frame could not be encoded");
            br#"{"type":"error","code":"internal","message":"internal error"}"#.to_vec()
        });
        let place = match (frame, log) {
            (ServerFrame::Ready { .. }, _) => Place::Ready,
            (ServerFrame::CaughtUp { room, head }, _) => Place::Log {
                room: *room,
                rev: *head,
            },
            (_, Some((room, rev))) => Place::Log { room, rev },
            _ => Place::None,
        };
        let mut bytes = BytesMut::with_capacity(json.len() + 10);
        bytes.put_u8(FIN_TEXT);
        match (u8::try_from(json.len()), u16::try_from(json.len())) {
            (Ok(len @ ..=125), _) => bytes.put_u8(len),
            (_, Ok(len)) => {
                bytes.put_u8(126);
                bytes.put_u16(len);
            }
            _ => {
                bytes.put_u8(127);
                bytes.put_u64(json.len() as u64);
            }
        }
        let header_len = bytes.len();
        bytes.put_slice(&json);
        Self {
            bytes: bytes.freeze(),
            header_len,
            place,
        }
    }

    /// As a WebSocket sends it.
    pub fn ws(&self) -> Bytes {
        self.bytes.clone()
    }

    /// The JSON alone.
    pub fn json(&self) -> &[u8] {
        &self.bytes[self.header_len..]
    }

    /// What it weighs in a queue.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// A WebSocket ping without payload.
pub(super) const PING: Bytes = Bytes::from_static(&[FIN_PING, 0]);

/// A WebSocket close frame.
pub(super) fn close(code: CloseCode) -> Bytes {
    let [high, low] = code.as_u16().to_be_bytes();
    Bytes::copy_from_slice(&[FIN_CLOSE, 2, high, low])
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
        assert_eq!(&close(CloseCode::TooSlow)[..], &[0x88, 2, 0x0f, 0xa8]);
    }
}
