//! Reading a room's log: pages of history by `seq`, of changes by `rev`, each one range of an
//! index and one snapshot with the head.

use rusqlite::{Connection, OptionalExtension, params};
use shared::{Message, RoomId, UserId};

use crate::store::{Changes, Page, PageAt, StoreError};

use super::rows::{self, message_columns, sql_number};

pub(super) const HEAD_FOR_MEMBER: &str = "SELECT rooms.head
     FROM members JOIN rooms ON rooms.id = members.room
     WHERE members.room = ?1 AND members.user = ?2";

macro_rules! messages {
    ($which:literal) => {
        concat!(
            "SELECT ",
            message_columns!(),
            " FROM messages WHERE room = ?1 AND ",
            $which
        )
    };
}
pub(super) const BELOW: &str = messages!("seq < ?2 ORDER BY seq DESC LIMIT ?3");
pub(super) const ABOVE: &str = messages!("seq > ?2 ORDER BY seq LIMIT ?3");
pub(super) const ITSELF: &str = messages!("seq = ?2 LIMIT ?3");
pub(super) const CHANGED: &str = messages!("rev > ?2 ORDER BY rev LIMIT ?3");

fn head(conn: &Connection, reader: UserId, room: RoomId) -> Result<u64, StoreError> {
    let mut query = conn.prepare_cached(HEAD_FOR_MEMBER)?;
    let head = query
        .query_row([room.as_uuid(), reader.as_uuid()], |row| {
            rows::number(row, 0)
        })
        .optional()?;
    head.ok_or(StoreError::NotMember)
}

/// Up to `limit` messages of one range, in its order, and whether it has more.
fn range(
    conn: &Connection,
    sql: &str,
    room: RoomId,
    bound: u64,
    limit: u32,
) -> Result<(Vec<Message>, bool), StoreError> {
    let mut query = conn.prepare_cached(sql)?;
    let bounds = params![room.as_uuid(), sql_number(bound), i64::from(limit) + 1];
    let mut found: Vec<_> = query
        .query_map(bounds, |row| rows::message(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    Ok((found, has_more))
}

/// A page of history, oldest first.
pub fn page(
    conn: &Connection,
    reader: UserId,
    room: RoomId,
    at: PageAt,
    limit: u32,
) -> Result<Page, StoreError> {
    let head = head(conn, reader, room)?;
    let below = |bound, limit| {
        let (mut messages, has_more) = range(conn, BELOW, room, bound, limit)?;
        messages.reverse();
        Ok::<_, StoreError>((messages, has_more))
    };
    let above = |bound, limit| range(conn, ABOVE, room, bound, limit);
    let mut has_newer = false;
    let (messages, has_more) = match at {
        PageAt::End => below(u64::MAX, limit)?,
        PageAt::Before(seq) => below(seq, limit)?,
        PageAt::After(seq) => above(seq, limit)?,
        PageAt::Around(seq) => {
            let half = limit.saturating_sub(1) / 2;
            let (mut messages, has_more) = below(seq, half)?;
            messages.extend(range(conn, ITSELF, room, seq, limit.min(1))?.0);
            let (newer, more_above) = above(seq, half)?;
            messages.extend(newer);
            has_newer = more_above;
            (messages, has_more)
        }
    };
    Ok(Page {
        messages,
        head,
        has_more,
        has_newer,
    })
}

/// A page of changes, by `rev`.
pub fn changes(
    conn: &Connection,
    reader: UserId,
    room: RoomId,
    since: u64,
    limit: u32,
) -> Result<Changes, StoreError> {
    let head = head(conn, reader, room)?;
    let (messages, has_more) = range(conn, CHANGED, room, since, limit)?;
    Ok(Changes {
        messages,
        head,
        has_more,
    })
}
