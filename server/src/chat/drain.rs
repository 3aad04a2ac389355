//! A graceful end: tell every client when to come back, then let it go.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use shared::{CloseCode, ServerFrame};

use super::{Worker, session::Session};

/// Clients come back spread over so many ms, so that they do not come all at once.
const SPREAD_MS: u64 = 2_000;
/// The first of them after so many ms: a restart takes a moment.
const FIRST_MS: u64 = 500;

/// Whether the server is stopping. Clones agree.
#[derive(Debug, Clone, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// From now on it is.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is.
    pub fn is_draining(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Worker {
    /// Closes every session of this worker with a hint when to come back.
    pub(super) fn drain(&self) {
        for session in self.shard.borrow().sessions() {
            session.send_away();
        }
    }
}

impl Session {
    /// Closes the connection with a hint when to come back.
    pub(super) fn send_away(&self) {
        // Any spreading does: the serials of a worker follow one another.
        let retry_after_ms = FIRST_MS + (self.id.serial * 37) % SPREAD_MS;
        self.send(&ServerFrame::Draining { retry_after_ms });
        self.close(CloseCode::Restarting);
    }
}
