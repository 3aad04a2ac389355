//! What servers on one store tell each other and nobody keeps: who is connected where, who is
//! writing. It may be lost and heals by itself; what must not be lost is the store's feed.

use serde::{Deserialize, Serialize};
use shared::{PresenceState, RoomId, UserId};
use tokio::sync::mpsc;
use uuid::Uuid;

/// One running server, for as long as it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerId(pub Uuid);

/// What one server knows of somebody by their connections to it.
///
/// Not what others see ([`PresenceState`]): whoever is invisible on one server must be hidden by
/// all, although their connections to another say that they are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Connected and active lately.
    Online,
    /// Connected, without input for a while.
    Away,
    /// Connected, and does not want to be seen.
    Invisible,
    /// Not connected, for longer than the grace.
    Offline,
}

impl Availability {
    /// How somebody looks of whom several servers say this: hidden where one says so, else the
    /// best of it.
    pub fn seen_together(all: impl IntoIterator<Item = Self>) -> PresenceState {
        let mut seen = PresenceState::Offline;
        for one in all {
            match (one, seen) {
                (Self::Invisible, _) => return PresenceState::Offline,
                (Self::Online, _) => seen = PresenceState::Online,
                (Self::Away, PresenceState::Offline) => seen = PresenceState::Away,
                (Self::Away | Self::Offline, _) => {}
            }
        }
        seen
    }
}

/// What another server said. Never this one's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// Somebody's connections to that server. Saying it again is harmless.
    Presence {
        /// Which server says so.
        server: ServerId,
        /// Who.
        user: UserId,
        /// What it knows of them.
        availability: Availability,
    },
    /// A server ended or was not heard of for too long: nobody is connected to it any more.
    ///
    /// Whoever is connected nowhere else is offline at once, so it is to be said no sooner than
    /// people need to come back elsewhere, a server that stops in good order included: being
    /// missed for a few seconds is their grace.
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
    /// What this server knows of somebody by their connections to it. Of several calls for one
    /// person the last counts; a server that comes later is to hear it too.
    fn show(&self, user: UserId, availability: Availability);

    /// Somebody connected to this server is writing.
    fn typing(&self, room: RoomId, user: UserId);
}

/// What the other servers said, in the order each said it. Bounded: who is slow to read is told
/// later, of each person the last.
pub type Signals = mpsc::Receiver<Vec<Signal>>;

/// The bus of a store that one server has to itself.
#[derive(Debug, Clone, Copy)]
pub struct Alone;

impl Bus for Alone {
    fn show(&self, _: UserId, _: Availability) {}

    fn typing(&self, _: RoomId, _: UserId) {}
}

impl Alone {
    /// Nobody to talk to, nothing to hear: the signals have ended.
    pub fn signals() -> Signals {
        mpsc::channel(1).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_who_hides_is_hidden_else_the_best_counts() {
        use Availability::{Away, Invisible, Offline, Online};
        for (all, seen) in [
            (&[][..], PresenceState::Offline),
            (&[Offline, Away], PresenceState::Away),
            (&[Away, Online, Offline], PresenceState::Online),
            (&[Online, Away], PresenceState::Online),
            (&[Online, Invisible], PresenceState::Offline),
        ] {
            let together = Availability::seen_together(all.iter().copied());
            assert_eq!(together, seen, "{all:?}");
        }
    }
}
