//! Reading everything there is, kind by kind.

use async_trait::async_trait;
use rusqlite::{Connection, Row, params, types::Value};
use shared::{Message, RoomId, Timestamp, UserId};
use uuid::Uuid;

use crate::store::{
    Account, Archive, Identity, KeptBan, KeptLogin, KeptMember, KeptRoom, Key, Kind, Records,
    StoreError,
};

use super::{
    SqliteStore, logins,
    rows::{self, account_columns, membership_columns, message_columns, room_columns, time_if_any},
};

#[async_trait]
impl Archive for SqliteStore {
    fn identity(&self) -> Identity {
        self.identity
    }

    async fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        self.read(move |conn| Ok(count(conn, kind)?)).await
    }

    async fn records(
        &self,
        kind: Kind,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Records, StoreError> {
        self.read(move |conn| Ok(records(conn, kind, after, limit)?))
            .await
    }
}

/// How many records of a kind there are.
pub fn count(conn: &Connection, kind: Kind) -> rusqlite::Result<u64> {
    let sql = match kind {
        Kind::Accounts => "SELECT count(*) FROM users",
        Kind::Logins => "SELECT count(*) FROM sessions",
        Kind::Rooms => "SELECT count(*) FROM rooms",
        Kind::Members => "SELECT count(*) FROM members",
        Kind::Bans => "SELECT count(*) FROM bans",
        Kind::Messages => "SELECT count(*) FROM messages",
    };
    conn.query_row(sql, [], |row| rows::number(row, 0))
}

/// The records of a kind above a key.
pub fn records(
    conn: &Connection,
    kind: Kind,
    after: Option<Key>,
    limit: u32,
) -> rusqlite::Result<Records> {
    // The smallest blob and a number below every seq: nothing is left out at the beginning.
    let (id, user, seq) = match after {
        None => (Value::Blob(vec![]), Value::Blob(vec![]), -1),
        Some(key) => (
            blob(key.id),
            blob(Uuid::from_u128(key.within)),
            i64::try_from(key.within).unwrap_or(i64::MAX),
        ),
    };
    Ok(match kind {
        Kind::Accounts => Records::Accounts(all(conn, ACCOUNTS, params![id, limit], account)?),
        Kind::Logins => {
            let mut logins = all(conn, LOGINS, params![id, limit], login)?;
            for kept in &mut logins {
                let of = params![kept.login.id.as_uuid()];
                kept.spent = all(conn, SPENT, of, |row| row.get(0))?;
            }
            Records::Logins(logins)
        }
        Kind::Rooms => Records::Rooms(all(conn, ROOMS, params![id, limit], room)?),
        Kind::Members => Records::Members(all(conn, MEMBERS, params![id, user, limit], member)?),
        Kind::Bans => Records::Bans(all(conn, BANS, params![id, user, limit], ban)?),
        Kind::Messages => Records::Messages(all(conn, MESSAGES, params![id, seq, limit], message)?),
    })
}

const ACCOUNTS: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM users WHERE id > ?1 ORDER BY id LIMIT ?2"
);
const LOGINS: &str = concat!(
    "SELECT ",
    logins::login_columns!(),
    ", refresh, last_spent, rotated_at FROM sessions WHERE id > ?1 ORDER BY id LIMIT ?2"
);
const SPENT: &str = "SELECT digest FROM spent_refreshes WHERE session = ?1 ORDER BY digest";
const ROOMS: &str = concat!(
    "SELECT ",
    room_columns!(),
    ", last_message_at FROM rooms WHERE id > ?1 ORDER BY id LIMIT ?2"
);
const MEMBERS: &str = concat!(
    "SELECT room, user, ",
    membership_columns!(),
    " FROM members WHERE (room, user) > (?1, ?2) ORDER BY room, user LIMIT ?3"
);
const BANS: &str = "SELECT room, user, banned_by, created_at FROM bans
     WHERE (room, user) > (?1, ?2) ORDER BY room, user LIMIT ?3";
const MESSAGES: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages WHERE (room, seq) > (?1, ?2) ORDER BY room, seq LIMIT ?3"
);

fn all<T>(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    conn.prepare_cached(sql)?.query_map(params, read)?.collect()
}

fn blob(id: Uuid) -> Value {
    Value::Blob(id.into_bytes().to_vec())
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    rows::account(row, 0)
}

fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    rows::message(row, 0)
}

fn room(row: &Row<'_>) -> rusqlite::Result<KeptRoom> {
    Ok(KeptRoom {
        room: rows::room(row, 0)?,
        last_message_at: time_if_any(row, 10)?,
    })
}

/// All but the spent values.
fn login(row: &Row<'_>) -> rusqlite::Result<KeptLogin> {
    Ok(KeptLogin {
        login: logins::login(row)?,
        refresh: row.get(6)?,
        last_spent: row.get(7)?,
        rotated_at: time_if_any(row, 8)?,
        spent: Vec::new(),
    })
}

fn place(row: &Row<'_>) -> rusqlite::Result<(RoomId, UserId)> {
    Ok((rows::room_id(row, 0)?, rows::user_id(row, 1)?))
}

fn member(row: &Row<'_>) -> rusqlite::Result<KeptMember> {
    let (room, user) = place(row)?;
    Ok(KeptMember {
        room,
        user,
        membership: rows::membership(row, 2)?,
    })
}

fn ban(row: &Row<'_>) -> rusqlite::Result<KeptBan> {
    let (room, user) = place(row)?;
    let created_at: Timestamp = rows::time(row, 3)?;
    Ok(KeptBan {
        room,
        user,
        banned_by: rows::user_id(row, 2)?,
        created_at,
    })
}
