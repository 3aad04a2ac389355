//! A message as its last change left it, with the frames that tell of it once somebody needed them.

use std::sync::OnceLock;

use shared::{Message, RoomId, ServerFrame};

use crate::chat::frame::Frame;

/// What one entry weighs beside its text: the message, two frames' JSON of some 400 bytes each, the
/// maps' places.
const OVERHEAD: usize = 1_200;

/// One message of a room's recent log.
#[derive(Debug)]
pub struct Entry {
    /// As the change left it.
    pub message: Message,
    posted: OnceLock<Frame>,
    changed: OnceLock<Frame>,
}

impl Entry {
    /// Of a message, with no frames yet.
    pub fn new(message: Message) -> Self {
        Self {
            message,
            posted: OnceLock::new(),
            changed: OnceLock::new(),
        }
    }

    /// The frame for a client that knows the room's log up to `since`: the message is new to it,
    /// or known to it and changed. Made by `encode` the first time, for everybody alike.
    pub fn frame(
        &self,
        since: u64,
        encode: impl FnOnce(&ServerFrame, Option<(RoomId, u64)>) -> Frame,
    ) -> Frame {
        let Message { room, seq, rev, .. } = self.message;
        let is_new = seq > since;
        let place = if is_new { &self.posted } else { &self.changed };
        let frame = place.get_or_init(|| {
            let message = self.message.clone();
            let frame = if is_new {
                ServerFrame::MessagePosted { message }
            } else {
                ServerFrame::MessageChanged { message }
            };
            encode(&frame, Some((room, rev)))
        });
        frame.clone()
    }

    /// About how many bytes it holds, at most.
    pub fn weight(&self) -> usize {
        // The message's own text, and one in each frame.
        OVERHEAD + 3 * self.message.body().map_or(0, str::len)
    }
}
