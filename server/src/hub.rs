//! Who is connected and who hears what: a plain value, event in, effects out.
//!
//! It does no I/O, never waits and reads no clock: times come with the events, in ms. It knows the
//! people who are connected, here or to another server on the same store, and the rooms they are
//! in, and nothing of the others; what must last is the store's. The `ChatServer` actor is its
//! mailbox.

mod changes;
mod effect;
mod elsewhere;
mod gap;
mod marks;
mod people;
mod places;
mod presence;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use shared::{Activity, PresenceState, RoomId, SessionId, UserId};

pub use effect::{Audience, ConnId, Effect};
pub use people::{Hello, Leaving, NotReady};

use crate::bus::{Availability, ServerId};

use elsewhere::Elsewhere;
use marks::MarkThrottle;
use presence::Announcer;

/// Milliseconds, as the caller counts them.
pub type Millis = i64;

/// Everything live.
#[derive(Debug, Default)]
pub struct Hub {
    conns: HashMap<ConnId, Conn>,
    people: HashMap<UserId, Person>,
    rooms: HashMap<RoomId, LiveRoom>,
    announcer: Announcer,
    marks: MarkThrottle,
    elsewhere: Elsewhere,
    /// How many connections are being made.
    joining: usize,
    /// The last changes of rooms that nobody here is in, while connections are being made: they
    /// may turn out to be in them, with a head read before.
    unheard: HashMap<RoomId, u64>,
}

/// One socket or stream.
#[derive(Debug)]
struct Conn {
    user: UserId,
    session: SessionId,
    activity: Activity,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Its rooms are being read from the store.
    Joining {
        since: Moves,
        /// The feed lost something meanwhile.
        has_missed: bool,
    },
    Ready,
}

/// What happened to somebody's rooms while they were being read, in order: (room, is in it).
type Moves = Vec<(RoomId, bool)>;

/// Somebody who is connected somewhere, or was here until a moment ago.
#[derive(Debug)]
struct Person {
    conns: Vec<ConnId>,
    /// What their connections here say together, as the other servers were told last. It outlives
    /// them by the grace: a reload would show an invisible person for a moment otherwise.
    here: Availability,
    /// What other servers say of them, each once and never offline.
    elsewhere: Vec<(ServerId, Availability)>,
    rooms: HashSet<RoomId>,
    knowledge: Knowledge,
    /// What the others were told last.
    shown: PresenceState,
    /// Without a connection here: when the others are told.
    leaves_at: Option<Millis>,
    /// Was there before we were: the others are told without a notice of arrival.
    was_there: bool,
}

/// What is known of somebody's rooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Knowledge {
    /// Nothing: nobody is told of them until their rooms are read.
    None,
    /// What they were before the feed lost something.
    Stale,
    /// All.
    Current,
}

impl Person {
    /// Nobody knows them yet.
    fn new() -> Self {
        Self {
            conns: Vec::new(),
            here: Availability::Offline,
            elsewhere: Vec::new(),
            rooms: HashSet::new(),
            knowledge: Knowledge::None,
            shown: PresenceState::Offline,
            leaves_at: None,
            was_there: false,
        }
    }

    /// Connected to this server, or in the grace after it.
    fn is_here(&self) -> bool {
        !self.conns.is_empty() || self.leaves_at.is_some()
    }

    fn availabilities(&self) -> impl Iterator<Item = Availability> {
        let elsewhere = self.elsewhere.iter().map(|(_, availability)| *availability);
        std::iter::once(self.here).chain(elsewhere)
    }
}

/// A room that somebody connected is in.
#[derive(Debug, Default)]
struct LiveRoom {
    /// The number of its last change, 0 where there was none since somebody came.
    head: u64,
    /// Who of this server. Where it is empty nothing is sent.
    here: HashSet<UserId>,
    /// Who of the other servers.
    elsewhere: HashSet<UserId>,
    /// Who of all of them is shown as online or away. Kept, not counted: whoever connects to a
    /// full room is told how many there are, and looking at each would make thousands who come
    /// at once cost the square of their number.
    shown: HashSet<UserId>,
}

impl Hub {
    /// How many sockets and streams are open, joining ones included.
    pub fn conn_count(&self) -> usize {
        self.conns.len()
    }

    /// How many rooms somebody who is connected is in.
    pub fn room_count(&self) -> usize {
        self.rooms.len()
    }

    /// How many people are connected here, or were until a moment ago.
    pub fn people_count(&self) -> usize {
        self.people
            .values()
            .filter(|person| person.is_here())
            .count()
    }

    /// How many people are known to be connected to other servers only.
    pub fn people_elsewhere_count(&self) -> usize {
        self.people.len() - self.people_count()
    }

    /// Somebody is writing. Nothing where they are not in the room.
    pub fn typing(&self, conn: ConnId, room: RoomId) -> Vec<Effect> {
        let Some(user) = self.conns.get(&conn).map(|conn| conn.user) else {
            return Vec::new();
        };
        if !self
            .people
            .get(&user)
            .is_some_and(|person| person.rooms.contains(&room))
        {
            return Vec::new();
        }
        let mut effects = vec![Effect::TellTyping { room, user }];
        self.wrote(room, user, &mut effects);
        effects
    }

    /// The others here are told that somebody is writing.
    fn wrote(&self, room: RoomId, user: UserId, effects: &mut Vec<Effect>) {
        if self.is_heard(room) {
            effects.push(Effect::send(
                Audience::Room {
                    room,
                    except: Some(user),
                },
                shared::ServerFrame::Typing { room, user },
            ));
        }
    }

    /// Time passes: people whose grace is over leave, what was held back is sent.
    pub fn tick(&mut self, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.end_graces(now, &mut effects);
        self.announcer.flush(now, &mut effects);
        self.marks.flush(now, &mut effects);
        self.read_rooms(now, &mut effects);
        effects
    }
}
