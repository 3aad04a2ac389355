//! Private conversations of two.

use rusqlite::{Connection, OptionalExtension, params};
use shared::{Room, RoomId, RoomRole, Timestamp, UserId};

use crate::store::StoreError;

use super::{
    accounts, members, rooms,
    rows::{self, room_columns},
    writer::Write,
};

pub(super) const BY_PAIR: &str = concat!(
    "SELECT ",
    room_columns!(),
    " FROM rooms WHERE direct_low = ?1 AND direct_high = ?2"
);

/// The conversation of these two, made with `id` where there is none yet.
pub fn find_or_create(
    write: &mut Write<'_>,
    mut pair: [UserId; 2],
    id: RoomId,
    at: Timestamp,
) -> Result<Room, StoreError> {
    pair.sort_unstable();
    if let Some(room) = find(write.conn, pair)? {
        return Ok(room);
    }
    if pair[0] == pair[1] {
        return Err(StoreError::NotFound);
    }
    for user in pair {
        accounts::live(write.conn, user)?;
    }
    let mut insert = write.conn.prepare_cached(
        "INSERT INTO rooms (id, direct_low, direct_high, created_at) VALUES (?1, ?2, ?3, ?4)",
    )?;
    insert.execute(params![
        id.as_uuid(),
        pair[0].as_uuid(),
        pair[1].as_uuid(),
        at.as_millis()
    ])?;
    for user in pair {
        members::put(write, id, user, RoomRole::Member, at)?;
    }
    rooms::find(write.conn, id)?.ok_or(StoreError::NotFound)
}

fn find(conn: &Connection, pair: [UserId; 2]) -> Result<Option<Room>, StoreError> {
    let mut query = conn.prepare_cached(BY_PAIR)?;
    let found = query
        .query_row([pair[0].as_uuid(), pair[1].as_uuid()], |row| {
            rows::room(row, 0)
        })
        .optional()?;
    Ok(found)
}
