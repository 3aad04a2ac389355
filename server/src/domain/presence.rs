//! Who is connected, for answers: written by the live side, read by everybody.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use shared::{PresenceState, UserId};

/// The state of everybody who is not offline. As large as the number of people connected.
#[derive(Debug, Default)]
pub struct PresenceBoard(RwLock<HashMap<UserId, PresenceState>>);

impl PresenceBoard {
    /// Somebody's state.
    pub fn of(&self, user: UserId) -> PresenceState {
        let board = self.0.read().unwrap_or_else(PoisonError::into_inner);
        board.get(&user).copied().unwrap_or(PresenceState::Offline)
    }

    /// Everybody who is online or away, in no particular order.
    pub fn connected(&self) -> Vec<UserId> {
        let board = self.0.read().unwrap_or_else(PoisonError::into_inner);
        board.keys().copied().collect()
    }

    /// From the live side: somebody's state changed.
    pub fn set(&self, user: UserId, state: PresenceState) {
        let mut board = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match state {
            PresenceState::Offline => board.remove(&user),
            PresenceState::Online | PresenceState::Away => board.insert(user, state),
        };
    }
}
