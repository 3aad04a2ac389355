//! A client that reads nothing for now.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_web::rt::time::{Instant, Sleep, sleep};

use super::wire::Wire;

/// A client whose kernel takes nothing for so long is let go, and resumes when it can.
pub(super) const PATIENCE: Duration = Duration::from_secs(8);

/// The wait for room in the kernel's send buffer. Made when it is full, so that a client that
/// reads costs no timer.
pub(super) struct Stall {
    ends_at: Pin<Box<Sleep>>,
    taken: u64,
}

impl Stall {
    /// Begins now.
    pub fn new() -> Self {
        Self {
            ends_at: Box::pin(sleep(PATIENCE)),
            taken: 0,
        }
    }

    /// Whether to try again, when there may be room; false when patience is over. `taken` tells
    /// progress: it has grown when the kernel took something since the last call.
    pub fn poll_end(&mut self, wire: &Wire, taken: u64, cx: &mut Context<'_>) -> Poll<bool> {
        if taken > self.taken {
            self.taken = taken;
            self.ends_at.as_mut().reset(Instant::now() + PATIENCE);
        }
        if self.ends_at.as_mut().poll(cx).is_ready() {
            return Poll::Ready(false);
        }
        Poll::Ready(ready!(wire.poll_room(cx)).is_ok())
    }
}
