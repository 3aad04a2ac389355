//! Rows as types: the columns of each thing, in one order, and how they are read back.

use rusqlite::{
    Row,
    types::{FromSqlError, Type},
};
use shared::{
    ClientId, DirectRoom, Gender, Marks, Message, MessageId, MessageState, NamedRoom, Room, RoomId,
    RoomName, RoomRole, ServerRole, Timestamp, UserId, Username, Visibility,
};
use uuid::Uuid;

use crate::store::{Account, MemberRecord, Membership};

/// The 11 columns that [`account`] reads.
macro_rules! account_columns {
    () => {
        "users.id, users.username, users.email, users.password_hash, users.display_name, \
         users.gender, users.status_text, users.role, users.created_at, users.last_seen_at, \
         users.deleted_at"
    };
}

/// The 10 columns that [`room`] reads.
macro_rules! room_columns {
    () => {
        "rooms.id, rooms.name, rooms.title, rooms.topic, rooms.visibility, rooms.direct_low, \
         rooms.direct_high, rooms.member_count, rooms.head, rooms.created_at"
    };
}

/// The 4 columns that [`membership`] reads.
macro_rules! membership_columns {
    () => {
        "members.role, members.joined_at, members.delivered, members.read"
    };
}

/// The 11 columns that [`message`] reads.
macro_rules! message_columns {
    () => {
        "messages.id, messages.room, messages.seq, messages.rev, messages.author, \
         messages.client_id, messages.body, messages.reply_to, messages.created_at, \
         messages.edited_at, messages.deleted_at"
    };
}

pub(super) use {account_columns, membership_columns, message_columns, room_columns};

/// A choice that is kept as a word.
pub trait Word: Copy + PartialEq + 'static {
    /// Each value's word. One that is missing here could not be kept: the schema names them too.
    const WORDS: &'static [(Self, &'static str)];

    /// The word.
    fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(value, _)| *value == self);
        found.map_or("", |(_, word)| word)
    }
}

impl Word for Gender {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Female, "female"),
        (Self::Male, "male"),
        (Self::Other, "other"),
        (Self::Unspecified, "unspecified"),
    ];
}

impl Word for ServerRole {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Admin, "admin"), (Self::Member, "member")];
}

impl Word for RoomRole {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Member, "member"),
        (Self::Admin, "admin"),
        (Self::Owner, "owner"),
    ];
}

impl Word for Visibility {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Public, "public"), (Self::Private, "private")];
}

/// A `seq`, `rev` or mark for SQL. No kept number is near the limit, so above it all are alike.
pub fn sql_number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A `seq`, `rev` or mark from a column.
pub fn number(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(at)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, number))
}

/// A count from a column.
pub fn count(row: &Row<'_>, at: usize) -> rusqlite::Result<u32> {
    row.get(at)
}

/// A time from a column.
pub fn time(row: &Row<'_>, at: usize) -> rusqlite::Result<Timestamp> {
    row.get(at).map(Timestamp::from_millis)
}

/// A time from a column, where there is one.
pub fn time_if_any(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(at)?.map(Timestamp::from_millis))
}

/// A room's id from a column.
pub fn room_id(row: &Row<'_>, at: usize) -> rusqlite::Result<RoomId> {
    row.get(at).map(RoomId::from_uuid)
}

/// A person's id from a column.
pub fn user_id(row: &Row<'_>, at: usize) -> rusqlite::Result<UserId> {
    row.get(at).map(UserId::from_uuid)
}

/// A choice from a column.
pub fn word<T: Word>(row: &Row<'_>, at: usize) -> rusqlite::Result<T> {
    let text = row
        .get_ref(at)?
        .as_str()
        .map_err(|error| unreadable(at, error))?;
    let found = T::WORDS.iter().find(|(_, word)| *word == text);
    found
        .map(|(value, _)| *value)
        .ok_or_else(|| unreadable(at, FromSqlError::InvalidType))
}

fn unreadable(at: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, Type::Text, Box::new(error))
}

/// An account from [`account_columns!`].
pub fn account(row: &Row<'_>, at: usize) -> rusqlite::Result<Account> {
    let username: String = row.get(at + 1)?;
    Ok(Account {
        id: user_id(row, at)?,
        username: Username::try_from(username).map_err(|error| unreadable(at + 1, error))?,
        email: row.get(at + 2)?,
        password_hash: row.get(at + 3)?,
        display_name: row.get(at + 4)?,
        gender: word(row, at + 5)?,
        status_text: row.get(at + 6)?,
        role: word(row, at + 7)?,
        created_at: time(row, at + 8)?,
        last_seen_at: time_if_any(row, at + 9)?,
        deleted_at: time_if_any(row, at + 10)?,
    })
}

/// A room from [`room_columns!`].
pub fn room(row: &Row<'_>, at: usize) -> rusqlite::Result<Room> {
    let id = room_id(row, at)?;
    let head = number(row, at + 8)?;
    let created_at = time(row, at + 9)?;
    let Some(name) = row.get::<_, Option<String>>(at + 1)? else {
        let members = [user_id(row, at + 5)?, user_id(row, at + 6)?];
        return Ok(Room::Direct(DirectRoom {
            id,
            members,
            head,
            created_at,
        }));
    };
    Ok(Room::Room(NamedRoom {
        id,
        name: RoomName::try_from(name).map_err(|error| unreadable(at + 1, error))?,
        title: row.get(at + 2)?,
        topic: row.get(at + 3)?,
        visibility: word(row, at + 4)?,
        member_count: count(row, at + 7)?,
        head,
        created_at,
    }))
}

/// A place from [`membership_columns!`].
pub fn membership(row: &Row<'_>, at: usize) -> rusqlite::Result<Membership> {
    Ok(Membership {
        role: word(row, at)?,
        joined_at: time(row, at + 1)?,
        marks: Marks {
            delivered: number(row, at + 2)?,
            read: number(row, at + 3)?,
        },
    })
}

/// A member from [`account_columns!`] and [`membership_columns!`].
pub fn member(row: &Row<'_>) -> rusqlite::Result<MemberRecord> {
    Ok(MemberRecord {
        account: account(row, 0)?,
        membership: membership(row, 11)?,
    })
}

/// A message from [`message_columns!`].
pub fn message(row: &Row<'_>, at: usize) -> rusqlite::Result<Message> {
    let state = match time_if_any(row, at + 10)? {
        Some(deleted_at) => MessageState::Deleted { deleted_at },
        None => MessageState::Live {
            body: row.get(at + 6)?,
            reply_to: row
                .get::<_, Option<Uuid>>(at + 7)?
                .map(MessageId::from_uuid),
            edited_at: time_if_any(row, at + 9)?,
        },
    };
    Ok(Message {
        id: MessageId::from_uuid(row.get(at)?),
        room: room_id(row, at + 1)?,
        seq: number(row, at + 2)?,
        rev: number(row, at + 3)?,
        author: user_id(row, at + 4)?,
        client_id: ClientId::from_uuid(row.get(at + 5)?),
        created_at: time(row, at + 8)?,
        state,
    })
}

/// Many ids as one parameter, for `IN (SELECT unhex(value) FROM json_each(?))`: any number of
/// them, one statement.
pub fn id_list(ids: &[UserId]) -> String {
    let quoted: Vec<_> = ids
        .iter()
        .map(|id| format!("\"{}\"", id.as_uuid().as_simple()))
        .collect();
    format!("[{}]", quoted.join(","))
}
