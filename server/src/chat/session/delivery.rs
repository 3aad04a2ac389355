//! How frames get from the fan-out to the wire.

use super::{Carrier, Session};
use crate::chat::{
    burst::Burst,
    frame::{Frame, Place},
    outbox::Flushed,
};

impl Session {
    /// Frames from the fan-out: queued, or held while their room is resumed. Whoever delivers
    /// flushes when all deliveries of the turn are done.
    pub fn deliver(&self, burst: &Burst) {
        if self.takes_whole(burst) {
            self.outbox.borrow_mut().push_raw(burst.ws().clone());
            return;
        }
        for part in burst.parts() {
            if let Some(message) = &part.sent
                && message.author == self.user()
            {
                self.accept(message);
            }
            self.deliver_frame(&part.frame);
        }
    }

    /// As [`deliver`](Self::deliver), and flushes.
    pub fn deliver_now(&self, burst: &Burst) {
        if self.takes_whole(burst) {
            let flushed = self.outbox.borrow_mut().send(burst.ws());
            self.note(flushed);
        } else {
            self.deliver(burst);
            self.flush();
        }
    }

    /// Whether no frame of it needs a look: none of its room's is held or was told, and none is
    /// the answer to a send. Nearly always so.
    fn takes_whole(&self, burst: &Burst) -> bool {
        self.carrier == Carrier::Socket
            && self.sending.borrow().is_empty()
            && burst.room().is_none_or(|room| {
                !self.holds.borrow().has(room) && !self.told.borrow().contains_key(&room)
            })
    }

    pub fn deliver_frame(&self, frame: &Frame) {
        if let Place::Log { room, rev } = frame.place {
            if self.holds.borrow_mut().push(room, rev, frame) {
                return;
            }
            if self.was_told(room, rev) {
                return;
            }
        }
        self.outbox.borrow_mut().push(frame.clone());
    }

    /// Sends what waits: over the wire now, or else by the connection in its turn.
    pub fn flush(&self) {
        let flushed = self.outbox.borrow_mut().flush();
        self.note_drain();
        self.note(flushed);
    }

    fn note(&self, flushed: Flushed) {
        match flushed {
            Flushed::All | Flushed::StillBlocked => {}
            Flushed::Blocked | Flushed::NoWire | Flushed::Over => self.wake(),
        }
    }

    /// Gives the connection a turn.
    pub fn wake(&self) {
        let waker = self.outbox.borrow_mut().take_waker();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
