//! How far people have got.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use shared::{Lowest, Marks, RoomId, Ticks, UserId};

use crate::store::{Change, MarkMove, StoreError};

use super::{
    rows::{self, sql_number},
    writer::Write,
};

pub(super) const PLACE: &str = "SELECT members.delivered, members.read, rooms.head,
            rooms.member_count
     FROM members JOIN rooms ON rooms.id = members.room
     WHERE members.room = ?1 AND members.user = ?2";

/// Two of each decide. No index keeps them in order: marks move far more often than a large room
/// asks for its ticks, and one room's members are one range.
pub(super) const LOWEST_DELIVERED: &str =
    "SELECT user, delivered FROM members WHERE room = ?1 ORDER BY delivered, user LIMIT 2";
pub(super) const LOWEST_READ: &str =
    "SELECT user, read FROM members WHERE room = ?1 ORDER BY read, user LIMIT 2";

/// Moves marks forward; each one's afterwards, in the order asked.
pub fn advance(
    write: &mut Write<'_>,
    moves: &[MarkMove],
) -> Result<Vec<Option<Marks>>, StoreError> {
    // Afterwards, for one who is named twice too.
    let mut after = HashMap::with_capacity(moves.len());
    for asked in moves {
        after.insert((asked.room, asked.user), advance_one(write, asked)?);
    }
    let answer = moves
        .iter()
        .map(|asked| after.get(&(asked.room, asked.user)).copied().flatten());
    Ok(answer.collect())
}

fn advance_one(write: &mut Write<'_>, asked: &MarkMove) -> Result<Option<Marks>, StoreError> {
    let MarkMove { room, user, .. } = *asked;
    let mut query = write.conn.prepare_cached(PLACE)?;
    let place = query
        .query_row([room.as_uuid(), user.as_uuid()], |row| {
            let before = Marks {
                delivered: rows::number(row, 0)?,
                read: rows::number(row, 1)?,
            };
            Ok((before, rows::number(row, 2)?, rows::count(row, 3)?))
        })
        .optional()?;
    let Some((before, head, member_count)) = place else {
        return Ok(None);
    };
    let marks = asked.advance(before, head);
    if marks != before {
        let mut update = write.conn.prepare_cached(
            "UPDATE members SET delivered = ?3, read = ?4 WHERE room = ?1 AND user = ?2",
        )?;
        update.execute(params![
            room.as_uuid(),
            user.as_uuid(),
            sql_number(marks.delivered),
            sql_number(marks.read)
        ])?;
        write.announce(Change::MarksMoved {
            room,
            user,
            marks,
            member_count,
        });
    }
    Ok(Some(marks))
}

/// A room's lowest marks.
pub fn ticks(conn: &Connection, room: RoomId) -> Result<Option<Ticks>, StoreError> {
    let delivered = Lowest::of(lowest(conn, LOWEST_DELIVERED, room)?);
    let read = Lowest::of(lowest(conn, LOWEST_READ, room)?);
    Ok(delivered
        .zip(read)
        .map(|(delivered, read)| Ticks { delivered, read }))
}

fn lowest(conn: &Connection, sql: &str, room: RoomId) -> Result<Vec<(UserId, u64)>, StoreError> {
    let mut query = conn.prepare_cached(sql)?;
    let found = query.query_map([room.as_uuid()], |row| {
        Ok((rows::user_id(row, 0)?, rows::number(row, 1)?))
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}
