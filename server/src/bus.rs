//! What servers on one store tell each other and nobody keeps: who is connected where, who is
//! writing. It may be lost and heals by itself; what must not be lost is the store's feed.

use shared::{PresenceState, RoomId, UserId};
use tokio::sync::mpsc;
use uuid::Uuid;

/// One running server, for as long as it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerId(pub Uuid);

/// What another server said. Never this one's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// How somebody looks by their connections to that server; offline: by none.
    Presence {
        /// Which server says so.
        server: ServerId,
        /// Who.
        user: UserId,
        /// How they look there.
        state: PresenceState,
    },
    /// A server ended or was not heard of for too long: nobody is connected to it any more.
    ServerGone(ServerId),
    /// Somebody connected elsewhere is writing.
    Typing {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
    },
}

/// The way to the other servers. Nothing here waits or fails: what cannot be sent now is sent
/// later where it still means something (presence), or never (typing).
pub trait Bus: Send + Sync {
    /// How somebody looks by their connections to this server; offline: by none. Of several calls
    /// for one person the last counts.
    fn show(&self, user: UserId, state: PresenceState);

    /// Somebody connected to this server is writing.
    fn typing(&self, room: RoomId, user: UserId);
}

/// What the other servers said, in the order each said it.
pub type Signals = mpsc::Receiver<Vec<Signal>>;

/// The bus of a store that one server has to itself.
#[derive(Debug, Clone, Copy)]
pub struct Alone;

impl Bus for Alone {
    fn show(&self, _: UserId, _: PresenceState) {}

    fn typing(&self, _: RoomId, _: UserId) {}
}

impl Alone {
    /// Nobody to talk to, nothing to hear: the signals have ended.
    pub fn signals() -> Signals {
        mpsc::channel(1).1
    }
}
