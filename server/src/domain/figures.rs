//! How full what is bounded here is, for the operator.

use super::Domain;
use crate::counter::Times;

/// Of one server.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// From the arrival of messages until they were durable.
    pub acks: Times,
    /// Logins that are remembered.
    pub sessions: usize,
    /// Passwords that were hashed or compared.
    pub hashes: u64,
    /// Passwords that are being hashed or wait for it.
    pub hashes_waiting: usize,
    /// Marks that wait to be written.
    pub marks_waiting: usize,
}

impl Domain {
    /// As they are now.
    pub fn figures(&self) -> Figures {
        Figures {
            acks: self.acks.read(),
            sessions: self.live_sessions.len(),
            hashes: self.passwords.done(),
            hashes_waiting: self.passwords.waiting(),
            marks_waiting: self.marks.len(),
        }
    }
}
