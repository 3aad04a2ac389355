//! Rooms, private conversations and who is in them, as they travel.

use serde::{Deserialize, Serialize};

use crate::{Message, PresenceState, RoomId, RoomName, Ticks, Timestamp, User, UserId};

/// Who can find and join a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Anybody signed in.
    Public,
    /// Only whom an admin of the room invites.
    Private,
}

/// What a member may do in a room. Ordered: a later one may do more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoomRole {
    /// Reads and writes.
    Member,
    /// Invites, removes, bans, deletes messages, changes the settings.
    Admin,
    /// Also makes admins and deletes the room; there is at most one.
    Owner,
}

/// A room or a private conversation, told apart by `kind`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Room {
    /// A room with a name.
    Room(NamedRoom),
    /// A private conversation of two.
    Direct(DirectRoom),
}

impl Room {
    /// Which.
    pub fn id(&self) -> RoomId {
        match self {
            Self::Room(room) => room.id,
            Self::Direct(room) => room.id,
        }
    }

    /// The number of its last change, 0 where there was none.
    pub fn head(&self) -> u64 {
        match self {
            Self::Room(room) => room.head,
            Self::Direct(room) => room.head,
        }
    }

    /// The room with a name, unless it is a private conversation.
    pub fn named(&self) -> Option<&NamedRoom> {
        match self {
            Self::Room(room) => Some(room),
            Self::Direct(_) => None,
        }
    }
}

/// A room with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NamedRoom {
    /// Which.
    pub id: RoomId,
    /// Unique among public rooms.
    pub name: RoomName,
    /// What people call it; the name where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Who can find and join it.
    pub visibility: Visibility,
    /// How many members it had when the answer was made.
    pub member_count: u32,
    /// The number of its last change, 0 where there was none.
    pub head: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A private conversation of two, who are its members for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DirectRoom {
    /// Which.
    pub id: RoomId,
    /// The two, by id.
    pub members: [UserId; 2],
    /// The number of its last change, 0 where there was none.
    pub head: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// How far somebody has got in a room: `seq`s, 0 for none yet. They only move forward.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Marks {
    /// Everything up to here reached one of their clients.
    pub delivered: u64,
    /// Everything up to here was seen by them; never above `delivered`.
    pub read: u64,
}

/// A room as one of its members sees it in `GET /rooms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MyRoom {
    /// The room itself.
    #[serde(flatten)]
    pub room: Room,
    /// The newest message, a tombstone too; absent in an empty room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_message: Option<Message>,
    /// Live messages by others above one's own `read` mark, counted up to
    /// [`MAX_UNREAD`](crate::MAX_UNREAD).
    pub unread: u32,
    /// One's own.
    pub marks: Marks,
    /// One's own.
    pub my_role: RoomRole,
    /// Only above [`MAX_MARKED_MEMBERS`](crate::MAX_MARKED_MEMBERS) members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticks: Option<Ticks>,
}

/// Somebody in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Member {
    /// Who.
    pub user: User,
    /// What they may do there.
    pub role: RoomRole,
    /// Since when.
    pub joined_at: Timestamp,
    /// How far they have got.
    #[serde(flatten)]
    pub marks: Marks,
    /// Whether they are connected.
    pub presence: PresenceState,
}

/// Somebody who may not join a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ban {
    /// Who.
    pub user: User,
    /// Who banned them.
    pub banned_by: UserId,
    /// When.
    pub created_at: Timestamp,
}
