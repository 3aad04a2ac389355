//! What is allowed, and what it does: every transport goes through these functions.
//!
//! Plain Rust: no web and no actors here. Permission is the lookup itself: a function that needs a
//! room finds nothing where its reader may not see it. Checks live here and nowhere else.

mod access;
mod accounts;
mod arrivals;
mod credentials;
mod figures;
mod gather;
mod hashing;
mod invitations;
mod live_sessions;
mod marks;
mod members;
mod messages;
mod names;
mod passwords;
mod people;
mod presence;
mod rooms;
mod sessions;
mod tickets;
mod tokens;

use std::sync::Arc;

use shared::{Epoch, RoomId};

use crate::{
    Clock, Error,
    counter::Histogram,
    data_dir::Secret,
    store::{Change, Store},
};

pub use access::RoomRef;
pub use arrivals::Arrived;
pub use credentials::{Credential, SignedIn};
pub use figures::Figures;
pub use marks::MarkFlusher;
pub use passwords::PasswordCost;
pub use people::shown_user;
pub use presence::PresenceBoard;
pub use rooms::ListedRooms;
pub use sessions::{Login, Refreshed};

use arrivals::Arrivals;
use live_sessions::LiveSessions;
use marks::MarkBuffer;
use passwords::Passwords;
use tokens::Tokens;

/// Everything that decides. Shared by all workers.
pub struct Domain {
    store: Arc<dyn Store>,
    clock: Clock,
    tokens: Tokens,
    passwords: Passwords,
    live_sessions: LiveSessions,
    presence: PresenceBoard,
    marks: MarkBuffer,
    arrivals: Arrivals,
    /// How long messages waited for their acknowledgment.
    acks: Arc<Histogram>,
}

impl Domain {
    /// On a store, with the server's secret.
    pub fn new(store: Arc<dyn Store>, clock: Clock, secret: &Secret, cost: PasswordCost) -> Self {
        Self {
            tokens: Tokens::new(secret),
            passwords: Passwords::new(cost),
            live_sessions: LiveSessions::default(),
            presence: PresenceBoard::default(),
            marks: MarkBuffer::default(),
            arrivals: Arrivals::default(),
            acks: Arc::default(),
            store,
            clock,
        }
    }

    /// The store, for what needs no permission: its state and its end.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The store's life.
    pub fn epoch(&self) -> Epoch {
        self.store.epoch()
    }

    /// Where everybody is.
    pub fn lobby(&self) -> RoomId {
        self.store.lobby()
    }

    /// Who is connected, as the live side last said.
    pub fn presence(&self) -> &PresenceBoard {
        &self.presence
    }

    /// Learns from what was committed, here or on another server.
    pub fn observe(&self, change: &Change) {
        match change {
            Change::SessionEnded { session, .. } => {
                self.live_sessions.end(*session, self.clock.now());
            }
            Change::Gap => self.live_sessions.forget_live(),
            _ => {}
        }
    }

    /// Throws away what has run out; called every now and then.
    ///
    /// # Errors
    /// When the store cannot.
    pub async fn purge(&self) -> Result<(), Error> {
        let now = self.clock.now();
        self.live_sessions.purge(now);
        Ok(self.store.purge_expired(now).await?)
    }
}
