//! People.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, named_params, params};
use shared::{Email, SessionId, Timestamp, UserId, Username};

use crate::store::{Account, AccountUpdate, Accounts, Change, NewAccount, StoreError};

use super::{
    SqliteStore, invitations, logins, members,
    rows::{self, Word, account_columns},
    writer::Write,
};

pub(super) const BY_ID: &str = concat!("SELECT ", account_columns!(), " FROM users WHERE id = ?1");
pub(super) const BY_NAME: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM users WHERE username = ?1"
);
/// By age where several look alike: ids are made in their order.
pub(super) const BY_LOOK: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM users WHERE look = ?1 ORDER BY id LIMIT 1"
);
pub(super) const AMONG: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM users WHERE id IN (SELECT unhex(value) FROM json_each(?1))"
);
/// SQLite's `lower` knows ASCII only, and `instr` no pattern.
pub(super) const LIST: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM users WHERE username > ?2 AND deleted_at IS NULL
       AND (?1 IS NULL OR instr(username, lower(?1)) OR instr(lower(display_name), lower(?1)))
     ORDER BY username LIMIT ?3"
);

#[async_trait]
impl Accounts for SqliteStore {
    async fn create_user(&self, account: NewAccount) -> Result<(), StoreError> {
        self.write(move |write| create(write, &account)).await
    }

    async fn user(&self, id: UserId) -> Result<Option<Account>, StoreError> {
        self.read(move |conn| find(conn, id)).await
    }

    async fn user_by_name(&self, username: &Username) -> Result<Option<Account>, StoreError> {
        let username = username.clone();
        self.read(move |conn| {
            let mut query = conn.prepare_cached(BY_NAME)?;
            Ok(query
                .query_row([username.as_str()], |row| rows::account(row, 0))
                .optional()?)
        })
        .await
    }

    async fn user_by_look(&self, look: &str) -> Result<Option<Account>, StoreError> {
        let look = look.to_owned();
        self.read(move |conn| {
            let mut query = conn.prepare_cached(BY_LOOK)?;
            Ok(query
                .query_row([look], |row| rows::account(row, 0))
                .optional()?)
        })
        .await
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<Account>, StoreError> {
        let ids = rows::id_list(ids);
        self.read(move |conn| {
            let mut query = conn.prepare_cached(AMONG)?;
            let found = query.query_map([ids], |row| rows::account(row, 0))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn list_users(
        &self,
        q: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Account>, StoreError> {
        let q = q.map(str::to_owned);
        let after = after.unwrap_or_default().to_owned();
        self.read(move |conn| {
            let mut query = conn.prepare_cached(LIST)?;
            let found = query.query_map(params![q, after, limit], |row| rows::account(row, 0))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn update_user(&self, id: UserId, update: AccountUpdate) -> Result<Account, StoreError> {
        self.write(move |write| change(write, id, &update)).await
    }

    async fn set_password(
        &self,
        id: UserId,
        password_hash: String,
        keep: Option<SessionId>,
    ) -> Result<(), StoreError> {
        self.write(move |write| {
            live(write.conn, id)?;
            let mut update = write
                .conn
                .prepare_cached("UPDATE users SET password_hash = ?2 WHERE id = ?1")?;
            update.execute(params![id.as_uuid(), password_hash])?;
            logins::end_all(write, id, keep)?;
            Ok(())
        })
        .await
    }

    async fn replace_hash(&self, id: UserId, old: String, new: String) -> Result<(), StoreError> {
        self.write(move |write| {
            let mut update = write.conn.prepare_cached(
                "UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2",
            )?;
            update.execute(params![id.as_uuid(), old, new])?;
            Ok(())
        })
        .await
    }

    async fn delete_user(&self, id: UserId, at: Timestamp) -> Result<(), StoreError> {
        self.write(move |write| delete(write, id, at)).await
    }

    async fn set_last_seen(&self, seen: &[(UserId, Timestamp)]) -> Result<(), StoreError> {
        let seen = seen.to_vec();
        self.write(move |write| {
            let mut update = write.conn.prepare_cached(
                "UPDATE users SET last_seen_at = ?2
                 WHERE id = ?1 AND deleted_at IS NULL AND ifnull(last_seen_at < ?2, true)",
            )?;
            for (user, at) in seen {
                update.execute(params![user.as_uuid(), at.as_millis()])?;
            }
            Ok(())
        })
        .await
    }
}

/// The account with this id, a deleted one too.
pub fn find(conn: &Connection, id: UserId) -> Result<Option<Account>, StoreError> {
    let mut query = conn.prepare_cached(BY_ID)?;
    Ok(query
        .query_row([id.as_uuid()], |row| rows::account(row, 0))
        .optional()?)
}

/// The account with this id, unless it is deleted.
pub fn live(conn: &Connection, id: UserId) -> Result<Account, StoreError> {
    find(conn, id)?
        .filter(|account| account.deleted_at.is_none())
        .ok_or(StoreError::NotFound)
}

fn create(write: &mut Write<'_>, new: &NewAccount) -> Result<(), StoreError> {
    if let Some(code) = &new.invitation {
        invitations::use_up(write.conn, code, new.created_at)?;
    }
    let mut query = write
        .conn
        .prepare_cached("SELECT 1 FROM users WHERE look = ?1")?;
    if query.exists([new.username.look()])? {
        return Err(StoreError::UsernameTaken);
    }
    refuse_taken_email(write.conn, &new.email, new.id)?;
    let mut insert = write.conn.prepare_cached(
        "INSERT INTO users (id, username, email, email_key, password_hash, display_name, gender,
                            status_text, role, created_at, look)
         VALUES (:id, :username, :email, :email_key, :password_hash, :display_name, :gender,
                 '', :role, :created_at, :look)",
    )?;
    insert.execute(named_params! {
        ":id": new.id.as_uuid(),
        ":username": new.username.as_str(),
        ":email": new.email.as_str(),
        ":email_key": new.email.key(),
        ":password_hash": new.password_hash,
        ":display_name": new.display_name,
        ":gender": new.gender.word(),
        ":role": new.role.word(),
        ":created_at": new.created_at.as_millis(),
        ":look": new.username.look(),
    })?;
    let lobby = write.lobby;
    members::put(
        write,
        lobby,
        new.id,
        shared::RoomRole::Member,
        new.created_at,
    )
}

fn refuse_taken_email(conn: &Connection, email: &Email, but: UserId) -> Result<(), StoreError> {
    let mut query = conn.prepare_cached("SELECT 1 FROM users WHERE email_key = ?1 AND id <> ?2")?;
    if query.exists(params![email.key(), but.as_uuid()])? {
        return Err(StoreError::EmailTaken);
    }
    Ok(())
}

fn change(
    write: &mut Write<'_>,
    id: UserId,
    update: &AccountUpdate,
) -> Result<Account, StoreError> {
    let conn = write.conn;
    let before = live(conn, id)?;
    if let Some(email) = &update.email {
        refuse_taken_email(conn, email, id)?;
    }
    let mut statement = conn.prepare_cached(
        "UPDATE users SET
             display_name = ifnull(:display_name, display_name),
             email = ifnull(:email, email),
             email_key = ifnull(:email_key, email_key),
             gender = ifnull(:gender, gender),
             status_text = ifnull(:status_text, status_text),
             role = ifnull(:role, role)
         WHERE id = :id",
    )?;
    statement.execute(named_params! {
        ":id": id.as_uuid(),
        ":display_name": update.display_name,
        ":email": update.email.as_ref().map(Email::as_str),
        ":email_key": update.email.as_ref().map(Email::key),
        ":gender": update.gender.map(Word::word),
        ":status_text": update.status_text,
        ":role": update.role.map(Word::word),
    })?;
    let after = live(conn, id)?;
    if after != before {
        write.announce(Change::UserChanged(Box::new(after.clone())));
    }
    Ok(after)
}

fn delete(write: &mut Write<'_>, id: UserId, at: Timestamp) -> Result<(), StoreError> {
    live(write.conn, id)?;
    members::take_out_of_all(write, id)?;
    logins::end_all(write, id, None)?;
    let mut update = write.conn.prepare_cached(
        "UPDATE users SET email = '', email_key = NULL, password_hash = '', display_name = '',
             gender = 'unspecified', status_text = '', role = 'member', last_seen_at = NULL,
             deleted_at = ?2
         WHERE id = ?1",
    )?;
    update.execute(params![id.as_uuid(), at.as_millis()])?;
    let gone = find(write.conn, id)?.ok_or(StoreError::NotFound)?;
    write.announce(Change::UserChanged(Box::new(gone)));
    Ok(())
}
