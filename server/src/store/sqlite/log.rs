//! Writing a room's log: every change takes the next number of the room's counter, and a failure
//! gives the number back.

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use rusqlite::{Connection, OptionalExtension, params};
use shared::{Message, MessageId, MessageState, RoomId, Timestamp, UserId};

use crate::store::{Change, Changes, Edit, Log, NewPost, Page, PageAt, Posted, StoreError};

use super::{
    SqliteStore, pages,
    rows::{self, message_columns, sql_number},
    writer::Write,
};

pub(super) const BY_ID: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages WHERE id = ?2 AND room = ?1"
);
pub(super) const BY_CLIENT_ID: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages WHERE author = ?1 AND client_id = ?2"
);
/// Nothing is inserted where the author's client called another message so before: asking first
/// would be one more walk down the index that the insert walks anyway.
pub(super) const INSERT: &str =
    "INSERT INTO messages (room, seq, rev, id, author, client_id, body, reply_to, created_at)
     VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
     ON CONFLICT (author, client_id) DO NOTHING";
pub(super) const IS_MEMBER: &str = "SELECT 1 FROM members WHERE room = ?1 AND user = ?2";

#[async_trait]
impl Log for SqliteStore {
    fn post(&self, post: NewPost) -> BoxFuture<'static, Result<Posted, StoreError>> {
        // Not an async block: the job must be queued before anybody polls.
        Box::pin(self.writer.submit_post(move |write| append(write, post)))
    }

    async fn edit(
        &self,
        room: RoomId,
        message: MessageId,
        edit: Edit,
        at: Timestamp,
    ) -> Result<Message, StoreError> {
        self.write(move |write| change(write, room, message, &edit, at))
            .await
    }

    async fn message(
        &self,
        room: RoomId,
        message: MessageId,
    ) -> Result<Option<Message>, StoreError> {
        self.read(move |conn| find(conn, room, message)).await
    }

    async fn page(
        &self,
        reader: UserId,
        room: RoomId,
        at: PageAt,
        limit: u32,
    ) -> Result<Page, StoreError> {
        self.read(move |conn| pages::page(conn, reader, room, at, limit))
            .await
    }

    async fn changes(
        &self,
        reader: UserId,
        room: RoomId,
        since: u64,
        limit: u32,
    ) -> Result<Changes, StoreError> {
        self.counters.log_reads.add(1);
        self.read(move |conn| pages::changes(conn, reader, room, since, limit))
            .await
    }
}

fn find(conn: &Connection, room: RoomId, id: MessageId) -> Result<Option<Message>, StoreError> {
    let mut query = conn.prepare_cached(BY_ID)?;
    let found = query
        .query_row([room.as_uuid(), id.as_uuid()], |row| rows::message(row, 0))
        .optional()?;
    Ok(found)
}

/// Posts. For [`Writer::submit_post`](super::writer::Writer::submit_post).
pub(super) fn append(write: &mut Write<'_>, post: NewPost) -> Result<Posted, StoreError> {
    let conn = write.conn;
    let (room, author) = (post.room.as_uuid(), post.author.as_uuid());
    if !conn.prepare_cached(IS_MEMBER)?.exists([room, author])? {
        return Err(StoreError::NotMember);
    }
    if let Some(answered) = post.reply_to
        && find(conn, post.room, answered)?.is_none()
    {
        // Repeated all the same, where it was posted before.
        return earlier(conn, &post)?.ok_or(StoreError::NoSuchReply);
    }
    let mut head = write.heads.of(conn, post.room)?;
    let seq = head.count(post.created_at);
    let mut insert = conn.prepare_cached(INSERT)?;
    let inserted = insert.execute(params![
        room,
        sql_number(seq),
        post.id.as_uuid(),
        author,
        post.client_id.as_uuid(),
        post.body.as_str(),
        post.reply_to.map(MessageId::as_uuid),
        post.created_at.as_millis(),
    ])?;
    if inserted == 0 {
        return earlier(conn, &post)?.ok_or_else(|| rusqlite::Error::QueryReturnedNoRows.into());
    }
    write.heads.keep(post.room, head);
    let message = Message {
        id: post.id,
        room: post.room,
        seq,
        rev: seq,
        author: post.author,
        client_id: post.client_id,
        created_at: post.created_at,
        state: MessageState::Live {
            body: post.body.into(),
            reply_to: post.reply_to,
            edited_at: None,
        },
    };
    write.announce(Change::MessagePosted(message.clone()));
    Ok(Posted::New(message))
}

/// The message that this author's client called so before, where it did.
fn earlier(conn: &Connection, post: &NewPost) -> Result<Option<Posted>, StoreError> {
    let mut query = conn.prepare_cached(BY_CLIENT_ID)?;
    let earlier = query
        .query_row([post.author.as_uuid(), post.client_id.as_uuid()], |row| {
            rows::message(row, 0)
        })
        .optional()?;
    match earlier {
        Some(message) if message.room == post.room => Ok(Some(Posted::Repeated(message))),
        Some(_) => Err(StoreError::ClientIdReused),
        None => Ok(None),
    }
}

/// The room's next number, for a change of a message.
fn count_change(conn: &Connection, room: RoomId) -> Result<u64, StoreError> {
    let mut update =
        conn.prepare_cached("UPDATE rooms SET head = head + 1 WHERE id = ?1 RETURNING head")?;
    Ok(update.query_row([room.as_uuid()], |row| rows::number(row, 0))?)
}

fn change(
    write: &mut Write<'_>,
    room: RoomId,
    id: MessageId,
    edit: &Edit,
    at: Timestamp,
) -> Result<Message, StoreError> {
    let mut message = find(write.conn, room, id)?.ok_or(StoreError::NotFound)?;
    let Some(state) = edit.apply(&message.state, at)? else {
        return Ok(message);
    };
    message.state = state;
    message.rev = count_change(write.conn, room)?;
    keep(write.conn, &message)?;
    write.announce(Change::MessageChanged(message.clone()));
    Ok(message)
}

fn keep(conn: &Connection, message: &Message) -> Result<(), StoreError> {
    let (body, reply_to, edited_at, deleted_at) = match &message.state {
        MessageState::Live {
            body,
            reply_to,
            edited_at,
        } => (Some(body), *reply_to, *edited_at, None),
        MessageState::Deleted { deleted_at } => (None, None, None, Some(*deleted_at)),
    };
    let mut update = conn.prepare_cached(
        "UPDATE messages SET rev = ?3, body = ?4, reply_to = ?5, edited_at = ?6, deleted_at = ?7
         WHERE room = ?1 AND seq = ?2",
    )?;
    update.execute(params![
        message.room.as_uuid(),
        sql_number(message.seq),
        sql_number(message.rev),
        body,
        reply_to.map(MessageId::as_uuid),
        edited_at.map(Timestamp::as_millis),
        deleted_at.map(Timestamp::as_millis),
    ])?;
    Ok(())
}
