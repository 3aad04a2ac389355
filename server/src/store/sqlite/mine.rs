//! The rooms one person is in.

use rusqlite::{Connection, params};
use shared::{MAX_MARKED_MEMBERS, MAX_UNREAD, MyRoom, Room, RoomHead, RoomId, Timestamp, UserId};

use crate::store::StoreError;

use super::{
    marks,
    rows::{self, membership_columns, message_columns, room_columns},
};

pub(super) const HEADS: &str = "SELECT rooms.id, rooms.head
     FROM members JOIN rooms ON rooms.id = members.room WHERE members.user = ?1";

pub(super) const PLACES: &str = "SELECT user, room FROM members
     WHERE user IN (SELECT unhex(value) FROM json_each(?1))";

/// Unread is counted no further than anybody is shown.
pub(super) const ROOMS: &str = concat!(
    "SELECT ",
    room_columns!(),
    ", ",
    membership_columns!(),
    ", (SELECT count(*) FROM (
            SELECT 1 FROM messages AS news
            WHERE news.room = rooms.id AND news.seq > members.read
              AND news.author <> ?1 AND news.deleted_at IS NULL
            LIMIT ?3)), ",
    message_columns!(),
    " FROM members
     JOIN rooms ON rooms.id = members.room
     LEFT JOIN messages ON messages.room = rooms.id AND messages.seq =
         (SELECT max(newest.seq) FROM messages AS newest WHERE newest.room = rooms.id)
     WHERE members.user = ?1 AND (?2 IS NULL OR rooms.last_message_at >= ?2)
     ORDER BY ifnull(rooms.last_message_at, rooms.created_at) DESC, rooms.id"
);

/// The rooms and their heads.
pub fn heads(conn: &Connection, user: UserId) -> Result<Vec<RoomHead>, StoreError> {
    let mut query = conn.prepare_cached(HEADS)?;
    let found = query.query_map([user.as_uuid()], |row| {
        Ok(RoomHead {
            id: rows::room_id(row, 0)?,
            head: rows::number(row, 1)?,
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Who is in which rooms, of the people in an [`rows::id_list`].
pub fn places(conn: &Connection, users: &str) -> Result<Vec<(UserId, RoomId)>, StoreError> {
    let mut query = conn.prepare_cached(PLACES)?;
    let found = query.query_map([users], |row| {
        Ok((rows::user_id(row, 0)?, rows::room_id(row, 1)?))
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The rooms as their member sees them, newest activity first.
pub fn rooms(
    conn: &Connection,
    user: UserId,
    active_since: Option<Timestamp>,
) -> Result<Vec<MyRoom>, StoreError> {
    let mut query = conn.prepare_cached(ROOMS)?;
    let since = active_since.map(Timestamp::as_millis);
    let mut found = query.query(params![user.as_uuid(), since, MAX_UNREAD])?;
    let mut mine = Vec::new();
    while let Some(row) = found.next()? {
        let room = rows::room(row, 0)?;
        let membership = rows::membership(row, 10)?;
        let has_message = row.get_ref(15)? != rusqlite::types::ValueRef::Null;
        let is_large = matches!(&room, Room::Room(room) if room.member_count > MAX_MARKED_MEMBERS);
        let ticks = if is_large {
            marks::ticks(conn, room.id())?
        } else {
            None
        };
        mine.push(MyRoom {
            room,
            last_message: has_message.then(|| rows::message(row, 15)).transpose()?,
            unread: rows::count(row, 14)?,
            marks: membership.marks,
            my_role: membership.role,
            ticks,
        });
    }
    Ok(mine)
}
