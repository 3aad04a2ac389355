//! Who is connected and who hears what: a plain value, event in, effects out.
//!
//! It does no I/O, never waits and reads no clock: times come with the events, in ms. It knows the
//! people who are connected and the rooms they are in, and nothing of the others; what must last
//! is the store's. The `ChatServer` actor is its mailbox.

mod changes;
mod effect;
mod marks;
mod people;
mod presence;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use shared::{Activity, PresenceState, RoomId, SessionId, UserId};

pub use effect::{Audience, ConnId, Effect};
pub use people::{Hello, Leaving};

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
    /// Its rooms are being read from the store; what happens to them meanwhile is kept here, in
    /// order: (room, is in it).
    Joining(Vec<(RoomId, bool)>),
    Ready,
}

/// Somebody who is connected, or was until a moment ago.
#[derive(Debug)]
struct Person {
    conns: Vec<ConnId>,
    rooms: HashSet<RoomId>,
    /// What the others were told last.
    shown: PresenceState,
    /// Without a connection: when the others are told.
    leaves_at: Option<Millis>,
    /// Outlives a reload, which would show them for a moment otherwise.
    is_invisible: bool,
}

/// A room that somebody connected is in.
#[derive(Debug, Default)]
struct LiveRoom {
    /// The number of the last change that was sent to it, 0 where there was none since somebody
    /// came.
    head: u64,
    people: HashSet<UserId>,
}

impl Hub {
    /// How many sockets and streams are open, joining ones included.
    pub fn conn_count(&self) -> usize {
        self.conns.len()
    }

    /// How many people are connected, or were until a moment ago.
    pub fn people_count(&self) -> usize {
        self.people.len()
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
        vec![Effect::send(
            Audience::Room {
                room,
                except: Some(user),
            },
            shared::ServerFrame::Typing { room, user },
        )]
    }

    /// Time passes: people whose grace is over leave, what was held back is sent.
    pub fn tick(&mut self, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.end_graces(now, &mut effects);
        self.announcer.flush(now, &mut effects);
        self.marks.flush(now, &mut effects);
        effects
    }
}
