//! Posting again what was answered and is not in the database.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};
use shared::{Message, MessageId, MessageState};
use uuid::Uuid;

use crate::store::StoreError;

use super::{heads::Heads, journal, log, rows::sql_number};

/// Inserts the posts that the tables lack, in their order, in the caller's transaction; how many.
///
/// What a room has counted already is there. So is nothing of a room that is gone.
pub fn apply<'a>(
    conn: &Connection,
    posts: impl IntoIterator<Item = &'a Message>,
) -> rusqlite::Result<usize> {
    let mut heads = Heads::default();
    let mut applied = 0;
    for post in posts {
        let Some(mut head) = heads.of(conn, post.room).optional()? else {
            continue;
        };
        let MessageState::Live { body, reply_to, .. } = &post.state else {
            continue;
        };
        let next = head.count(post.created_at);
        if post.seq < next {
            continue;
        }
        if post.seq > next {
            // Cannot be: whatever else takes a number is synced with all that was before.
            tracing::error!(room = %post.room, seq = post.seq, next, "a post cannot be made again");
            continue;
        }
        conn.prepare_cached(log::INSERT)?.execute(params![
            post.room.as_uuid(),
            sql_number(post.seq),
            post.id.as_uuid(),
            post.author.as_uuid(),
            post.client_id.as_uuid(),
            body.as_str(),
            reply_to.map(MessageId::as_uuid),
            post.created_at.as_millis(),
        ])?;
        heads.keep(post.room, head);
        applied += 1;
    }
    heads.write(conn)?;
    Ok(applied)
}

/// What the journal beside `store` holds for the database of `conn`.
///
/// # Errors
/// When either cannot be read.
pub fn pending(store: &Path, conn: &Connection) -> Result<Vec<Message>, StoreError> {
    match id(conn)? {
        Some(id) => {
            journal::read(store, id).map_err(|error| StoreError::Unavailable(Box::new(error)))
        }
        None => Ok(Vec::new()),
    }
}

/// [`apply`] in a transaction of its own.
///
/// # Errors
/// What SQLite says.
pub fn replay(conn: &Connection, posts: &[Message]) -> rusqlite::Result<usize> {
    if posts.is_empty() {
        return Ok(0);
    }
    let tx = conn.unchecked_transaction()?;
    let applied = apply(&tx, posts)?;
    tx.commit()?;
    Ok(applied)
}

/// The id of the store's journal, where it has one.
fn id(conn: &Connection) -> rusqlite::Result<Option<Uuid>> {
    // An older store, of which a backup is made, has none.
    if !conn.table_exists(None, "journal")? {
        return Ok(None);
    }
    conn.query_row("SELECT id FROM journal", [], |row| row.get(0))
        .optional()
}

/// Gives the store a journal of that id, or of none, in the caller's transaction: what lies beside
/// it under another id is not its own.
pub fn name(conn: &Connection, id: Option<Uuid>) -> rusqlite::Result<()> {
    if conn.table_exists(None, "journal")? {
        conn.execute("DELETE FROM journal", [])?;
    }
    if let Some(id) = id {
        conn.execute("INSERT INTO journal (id) VALUES (?1)", [id])?;
    }
    Ok(())
}
