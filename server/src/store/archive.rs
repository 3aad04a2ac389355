//! A whole store record by record: how it is read out, and how another is made of it.
//!
//! Exact: what a store made of its own archive answers is what the first one answers, cursors and
//! logins included. Tickets are left out, which nobody misses after half a minute, and invitations
//! to register, which are made anew.

use async_trait::async_trait;
use shared::{Epoch, Message, Room, RoomId, Timestamp, UserId};
use uuid::Uuid;

use super::{Account, Digest, Login, Membership, MoveError, StoreError};

/// What is made with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The store's life. A copy has the same: its logs are equal, so cursors stay good.
    pub epoch: Epoch,
    /// The room that everybody is in.
    pub lobby: RoomId,
}

/// A login with all its refresh values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptLogin {
    /// The login itself.
    pub login: Login,
    /// Of the current value.
    pub refresh: Digest,
    /// Of the value that it replaced.
    pub last_spent: Option<Digest>,
    /// When it did.
    pub rotated_at: Option<Timestamp>,
    /// Of every value it has had before, ascending.
    pub spent: Vec<Digest>,
}

/// A room with its counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRoom {
    /// The room; its `member_count` follows from the members.
    pub room: Room,
    /// Of the newest message there ever was.
    pub last_message_at: Option<Timestamp>,
}

/// Somebody's place in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptMember {
    /// Where.
    pub room: RoomId,
    /// Who.
    pub user: UserId,
    /// Their place.
    pub membership: Membership,
}

/// A ban.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptBan {
    /// From where.
    pub room: RoomId,
    /// Who.
    pub user: UserId,
    /// Who said so.
    pub banned_by: UserId,
    /// When.
    pub created_at: Timestamp,
}

/// What kinds of records there are, each after those that it refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Accounts,
    Logins,
    Rooms,
    Members,
    Bans,
    Messages,
}

impl Kind {
    /// In the order in which they are copied.
    pub const ALL: [Self; 6] = [
        Self::Accounts,
        Self::Logins,
        Self::Rooms,
        Self::Members,
        Self::Bans,
        Self::Messages,
    ];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Logins => "logins",
            Self::Rooms => "rooms",
            Self::Members => "members",
            Self::Bans => "bans",
            Self::Messages => "messages",
        }
    }
}

/// Where a record stands among those of its kind: by id, and of one room's by `within`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Its own, of members, bans and messages the room's.
    pub id: Uuid,
    /// Of members and bans the person's id as a number, of messages their `seq`, else 0.
    pub within: u128,
}

impl Key {
    fn of(id: Uuid) -> Self {
        Self { id, within: 0 }
    }

    fn in_room(room: RoomId, within: u128) -> Self {
        let id = room.as_uuid();
        Self { id, within }
    }
}

/// Records of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Records {
    /// Deleted ones too.
    Accounts(Vec<Account>),
    /// Expired ones too, until they are thrown away.
    Logins(Vec<KeptLogin>),
    /// Named rooms and private conversations.
    Rooms(Vec<KeptRoom>),
    /// Of all rooms.
    Members(Vec<KeptMember>),
    /// Of all rooms.
    Bans(Vec<KeptBan>),
    /// Of all rooms, tombstones too.
    Messages(Vec<Message>),
}

impl Records {
    /// The key of each, in their order.
    pub fn keys(&self) -> Vec<Key> {
        let user = |id: UserId| id.as_uuid().as_u128();
        match self {
            Self::Accounts(all) => all.iter().map(|one| Key::of(one.id.as_uuid())).collect(),
            Self::Logins(all) => {
                let key = |one: &KeptLogin| Key::of(one.login.id.as_uuid());
                all.iter().map(key).collect()
            }
            Self::Rooms(all) => {
                let key = |one: &KeptRoom| Key::of(one.room.id().as_uuid());
                all.iter().map(key).collect()
            }
            Self::Members(all) => {
                let key = |one: &KeptMember| Key::in_room(one.room, user(one.user));
                all.iter().map(key).collect()
            }
            Self::Bans(all) => {
                let key = |one: &KeptBan| Key::in_room(one.room, user(one.user));
                all.iter().map(key).collect()
            }
            Self::Messages(all) => {
                let key = |one: &Message| Key::in_room(one.room, one.seq.into());
                all.iter().map(key).collect()
            }
        }
    }
}

/// A store, to be read out. What is changed meanwhile may be missed: nobody else should have it.
#[async_trait]
pub trait Archive: Send + Sync {
    /// What was made with it.
    fn identity(&self) -> Identity;

    /// How many records of a kind there are.
    async fn count(&self, kind: Kind) -> Result<u64, StoreError>;

    /// The records of a kind whose keys are above `after`, by key, at most `limit`.
    async fn records(
        &self,
        kind: Kind,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Records, StoreError>;
}

/// A store in the making. Until it is finished it cannot be opened; dropped or killed before, it
/// is no store, and the next copy to the same place begins anew.
#[async_trait]
pub trait Intake: Archive {
    /// Adds records, after those that they refer to and none twice.
    async fn put(&self, records: Records) -> Result<(), StoreError>;

    /// Makes it a store, durably.
    async fn finish(self: Box<Self>) -> Result<(), MoveError>;
}
