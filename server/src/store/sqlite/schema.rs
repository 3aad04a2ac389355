//! The tables, and how an older file gets them. Forward only: there is no way back but a backup.

use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, TransactionBehavior, params};
use shared::{Epoch, RoomId};
use uuid::Uuid;

use crate::store::{Identity, StoreError};

use super::failure::Refusal;

/// "Parl": says whose file it is, so that another program's is not taken for an empty one.
const APPLICATION_ID: i64 = 0x5061_726c;

/// "Par?": the same, of a file that a copy is still filling.
const UNFINISHED_ID: i64 = 0x5061_723f;

/// One file per version, in order. A released one is never edited.
const VERSIONS: [&str; 3] = [
    include_str!("schema.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
];

/// Brings a file to the newest version and answers with what it is.
///
/// # Errors
/// [`StoreError::Backend`] when a newer Parlor or another program made the file, or a copy into it
/// was cut short.
pub fn migrate(conn: &mut Connection) -> Result<Identity, StoreError> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = version(&tx)?;
    for sql in VERSIONS.iter().skip(version) {
        tx.execute_batch(sql)?;
    }
    if version == 0 {
        furnish(&tx)?;
    }
    if version < VERSIONS.len() {
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(
            None,
            "user_version",
            i64::try_from(VERSIONS.len()).unwrap_or(i64::MAX),
        )?;
    }
    let identity = tx.query_row("SELECT epoch, lobby FROM meta", [], |row| {
        Ok(Identity {
            epoch: Epoch::from_uuid(row.get(0)?),
            lobby: RoomId::from_uuid(row.get(1)?),
        })
    })?;
    tx.commit()?;
    Ok(identity)
}

/// Which version a file has, 0 for an empty one. Changes nothing.
///
/// # Errors
/// As [`migrate`].
pub fn version(conn: &Connection) -> Result<usize, StoreError> {
    let version: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let owner: i64 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if owner == UNFINISHED_ID {
        return Err(StoreError::Backend(Box::new(Refusal::Unfinished)));
    }
    let is_empty = version == 0 && owner == 0 && tables == 0;
    if !is_empty && owner != APPLICATION_ID {
        return Err(StoreError::Backend(Box::new(Refusal::Foreign)));
    }
    match usize::try_from(version) {
        Ok(version) if version <= VERSIONS.len() => Ok(version),
        _ => Err(StoreError::Backend(Box::new(Refusal::Newer {
            version,
            known: VERSIONS.len(),
        }))),
    }
}

/// Says that a copy is filling the file.
pub fn mark_unfinished(conn: &Connection) -> rusqlite::Result<()> {
    conn.pragma_update(None, "application_id", UNFINISHED_ID)
}

/// Says that the copy is whole.
pub fn mark_whole(conn: &Connection) -> rusqlite::Result<()> {
    conn.pragma_update(None, "application_id", APPLICATION_ID)
}

/// Merges the logs, so that the file needs nothing beside it and can be read where nothing can be
/// written.
pub fn leave_one_file(conn: &Connection) -> rusqlite::Result<()> {
    conn.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
}

/// Gives a new store its epoch and its lobby.
fn furnish(conn: &Connection) -> Result<(), StoreError> {
    let lobby = Uuid::now_v7();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    conn.execute(
        "INSERT INTO rooms (id, name, title, visibility, created_at)
         VALUES (?1, 'lobby', 'Lobby', 'public', ?2)",
        params![lobby, i64::try_from(now).unwrap_or(i64::MAX)],
    )?;
    conn.execute(
        "INSERT INTO meta (id, epoch, lobby) VALUES (1, ?1, ?2)",
        params![Uuid::new_v4(), lobby],
    )?;
    Ok(())
}
