//! Who may not join a room.

use rusqlite::{Connection, params};
use shared::{RoomId, RoomRole, Timestamp, UserId};

use crate::store::{BanRecord, StoreError};

use super::{
    accounts, members, rooms,
    rows::{self, account_columns},
    writer::Write,
};

pub(super) const LIST: &str = concat!(
    "SELECT ",
    account_columns!(),
    ", bans.banned_by, bans.created_at
     FROM bans JOIN users ON users.id = bans.user
     WHERE bans.room = ?1 ORDER BY bans.created_at DESC, bans.user"
);

/// Whether somebody is banned from a room.
pub fn is_banned(conn: &Connection, room: RoomId, user: UserId) -> Result<bool, StoreError> {
    let mut query = conn.prepare_cached("SELECT 1 FROM bans WHERE room = ?1 AND user = ?2")?;
    Ok(query.exists([room.as_uuid(), user.as_uuid()])?)
}

/// Bans somebody and takes them out.
pub fn ban(
    write: &mut Write<'_>,
    room: RoomId,
    user: UserId,
    banned_by: UserId,
    below: RoomRole,
    at: Timestamp,
) -> Result<(), StoreError> {
    rooms::find_named(write.conn, room)?;
    accounts::find(write.conn, user)?.ok_or(StoreError::NotFound)?;
    let mut insert = write.conn.prepare_cached(
        "INSERT INTO bans (room, user, banned_by, created_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
    )?;
    insert.execute(params![
        room.as_uuid(),
        user.as_uuid(),
        banned_by.as_uuid(),
        at.as_millis()
    ])?;
    if members::find(write.conn, room, user)?.is_some() {
        members::remove(write, room, user, Some(below))?;
    }
    Ok(())
}

/// Lifts a ban.
pub fn lift(conn: &Connection, room: RoomId, user: UserId) -> Result<(), StoreError> {
    let mut delete = conn.prepare_cached("DELETE FROM bans WHERE room = ?1 AND user = ?2")?;
    delete.execute([room.as_uuid(), user.as_uuid()])?;
    Ok(())
}

/// A room's bans, newest first, ties by id.
pub fn list(conn: &Connection, room: RoomId) -> Result<Vec<BanRecord>, StoreError> {
    let mut query = conn.prepare_cached(LIST)?;
    let found = query.query_map([room.as_uuid()], |row| {
        Ok(BanRecord {
            account: rows::account(row, 0)?,
            banned_by: rows::user_id(row, 11)?,
            created_at: rows::time(row, 12)?,
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}
