//! Logins and tickets.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use shared::{SessionId, Timestamp, UserId};

use crate::store::{
    Arrival, Change, Digest, Login, Logins, NewLogin, Rotation, StoreError, TicketGrant,
    refresh::{RefreshValues, Shown},
};

use super::{SqliteStore, accounts, mine, rows, writer::Write};

/// The 6 columns that [`login`] reads.
macro_rules! login_columns {
    () => {
        "id, user, created_at, last_used_at, expires_at, user_agent"
    };
}

pub(super) use login_columns;

pub(super) const BY_ID: &str = concat!(
    "SELECT ",
    login_columns!(),
    " FROM sessions WHERE id = ?1 AND expires_at > ?2"
);
pub(super) const OF_USER: &str = concat!(
    "SELECT ",
    login_columns!(),
    " FROM sessions WHERE user = ?1 AND expires_at > ?2 ORDER BY last_used_at DESC, id"
);

/// A login from [`login_columns!`].
pub(super) fn login(row: &Row<'_>) -> rusqlite::Result<Login> {
    Ok(Login {
        id: SessionId::from_uuid(row.get(0)?),
        user: rows::user_id(row, 1)?,
        created_at: rows::time(row, 2)?,
        last_used_at: rows::time(row, 3)?,
        expires_at: rows::time(row, 4)?,
        user_agent: row.get(5)?,
    })
}

#[async_trait]
impl Logins for SqliteStore {
    async fn create_session(&self, new: NewLogin) -> Result<(), StoreError> {
        self.write(move |write| create(write.conn, &new)).await
    }

    async fn session(&self, id: SessionId, now: Timestamp) -> Result<Option<Login>, StoreError> {
        self.read(move |conn| find(conn, id, now)).await
    }

    async fn sessions(
        &self,
        ids: &[SessionId],
        now: Timestamp,
    ) -> Result<Vec<Option<Login>>, StoreError> {
        let ids = ids.to_vec();
        self.read(move |conn| ids.into_iter().map(|id| find(conn, id, now)).collect())
            .await
    }

    async fn arrivals(
        &self,
        asked: &[(UserId, SessionId)],
        now: Timestamp,
    ) -> Result<Vec<Option<Arrival>>, StoreError> {
        let asked = asked.to_vec();
        let all = asked.into_iter();
        self.read(move |conn| all.map(|(user, id)| arrival(conn, user, id, now)).collect())
            .await
    }

    async fn sessions_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Login>, StoreError> {
        self.read(move |conn| {
            let mut query = conn.prepare_cached(OF_USER)?;
            let found = query.query_map(params![user.as_uuid(), now.as_millis()], login)?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn rotate_refresh(
        &self,
        id: SessionId,
        presented: Digest,
        next: Digest,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        self.write(move |write| rotate(write, id, presented, next, now))
            .await
    }

    async fn end_session(&self, user: UserId, id: SessionId) -> Result<bool, StoreError> {
        self.write(move |write| end(write, user, id)).await
    }

    async fn end_sessions(&self, user: UserId, keep: Option<SessionId>) -> Result<u32, StoreError> {
        self.write(move |write| end_all(write, user, keep)).await
    }

    async fn put_ticket(&self, ticket: Digest, grant: TicketGrant) -> Result<(), StoreError> {
        self.write(move |write| {
            let mut insert = write.conn.prepare_cached(
                "INSERT INTO tickets (digest, session, user, access_expires_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            insert.execute(params![
                ticket,
                grant.session.as_uuid(),
                grant.user.as_uuid(),
                grant.access_expires_at.as_millis(),
                grant.expires_at.as_millis(),
            ])?;
            Ok(())
        })
        .await
    }

    async fn take_ticket(
        &self,
        ticket: Digest,
        now: Timestamp,
    ) -> Result<Option<TicketGrant>, StoreError> {
        self.write(move |write| {
            let mut delete = write.conn.prepare_cached(
                "DELETE FROM tickets WHERE digest = ?1
                 RETURNING session, user, access_expires_at, expires_at",
            )?;
            let taken = delete
                .query_row([ticket], |row| {
                    Ok(TicketGrant {
                        session: SessionId::from_uuid(row.get(0)?),
                        user: rows::user_id(row, 1)?,
                        access_expires_at: rows::time(row, 2)?,
                        expires_at: rows::time(row, 3)?,
                    })
                })
                .optional()?;
            Ok(taken.filter(|grant| grant.expires_at > now))
        })
        .await
    }

    async fn purge_expired(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |write| {
            for sql in [
                "DELETE FROM sessions WHERE expires_at <= ?1",
                "DELETE FROM tickets WHERE expires_at <= ?1",
                "DELETE FROM invitations WHERE expires_at <= ?1",
            ] {
                write.conn.prepare_cached(sql)?.execute([now.as_millis()])?;
            }
            Ok(())
        })
        .await
    }
}

fn find(conn: &Connection, id: SessionId, now: Timestamp) -> Result<Option<Login>, StoreError> {
    let mut query = conn.prepare_cached(BY_ID)?;
    Ok(query
        .query_row(params![id.as_uuid(), now.as_millis()], login)
        .optional()?)
}

fn arrival(
    conn: &Connection,
    user: UserId,
    id: SessionId,
    now: Timestamp,
) -> Result<Option<Arrival>, StoreError> {
    let Some(login) = find(conn, id, now)?.filter(|login| login.user == user) else {
        return Ok(None);
    };
    let Some(account) = accounts::find(conn, user)? else {
        return Ok(None);
    };
    let rooms = mine::heads(conn, user)?;
    Ok(Some(Arrival {
        login,
        account,
        rooms,
    }))
}

fn create(conn: &Connection, new: &NewLogin) -> Result<(), StoreError> {
    let login = &new.login;
    accounts::live(conn, login.user)?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO sessions (id, user, refresh, created_at, last_used_at, expires_at, user_agent)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    insert.execute(params![
        login.id.as_uuid(),
        login.user.as_uuid(),
        new.refresh,
        login.created_at.as_millis(),
        login.last_used_at.as_millis(),
        login.expires_at.as_millis(),
        login.user_agent,
    ])?;
    Ok(())
}

fn rotate(
    write: &mut Write<'_>,
    id: SessionId,
    presented: Digest,
    next: Digest,
    now: Timestamp,
) -> Result<Rotation, StoreError> {
    let conn = write.conn;
    let Some(login) = find(conn, id, now)? else {
        return Ok(Rotation::Unknown);
    };
    let mut query =
        conn.prepare_cached("SELECT refresh, last_spent, rotated_at FROM sessions WHERE id = ?1")?;
    let values = query.query_row([id.as_uuid()], |row| {
        Ok(RefreshValues {
            current: row.get(0)?,
            last_spent: row.get(1)?,
            rotated_at: rows::time_if_any(row, 2)?,
        })
    })?;
    match values.judge(&presented, now) {
        Shown::Current => replace(conn, login, presented, next, now).map(Rotation::Rotated),
        Shown::JustReplaced => Ok(Rotation::Repeated(login)),
        Shown::Spent => replayed(write, &login, presented),
    }
}

/// Makes `next` the login's refresh value; the login afterwards.
fn replace(
    conn: &Connection,
    login: Login,
    presented: Digest,
    next: Digest,
    now: Timestamp,
) -> Result<Login, StoreError> {
    let id = login.id.as_uuid();
    let mut spend =
        conn.prepare_cached("INSERT INTO spent_refreshes (session, digest) VALUES (?1, ?2)")?;
    spend.execute(params![id, presented])?;
    let mut update = conn.prepare_cached(
        "UPDATE sessions SET refresh = ?2, last_spent = ?3, rotated_at = ?4,
             last_used_at = max(last_used_at, ?4)
         WHERE id = ?1",
    )?;
    update.execute(params![id, next, presented, now.as_millis()])?;
    let last_used_at = login.last_used_at.max(now);
    Ok(Login {
        last_used_at,
        ..login
    })
}

/// Ends the login where it ever had the value: somebody replays it.
fn replayed(
    write: &mut Write<'_>,
    login: &Login,
    presented: Digest,
) -> Result<Rotation, StoreError> {
    let id = login.id;
    let mut spent = write
        .conn
        .prepare_cached("SELECT 1 FROM spent_refreshes WHERE session = ?1 AND digest = ?2")?;
    if !spent.exists(params![id.as_uuid(), presented])? {
        return Ok(Rotation::Unknown);
    }
    end(write, login.user, id)?;
    Ok(Rotation::Replayed)
}

fn end(write: &mut Write<'_>, user: UserId, id: SessionId) -> Result<bool, StoreError> {
    let mut delete = write
        .conn
        .prepare_cached("DELETE FROM sessions WHERE id = ?1 AND user = ?2")?;
    let was_there = delete.execute(params![id.as_uuid(), user.as_uuid()])? > 0;
    if was_there {
        write.announce(Change::SessionEnded { session: id, user });
    }
    Ok(was_there)
}

/// Ends all logins of that person but `keep`; how many ended.
pub fn end_all(
    write: &mut Write<'_>,
    user: UserId,
    keep: Option<SessionId>,
) -> Result<u32, StoreError> {
    let mut delete = write
        .conn
        .prepare_cached("DELETE FROM sessions WHERE user = ?1 AND id IS NOT ?2 RETURNING id")?;
    let ended: Vec<SessionId> = delete
        .query_map(
            params![user.as_uuid(), keep.map(SessionId::as_uuid)],
            |row| row.get(0).map(SessionId::from_uuid),
        )?
        .collect::<rusqlite::Result<_>>()?;
    for session in &ended {
        write.announce(Change::SessionEnded {
            session: *session,
            user,
        });
    }
    Ok(u32::try_from(ended.len()).unwrap_or(u32::MAX))
}
