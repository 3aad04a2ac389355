//! Frames for the same people, made once and kept together: a group commit of many messages is
//! one piece of memory, and reaches a socket in one write.

use bytes::{Bytes, BytesMut};
use shared::{Message, RoomId, ServerFrame};

use super::frame::{self, Frame};

/// Bytes beyond which a new burst is begun: a fraction of what an outbox takes.
const MAX_BYTES: usize = 64 * 1024;

/// One or more frames for one audience, in order.
#[derive(Debug)]
pub(super) struct Burst {
    whole: Bytes,
    room: Option<RoomId>,
    parts: Vec<Part>,
}

/// A frame of a burst.
#[derive(Debug)]
pub(super) struct Part {
    pub frame: Frame,
    /// The new message that it carries: its author's connection may be waiting to hear that it was
    /// accepted.
    pub sent: Option<Box<Message>>,
}

impl Burst {
    /// All frames, as a WebSocket sends them.
    pub fn ws(&self) -> &Bytes {
        &self.whole
    }

    /// The room whose log its frames have places in, where they have any.
    pub fn room(&self) -> Option<RoomId> {
        self.room
    }

    /// Each frame.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
}

/// A burst that is being made.
#[derive(Debug, Default)]
pub(super) struct BurstBuilder {
    bytes: BytesMut,
    room: Option<RoomId>,
    ends: Vec<frame::End>,
    sent: Vec<Option<Box<Message>>>,
}

impl BurstBuilder {
    /// Whether a frame with this place belongs into another burst: this one is large enough, or
    /// another room's.
    pub fn is_done(&self, log: Option<(RoomId, u64)>) -> bool {
        let is_other = |(room, _)| self.room.is_some_and(|own| own != room);
        self.bytes.len() >= MAX_BYTES || log.is_some_and(is_other)
    }

    /// Encodes a frame.
    pub fn add(&mut self, frame: ServerFrame, log: Option<(RoomId, u64)>) {
        self.room = self.room.or(log.map(|(room, _)| room));
        self.ends.push(frame::append(&frame, log, &mut self.bytes));
        self.sent.push(match frame {
            ServerFrame::MessagePosted { message } => Some(Box::new(message)),
            _ => None,
        });
    }

    /// What was added.
    pub fn finish(self) -> Burst {
        let whole = self.bytes.freeze();
        let frames = frame::split(&whole, self.ends);
        let parts = frames
            .zip(self.sent)
            .map(|(frame, sent)| Part { frame, sent })
            .collect();
        Burst {
            whole,
            room: self.room,
            parts,
        }
    }
}
