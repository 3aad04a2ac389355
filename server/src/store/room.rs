//! Rooms, private conversations and membership, as kept.

use async_trait::async_trait;
use shared::{
    Marks, MyRoom, Room, RoomHead, RoomId, RoomName, RoomRole, RoomUpdate, Ticks, Timestamp, Title,
    Topic, UserId, Visibility,
};

use super::{Account, StoreError};

/// How a room is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomKey {
    /// By id: any room.
    Id(RoomId),
    /// By name: public rooms only.
    Name(RoomName),
}

/// A named room to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRoomRecord {
    /// Chosen by the caller.
    pub id: RoomId,
    /// Unique among public rooms.
    pub name: RoomName,
    /// What people call it.
    pub title: Option<Title>,
    /// What it is about.
    pub topic: Option<Topic>,
    /// Who can find and join it.
    pub visibility: Visibility,
    /// Now.
    pub created_at: Timestamp,
}

/// Somebody's place in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// What they may do there. In a private conversation both are plain members.
    pub role: RoomRole,
    /// Since when.
    pub joined_at: Timestamp,
    /// How far they have got.
    pub marks: Marks,
}

/// A room, and what one person is to it, in one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The room.
    pub room: Room,
    /// Their place in it.
    pub membership: Option<Membership>,
    /// Whether they are banned from it.
    pub is_banned: bool,
}

/// A member with their account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRecord {
    /// Who.
    pub account: Account,
    /// Their place.
    pub membership: Membership,
}

/// A ban, as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BanRecord {
    /// Who may not join.
    pub account: Account,
    /// Who said so.
    pub banned_by: UserId,
    /// When.
    pub created_at: Timestamp,
}

/// What became of a request to join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// In from now on.
    New(MemberRecord),
    /// Was in already; nothing changed.
    Already(MemberRecord),
}

impl Joined {
    /// The member, new or not.
    pub fn into_record(self) -> MemberRecord {
        match self {
            Self::New(record) | Self::Already(record) => record,
        }
    }
}

/// How far somebody says they have got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkMove {
    /// Where.
    pub room: RoomId,
    /// Who.
    pub user: UserId,
    /// What they say: 0 says nothing.
    pub marks: Marks,
}

/// Rooms.
#[async_trait]
pub trait Rooms {
    /// Makes a named room with `owner` as its owner and only member.
    ///
    /// # Errors
    /// [`StoreError::RoomNameTaken`] for a public room; [`StoreError::TooManyRooms`];
    /// [`StoreError::NotFound`] when the owner is absent or deleted.
    async fn create_room(&self, room: NewRoomRecord, owner: UserId) -> Result<Room, StoreError>;

    /// The private conversation of two people; made with `id` when it is asked for first. The
    /// order of the two does not matter; of concurrent calls all get the same room.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when either is absent, or deleted and there is no such room yet;
    /// also when they are the same person.
    async fn direct_room(
        &self,
        pair: [UserId; 2],
        id: RoomId,
        at: Timestamp,
    ) -> Result<Room, StoreError>;

    /// A room and what `reader` is to it; None when there is no such room. Decides nothing.
    async fn access(&self, reader: UserId, room: RoomKey) -> Result<Option<Access>, StoreError>;

    /// The rooms `user` is in, newest activity (message, else creation) first, ties by id; with
    /// `active_since` only those with a message since then (that very millisecond included).
    async fn my_rooms(
        &self,
        user: UserId,
        active_since: Option<Timestamp>,
    ) -> Result<Vec<MyRoom>, StoreError>;

    /// The rooms `user` is in and their heads, in no particular order, in one snapshot.
    async fn room_heads(&self, user: UserId) -> Result<Vec<RoomHead>, StoreError>;

    /// The rooms of many people at once, in no particular order, in one snapshot: a pair for each
    /// place. Who is in none, or does not exist, has no pair; who is named twice has them once.
    async fn rooms_of(&self, users: &[UserId]) -> Result<Vec<(UserId, RoomId)>, StoreError>;

    /// Whether each is in the room beside it, in the order asked, in one snapshot.
    async fn are_members(&self, places: &[(RoomId, UserId)]) -> Result<Vec<bool>, StoreError>;

    /// Public rooms `user` is not in and not banned from, by name, at most `limit`; with `q` only
    /// those whose name, title or topic contains it, ignoring ASCII case.
    async fn joinable_rooms(
        &self,
        user: UserId,
        q: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Room>, StoreError>;

    /// Changes a named room and answers with its new state; `""` clears a text.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when absent or a private conversation;
    /// [`StoreError::RoomNameTaken`] where it is or becomes public.
    async fn update_room(&self, room: RoomId, update: RoomUpdate) -> Result<Room, StoreError>;

    /// Deletes a named room with its messages, members and bans.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when absent, the lobby, or a private conversation.
    async fn delete_room(&self, room: RoomId) -> Result<(), StoreError>;

    /// Puts somebody into a named room, as a plain member with both marks at its head.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the room is absent or a private conversation, or the account
    /// absent or deleted; [`StoreError::Banned`]; [`StoreError::TooManyRooms`].
    async fn add_member(
        &self,
        room: RoomId,
        user: UserId,
        at: Timestamp,
    ) -> Result<Joined, StoreError>;

    /// Takes somebody out of a named room, where their role is below `below` (None: whatever it
    /// is). If the owner goes, the oldest admin follows, else the oldest member (by `joined_at`,
    /// ties by id); an empty room other than the lobby is deleted.
    ///
    /// # Errors
    /// [`StoreError::NotMember`] when not in it, or not below.
    async fn remove_member(
        &self,
        room: RoomId,
        user: UserId,
        below: Option<RoomRole>,
    ) -> Result<(), StoreError>;

    /// Makes a plain member an admin or back; setting the same again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotMember`] when not in the named room, or its owner, or `role` is owner.
    async fn set_role(
        &self,
        room: RoomId,
        user: UserId,
        role: RoomRole,
    ) -> Result<MemberRecord, StoreError>;

    /// Bans somebody from a named room, and takes them out as [`Rooms::remove_member`] does, both
    /// or neither; banning again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when room or account is absent; [`StoreError::NotMember`] when a
    /// member whose role is not below `below`.
    async fn ban(
        &self,
        room: RoomId,
        user: UserId,
        banned_by: UserId,
        below: RoomRole,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Lifts a ban; without one nothing happens.
    async fn unban(&self, room: RoomId, user: UserId) -> Result<(), StoreError>;

    /// A room's bans, newest first, ties by id.
    async fn bans(&self, room: RoomId) -> Result<Vec<BanRecord>, StoreError>;

    /// A room's members by username, at most `limit`, after the username `after`.
    async fn members(
        &self,
        room: RoomId,
        after: Option<&str>,
        limit: u32,
        filter: MemberFilter<'_>,
    ) -> Result<Vec<MemberRecord>, StoreError>;

    /// One member; None when not in the room.
    async fn member(&self, room: RoomId, user: UserId) -> Result<Option<MemberRecord>, StoreError>;

    /// Moves marks forward, all in one write: never back, cut to the room's head, `read` raising
    /// `delivered`. Answers with each one's marks afterwards, in the order asked, None for who is
    /// not in the room. Only marks that moved are announced.
    async fn move_marks(&self, moves: &[MarkMove]) -> Result<Vec<Option<Marks>>, StoreError>;

    /// A room's lowest marks; None with fewer than two members.
    async fn ticks(&self, room: RoomId) -> Result<Option<Ticks>, StoreError>;
}

/// Which members a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberFilter<'a> {
    /// All of them.
    All,
    /// Only these people.
    Among(&'a [UserId]),
    /// All but these people.
    Except(&'a [UserId]),
}
