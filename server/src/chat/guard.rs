//! Refuses a WebSocket frame by its announced length, before any of it is buffered.
//!
//! actix-http's codec checks the size of a frame only when all of it has arrived, so a client that
//! announces gigabytes and streams them grows the server without limit.

use std::{
    cell::Cell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_core::Stream;

/// Reads frame headers as they pass (RFC 6455 §5.2).
#[derive(Debug, Default)]
pub struct HeaderReader {
    header: [u8; 14],
    have: usize,
    /// Payload bytes of the current frame still to pass.
    payload: u64,
    /// Frames whose last byte has passed.
    ended: usize,
    /// What comes after a frame that is too long is no header.
    is_refused: bool,
}

/// A frame longer than allowed was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

impl HeaderReader {
    /// Passes bytes.
    ///
    /// # Errors
    /// [`TooLong`] as soon as a header announces more than `max` bytes, and ever after.
    pub fn pass(&mut self, mut bytes: &[u8], max: u64) -> Result<(), TooLong> {
        if self.is_refused {
            return Err(TooLong);
        }
        while !bytes.is_empty() {
            if self.payload > 0 {
                let passed = self.payload.min(bytes.len() as u64);
                self.payload -= passed;
                self.ended += usize::from(self.payload == 0);
                bytes = &bytes[usize::try_from(passed).unwrap_or(bytes.len())..];
                continue;
            }
            self.header[self.have] = bytes[0];
            self.have += 1;
            bytes = &bytes[1..];
            if let Some(len) = self.announced() {
                if len > max {
                    self.is_refused = true;
                    return Err(TooLong);
                }
                self.payload = len;
                self.ended += usize::from(len == 0);
                self.have = 0;
            }
        }
        Ok(())
    }

    /// The payload's length, once the whole header is here.
    fn announced(&self) -> Option<u64> {
        let [_, second, rest @ ..] = &self.header;
        let mask_len = if self.have > 1 && second & 0x80 != 0 {
            4
        } else {
            0
        };
        let (length_len, len) = match second & 0x7f {
            126 => (2, u64::from(u16::from_be_bytes([rest[0], rest[1]]))),
            127 => {
                let mut len = [0; 8];
                len.copy_from_slice(&rest[..8]);
                (8, u64::from_be_bytes(len))
            }
            short => (0, u64::from(short)),
        };
        (self.have > 1 && self.have == 2 + length_len + mask_len).then_some(len)
    }
}

/// Frames that have passed and were not handled yet. Nothing more is read until there are none: a
/// client that talks faster than it is heard fills its own kernel's memory, not ours.
#[derive(Debug, Clone, Default)]
pub(super) struct Unhandled(Rc<Cell<usize>>);

impl Unhandled {
    /// One was handled.
    pub fn take_one(&self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

/// What a client says, guarded.
pub(super) struct FrameGuard<S> {
    payload: S,
    reader: HeaderReader,
    max: u64,
    unhandled: Unhandled,
}

impl<S> FrameGuard<S> {
    /// Lets frames of at most `max` bytes pass, when those before them were handled.
    pub fn new(payload: S, max: usize, unhandled: Unhandled) -> Self {
        Self {
            payload,
            reader: HeaderReader::default(),
            max: max as u64,
            unhandled,
        }
    }
}

impl<S> Stream for FrameGuard<S>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // Whoever takes frames asks again after each: nobody need be woken.
        if self.unhandled.0.get() > 0 && !self.reader.is_refused {
            return Poll::Pending;
        }
        loop {
            let polled = Pin::new(&mut self.payload).poll_next(cx);
            let Poll::Ready(Some(Ok(bytes))) = &polled else {
                return polled;
            };
            let (max, was_refused) = (self.max, self.reader.is_refused);
            match self.reader.pass(bytes, max) {
                Ok(()) => {
                    let ended = std::mem::take(&mut self.reader.ended);
                    self.unhandled.0.set(ended);
                    return polled;
                }
                // Read and dropped, so that the close gets through to who is still sending: unread
                // data would turn it into a reset.
                Err(TooLong) if was_refused => {}
                Err(TooLong) => return Poll::Ready(Some(Err(PayloadError::Overflow))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(len: u64, is_masked: bool) -> Vec<u8> {
        let mask = if is_masked { 0x80 } else { 0 };
        let mut bytes = vec![0x81];
        match len {
            0..=125 => bytes.push(mask | u8::try_from(len).unwrap()),
            126..=0xffff => {
                bytes.push(mask | 0x7e);
                bytes.extend(u16::try_from(len).unwrap().to_be_bytes());
            }
            _ => {
                bytes.push(mask | 0x7f);
                bytes.extend(len.to_be_bytes());
            }
        }
        if is_masked {
            bytes.extend([1, 2, 3, 4]);
        }
        bytes
    }

    #[test]
    fn an_announced_giant_is_refused_at_its_header() {
        for len in [101, 200, 70_000, 8 << 30, u64::MAX] {
            for is_masked in [true, false] {
                let mut reader = HeaderReader::default();
                assert_eq!(
                    reader.pass(&frame(len, is_masked), 100),
                    Err(TooLong),
                    "{len}"
                );
            }
        }
    }

    #[test]
    fn what_was_read_is_handled_before_more_is_read() {
        let unhandled = Unhandled::default();
        let two = [frame(0, true), frame(1, true), vec![7]].concat();
        // The second frame's last byte comes later, with a third.
        let (begun, rest) = two.split_at(two.len() - 1);
        let rest = [rest, &frame(0, true)].concat();
        let pieces = [Bytes::copy_from_slice(begun), Bytes::from(rest)].map(Ok);
        let stream = futures_util::stream::iter(pieces);
        let mut guard = FrameGuard::new(stream, 100, unhandled.clone());
        let mut next = || {
            let mut cx = Context::from_waker(std::task::Waker::noop());
            Pin::new(&mut guard).poll_next(&mut cx)
        };
        assert!(matches!(next(), Poll::Ready(Some(Ok(_)))));
        assert!(next().is_pending(), "the first frame waits");
        unhandled.take_one();
        assert!(matches!(next(), Poll::Ready(Some(Ok(_)))));
        unhandled.take_one();
        assert!(next().is_pending(), "the third frame waits");
        unhandled.take_one();
        assert!(matches!(next(), Poll::Ready(None)));
    }

    #[test]
    fn who_was_refused_is_not_heard_again() {
        let mut reader = HeaderReader::default();
        assert_eq!(reader.pass(&frame(8 << 30, true), 100), Err(TooLong));
        assert_eq!(reader.pass(&[0; 1_000], 100), Err(TooLong));
    }

    #[test]
    fn allowed_frames_pass_however_they_are_cut() {
        let mut stream = Vec::new();
        for len in [0_u64, 1, 125, 126, 300, 100] {
            stream.extend(frame(len, true));
            stream.extend(std::iter::repeat_n(0xff, usize::try_from(len).unwrap()));
        }
        for step in 1..stream.len() {
            let mut reader = HeaderReader::default();
            for piece in stream.chunks(step) {
                assert_eq!(reader.pass(piece, 300), Ok(()), "cut every {step} bytes");
            }
            let too_long = reader.pass(&frame(301, true), 300);
            assert_eq!(
                too_long,
                Err(TooLong),
                "the reader kept its place, step {step}"
            );
        }
    }
}
