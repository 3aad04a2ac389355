//! The counters of the rooms that a batch posts in: each is read once and written once, however
//! many messages it counts.
//!
//! Only posts work with it. Whatever else is in the batch sees the tables as they are, so they are
//! brought up to date before it runs.

use std::collections::{HashMap, hash_map::Entry};

use rusqlite::{Connection, params};
use shared::{RoomId, Timestamp};

use super::rows::{self, sql_number};

pub(super) const BY_ROOM: &str = "SELECT head, last_message_at FROM rooms WHERE id = ?1";

/// What is counted and not written yet. Lives no longer than the transaction.
#[derive(Debug, Default)]
pub struct Heads(HashMap<RoomId, Head>);

/// How far a room's log has got.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    last: u64,
    last_message_at: Option<Timestamp>,
    is_counted: bool,
}

impl Head {
    /// Takes the next number, for a message of that time.
    pub fn count(&mut self, at: Timestamp) -> u64 {
        self.is_counted = true;
        self.last += 1;
        self.last_message_at = self.last_message_at.max(Some(at));
        self.last
    }
}

impl Heads {
    /// The room's, to be counted on. What is counted on a copy is kept by [`Self::keep`]: a
    /// message that cannot be inserted takes no number.
    pub fn of(&mut self, conn: &Connection, room: RoomId) -> rusqlite::Result<Head> {
        match self.0.entry(room) {
            Entry::Occupied(known) => Ok(*known.get()),
            Entry::Vacant(unknown) => {
                let mut query = conn.prepare_cached(BY_ROOM)?;
                let head = query.query_row([room.as_uuid()], |row| {
                    Ok(Head {
                        last: rows::number(row, 0)?,
                        last_message_at: rows::time_if_any(row, 1)?,
                        is_counted: false,
                    })
                })?;
                Ok(*unknown.insert(head))
            }
        }
    }

    /// What was counted is so from now on.
    pub fn keep(&mut self, room: RoomId, head: Head) {
        self.0.insert(room, head);
    }

    /// Writes what was counted.
    pub fn write(&mut self, conn: &Connection) -> rusqlite::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut update =
            conn.prepare_cached("UPDATE rooms SET head = ?2, last_message_at = ?3 WHERE id = ?1")?;
        for (room, head) in self.0.drain().filter(|(_, head)| head.is_counted) {
            update.execute(params![
                room.as_uuid(),
                sql_number(head.last),
                head.last_message_at.map(Timestamp::as_millis),
            ])?;
        }
        Ok(())
    }
}
