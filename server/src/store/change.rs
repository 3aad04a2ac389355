//! What was committed, in the order it was: the feed from a store to the live side.

use shared::{Marks, Message, Room, RoomId, SessionId, UserId};
use tokio::sync::mpsc;

use super::Account;

/// One committed change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new message.
    MessagePosted(Message),
    /// An edited or deleted message.
    MessageChanged(Message),
    /// An account was changed or deleted: its new state.
    UserChanged(Box<Account>),
    /// A room's settings changed.
    RoomChanged(Room),
    /// A room is gone; nobody is in it any more.
    RoomDeleted(RoomId),
    /// Somebody is in a room from now on.
    MemberJoined {
        /// Where.
        room: Room,
        /// Who.
        user: UserId,
    },
    /// Somebody has another role in a room.
    RoleChanged {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
    },
    /// Somebody is not in a room any more.
    MemberLeft {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
    },
    /// Somebody's marks moved.
    MarksMoved {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
        /// To where.
        marks: Marks,
        /// How many members the room has.
        member_count: u32,
    },
    /// A login ended before its time: log-out, password change, replay, deletion.
    SessionEnded {
        /// Which.
        session: SessionId,
        /// Whose.
        user: UserId,
    },
    /// Changes may be missing before this one, nobody knows which; what is committed from now on
    /// comes. The reader forgets what it concluded from the feed and reads the store.
    ///
    /// For a store that hears of commits from elsewhere and could not listen for too long.
    Gap,
}

/// Committed changes, one batch per commit, in commit order. Bounded: a store whose reader is
/// slow commits no faster than it is read.
pub type Feed = mpsc::Receiver<Vec<Change>>;

/// Commits that may wait to be read before committing waits, too. Those of the most and the longest
/// messages that a store commits at once, 512 of 8 KiB with their authors and times, are 288 MiB.
///
/// Who reads the feed must not wait for a write between two reads: with a full feed both would
/// wait for ever.
pub(super) const FEED_COMMITS: usize = 64;
