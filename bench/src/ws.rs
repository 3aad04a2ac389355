//! WebSocket frames, as far as a client of fan-out servers needs them (RFC 6455 §5.2).
//!
//! Strict on purpose: what no measured server has a reason to send (fragments, reserved bits, masks)
//! is a fault of the run and not something to be patient with.

/// The opcode of a text frame.
pub const TEXT: u8 = 0x1;
/// The opcode of a close frame.
pub const CLOSE: u8 = 0x8;
/// The opcode of a ping.
pub const PING: u8 = 0x9;
/// The opcode of a pong.
pub const PONG: u8 = 0xA;

const FIN: u8 = 0x80;
const MASKED: u8 = 0x80;
/// The length follows in two bytes.
const LENGTH_16: u8 = 0x7E;
/// The length follows in eight bytes.
const LENGTH_64: u8 = 0x7F;

/// Not zero, so that the server has to unmask for real; fixed, since nobody here attacks a proxy.
const MASK: [u8; 4] = [0x12, 0x34, 0x56, 0x78];

/// A whole frame.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What it is.
    pub opcode: u8,
    /// Its bytes, unmasked.
    pub payload: &'a [u8],
}

/// What is no frame of a server here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A part of a message, or bits that an extension would use.
    #[error("a frame begins with {0:#04x}: a fragment, or an extension nobody agreed on")]
    FirstByte(u8),
    /// Servers send unmasked, clients masked.
    #[error("a frame is masked the wrong way")]
    Mask,
    /// More than memory.
    #[error("a frame announces {0} bytes")]
    Length(u64),
}

struct Header {
    opcode: u8,
    is_masked: bool,
    /// Where the payload begins, but for the mask.
    begins_at: usize,
    /// The payload's.
    length: usize,
}

/// The header that `bytes` begin with; None where more must come.
fn header(bytes: &[u8]) -> Result<Option<Header>, FrameError> {
    let [first, second, ..] = *bytes else {
        return Ok(None);
    };
    // The upper half is FIN and the three reserved bits.
    if first & 0xF0 != FIN {
        return Err(FrameError::FirstByte(first));
    }
    let (begins_at, length) = match second & !MASKED {
        LENGTH_16 => match bytes.get(2..4).and_then(|length| length.try_into().ok()) {
            Some(length) => (4, u64::from(u16::from_be_bytes(length))),
            None => return Ok(None),
        },
        LENGTH_64 => match bytes.get(2..10).and_then(|length| length.try_into().ok()) {
            Some(length) => (10, u64::from_be_bytes(length)),
            None => return Ok(None),
        },
        short => (2, u64::from(short)),
    };
    // No frame here is longer than a page of history.
    let fits = u32::try_from(length).ok();
    let length = fits
        .and_then(|length| usize::try_from(length).ok())
        .ok_or(FrameError::Length(length))?;
    Ok(Some(Header {
        opcode: first & 0x0F,
        is_masked: second & MASKED != 0,
        begins_at,
        length,
    }))
}

/// The first whole frame of a server in `bytes`, and the bytes after it; None where more must come.
///
/// # Errors
/// [`FrameError`]: the rest of the stream cannot be understood.
pub fn split(bytes: &[u8]) -> Result<Option<(Frame<'_>, &[u8])>, FrameError> {
    let Some(header) = header(bytes)? else {
        return Ok(None);
    };
    if header.is_masked {
        return Err(FrameError::Mask);
    }
    let end = header.begins_at + header.length;
    if bytes.len() < end {
        return Ok(None);
    }
    let frame = Frame {
        opcode: header.opcode,
        payload: &bytes[header.begins_at..end],
    };
    Ok(Some((frame, &bytes[end..])))
}

/// The opcode and payload of a client's first whole frame in `bytes`, unmasked there, and how many
/// bytes it takes; None where more must come.
///
/// # Errors
/// [`FrameError`]: the rest of the stream cannot be understood.
pub fn unmask_first(bytes: &mut [u8]) -> Result<Option<(Frame<'_>, usize)>, FrameError> {
    let Some(header) = header(bytes)? else {
        return Ok(None);
    };
    if !header.is_masked {
        return Err(FrameError::Mask);
    }
    let begin = header.begins_at + MASK.len();
    let end = begin + header.length;
    if bytes.len() < end {
        return Ok(None);
    }
    let (head, rest) = bytes.split_at_mut(begin);
    let mask = &head[header.begins_at..];
    let payload = &mut rest[..header.length];
    for (place, byte) in payload.iter_mut().enumerate() {
        *byte ^= mask[place % MASK.len()];
    }
    let opcode = header.opcode;
    Ok(Some((Frame { opcode, payload }, end)))
}

/// Appends a client's frame.
pub fn put_masked(opcode: u8, payload: &[u8], out: &mut Vec<u8>) {
    put_header(opcode, payload.len(), MASKED, out);
    out.extend_from_slice(&MASK);
    let masks = MASK.iter().cycle();
    out.extend(payload.iter().zip(masks).map(|(byte, mask)| byte ^ mask));
}

/// Appends a server's frame.
pub fn put_plain(opcode: u8, payload: &[u8], out: &mut Vec<u8>) {
    put_header(opcode, payload.len(), 0, out);
    out.extend_from_slice(payload);
}

fn put_header(opcode: u8, length: usize, mask_bit: u8, out: &mut Vec<u8>) {
    out.push(FIN | opcode);
    if let (Ok(short), true) = (u8::try_from(length), length < 126) {
        out.push(mask_bit | short);
    } else if let Ok(length) = u16::try_from(length) {
        out.push(mask_bit | LENGTH_16);
        out.extend_from_slice(&length.to_be_bytes());
    } else {
        out.push(mask_bit | LENGTH_64);
        out.extend_from_slice(&(length as u64).to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_whole_or_not_there_yet_at_every_length() {
        for length in [0, 1, 125, 126, 200, 65_535, 65_536] {
            let payload = vec![b'x'; length];
            let mut bytes = Vec::new();
            put_plain(TEXT, &payload, &mut bytes);
            let whole = split(&bytes).unwrap().expect("whole");
            assert_eq!(whole.0.payload, payload, "{length}");
            assert!(whole.1.is_empty(), "{length}");
            for end in (0..bytes.len()).step_by(997).chain([bytes.len() - 1]) {
                assert_eq!(split(&bytes[..end]), Ok(None), "{length} cut at {end}");
            }
        }
    }

    #[test]
    fn a_masked_frame_is_read_as_it_was_written() {
        for length in [0, 5, 126, 70_000] {
            let payload = vec![b'y'; length];
            let mut bytes = Vec::new();
            put_masked(TEXT, &payload, &mut bytes);
            bytes.push(0x81);
            let whole = bytes.len() - 1;
            let (frame, used) = unmask_first(&mut bytes).unwrap().expect("whole");
            assert_eq!((frame.payload, used), (&payload[..], whole), "{length}");
        }
    }

    #[test]
    fn what_no_server_here_sends_is_refused() {
        for (bytes, error) in [
            (&[0x01, 0x00][..], FrameError::FirstByte(0x01)),
            (&[0xC1, 0x00], FrameError::FirstByte(0xC1)),
            (&[0x81, 0x80], FrameError::Mask),
            (
                &[0x81, 127, 1, 0, 0, 0, 0, 0, 0, 0],
                FrameError::Length(1 << 56),
            ),
        ] {
            assert_eq!(split(bytes), Err(error), "{bytes:?}");
        }
    }
}
