//! What the hub wants done.

use shared::{CloseCode, PresenceState, Room, RoomId, ServerFrame, Ticks, Timestamp, UserId};

use crate::bus::Availability;

/// A socket or stream: the worker it lives on, and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId {
    /// Which worker.
    pub worker: u16,
    /// Never used twice on that worker.
    pub serial: u64,
}

/// Who gets a frame. Each connection gets it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// One connection.
    Conn(ConnId),
    /// All connections of one person.
    User(UserId),
    /// Every connection.
    Everybody,
    /// All connections in a room, but those of one person.
    Room {
        /// Which.
        room: RoomId,
        /// Who does not.
        except: Option<UserId>,
    },
    /// All connections in any of the rooms, but those of one person.
    Rooms {
        /// Which.
        rooms: Vec<RoomId>,
        /// Who does not.
        except: UserId,
    },
}

/// Something to be done, in the order given.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all effects are sends: a box would be an allocation for each frame"
)]
pub enum Effect {
    /// Send a frame.
    Send {
        /// To whom.
        to: Audience,
        /// What.
        frame: ServerFrame,
        /// The place in a room's log that it has.
        log: Option<(RoomId, u64)>,
    },
    /// The connection is open from now on, in these rooms.
    Attach {
        /// Which.
        conn: ConnId,
        /// Where.
        rooms: Vec<RoomId>,
    },
    /// All connections of the person are in the room from now on, and those that were not are told
    /// so: one whose rooms were read from the store may know before the feed says it.
    Join {
        /// Who.
        user: UserId,
        /// Where.
        room: Room,
    },
    /// They are not any more.
    Leave {
        /// Who.
        user: UserId,
        /// Where.
        room: RoomId,
    },
    /// Nobody is in the room any more.
    Drop {
        /// Which.
        room: RoomId,
    },
    /// Close the connection.
    End {
        /// Which.
        conn: ConnId,
        /// Why.
        code: CloseCode,
    },
    /// From now on the person is shown so.
    Show {
        /// Who.
        user: UserId,
        /// How.
        state: PresenceState,
    },
    /// The person was connected until then: to be kept.
    Seen {
        /// Who.
        user: UserId,
        /// Until when.
        at: Timestamp,
    },
    /// Tell the other servers what the person's connections here say.
    Tell {
        /// Who.
        user: UserId,
        /// What.
        availability: Availability,
    },
    /// Tell the other servers that the person is writing.
    TellTyping {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
    },
    /// Read the rooms of these people, then call [`Hub::rooms_read`](super::Hub::rooms_read), or
    /// [`Hub::rooms_not_read`](super::Hub::rooms_not_read) where the store cannot. There is one
    /// such read at a time.
    ReadRooms {
        /// Whose.
        users: Vec<UserId>,
    },
    /// The room's lowest marks may have moved: read them and call [`Hub::ticks`](super::Hub::ticks).
    CountTicks {
        /// Which.
        room: RoomId,
    },
}

impl Effect {
    /// A frame that has no place in a log.
    pub fn send(to: Audience, frame: ServerFrame) -> Self {
        Self::Send {
            to,
            frame,
            log: None,
        }
    }

    pub(super) fn ticks(room: RoomId, ticks: Ticks) -> Self {
        let Ticks { delivered, read } = ticks;
        Self::send(
            Audience::Room { room, except: None },
            ServerFrame::TicksChanged {
                room,
                delivered,
                read,
            },
        )
    }
}
