//! A file that becomes a store by being filled with another one's records.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use rusqlite::{Connection, params};
use shared::{Email, Message, MessageId, MessageState, Room, Timestamp};

use crate::store::{
    Account, Archive, Identity, Intake, KeptBan, KeptLogin, KeptMember, KeptRoom, Key, Kind,
    MoveError, Records, StoreError,
};

use super::{
    archive,
    aside::Aside,
    backup::unfit,
    file,
    rows::{Word, sql_number},
    schema,
};

/// The file, which has another name and another mark until it is whole.
pub struct SqliteIntake {
    /// One statement after the other: nobody else is here, and a disk does not wait.
    conn: Mutex<Connection>,
    identity: Identity,
    aside: Aside,
    place: PathBuf,
    /// Keeps a server from making a store there meanwhile.
    _lock: File,
}

impl SqliteIntake {
    /// Begins a store with that identity at `path`.
    ///
    /// # Errors
    /// [`MoveError::NotEmpty`] when there is a store with anybody in it; [`MoveError::Store`] when
    /// a server has it open; [`MoveError::InMaking`]; [`MoveError::File`].
    pub fn begin(path: &Path, identity: Identity) -> Result<Self, MoveError> {
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let lock = file::lock(&place)?;
        if fs::metadata(&place).is_ok_and(|file| file.len() > 0) {
            refuse_used(&place)?;
        }
        let aside = Aside::begin(&place)?;
        let conn = furnish(aside.path(), identity).map_err(|error| unfit(&place, error))?;
        Ok(Self {
            conn: Mutex::new(conn),
            identity,
            aside,
            place,
            _lock: lock,
        })
    }

    fn conn(&self) -> MutexGuard<'_, Connection> {
        self.conn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets a store through that nobody has used, and leaves it as one file, to be replaced.
fn refuse_used(place: &Path) -> Result<(), MoveError> {
    let used = || -> Result<bool, StoreError> {
        let conn = Connection::open(place)?;
        file::prepare(&conn)?;
        if schema::version(&conn)? == 0 {
            return Ok(false);
        }
        let (people, rooms): (i64, i64) = conn.query_row(
            "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM rooms)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        if people > 0 || rooms > 1 {
            return Ok(true);
        }
        schema::leave_one_file(&conn)?;
        Ok(false)
    };
    match used() {
        Ok(false) => Ok(()),
        Ok(true) => Err(MoveError::NotEmpty(format!("sqlite:{}", place.display()))),
        Err(error) => Err(unfit(place, error)),
    }
}

fn furnish(path: &Path, identity: Identity) -> Result<Connection, StoreError> {
    let mut conn = Connection::open(path)?;
    file::prepare(&conn)?;
    // Cut short, it is thrown away; whole, it is synced before it gets its name.
    conn.pragma_update(None, "synchronous", "OFF")?;
    conn.pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))?;
    schema::migrate(&mut conn)?;
    schema::mark_unfinished(&conn)?;
    conn.execute("DELETE FROM rooms", [])?;
    conn.execute(
        "UPDATE meta SET epoch = ?1, lobby = ?2",
        params![identity.epoch.as_uuid(), identity.lobby.as_uuid()],
    )?;
    Ok(conn)
}

#[async_trait]
impl Archive for SqliteIntake {
    fn identity(&self) -> Identity {
        self.identity
    }

    async fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        Ok(archive::count(&self.conn(), kind)?)
    }

    async fn records(
        &self,
        kind: Kind,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Records, StoreError> {
        Ok(archive::records(&self.conn(), kind, after, limit)?)
    }
}

#[async_trait]
impl Intake for SqliteIntake {
    async fn put(&self, records: Records) -> Result<(), StoreError> {
        let mut conn = self.conn();
        let tx = conn.transaction()?;
        put(&tx, &records)?;
        Ok(tx.commit()?)
    }

    async fn finish(self: Box<Self>) -> Result<(), MoveError> {
        let Self {
            conn, aside, place, ..
        } = *self;
        let conn = conn.into_inner().unwrap_or_else(PoisonError::into_inner);
        let whole = schema::mark_whole(&conn).and_then(|()| schema::leave_one_file(&conn));
        whole.map_err(|error| unfit(&place, error))?;
        conn.close().map_err(|(_, error)| unfit(&place, error))?;
        aside.finish(true)
    }
}

fn put(conn: &Connection, records: &Records) -> rusqlite::Result<()> {
    match records {
        Records::Accounts(all) => all.iter().try_for_each(|one| put_account(conn, one)),
        Records::Logins(all) => all.iter().try_for_each(|one| put_login(conn, one)),
        Records::Rooms(all) => all.iter().try_for_each(|one| put_room(conn, one)),
        Records::Members(all) => all.iter().try_for_each(|one| put_member(conn, one)),
        Records::Bans(all) => all.iter().try_for_each(|one| put_ban(conn, one)),
        Records::Messages(all) => all.iter().try_for_each(|one| put_message(conn, one)),
    }
}

fn millis(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_millis)
}

fn put_account(conn: &Connection, account: &Account) -> rusqlite::Result<()> {
    // None of a deleted account, whose address is "".
    let email_key = account.email.parse::<Email>().ok().map(|email| email.key());
    let mut insert = conn.prepare_cached(
        "INSERT INTO users (id, username, email, email_key, password_hash, display_name, gender,
             status_text, role, created_at, last_seen_at, deleted_at, look)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    insert.execute(params![
        account.id.as_uuid(),
        account.username.as_str(),
        account.email,
        email_key,
        account.password_hash,
        account.display_name,
        account.gender.word(),
        account.status_text,
        account.role.word(),
        account.created_at.as_millis(),
        millis(account.last_seen_at),
        millis(account.deleted_at),
        account.username.look(),
    ])?;
    Ok(())
}

fn put_login(conn: &Connection, kept: &KeptLogin) -> rusqlite::Result<()> {
    let login = &kept.login;
    let mut insert = conn.prepare_cached(
        "INSERT INTO sessions (id, user, refresh, last_spent, rotated_at, created_at,
             last_used_at, expires_at, user_agent)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    insert.execute(params![
        login.id.as_uuid(),
        login.user.as_uuid(),
        kept.refresh,
        kept.last_spent,
        millis(kept.rotated_at),
        login.created_at.as_millis(),
        login.last_used_at.as_millis(),
        login.expires_at.as_millis(),
        login.user_agent,
    ])?;
    let mut spend =
        conn.prepare_cached("INSERT INTO spent_refreshes (session, digest) VALUES (?1, ?2)")?;
    for digest in &kept.spent {
        spend.execute(params![login.id.as_uuid(), digest])?;
    }
    Ok(())
}

/// Members are counted as they come.
fn put_room(conn: &Connection, kept: &KeptRoom) -> rusqlite::Result<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO rooms (id, name, title, topic, visibility, direct_low, direct_high, head,
             last_message_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    let (id, last) = (kept.room.id().as_uuid(), millis(kept.last_message_at));
    match &kept.room {
        Room::Room(room) => insert.execute(params![
            id,
            room.name.as_str(),
            room.title,
            room.topic,
            room.visibility.word(),
            None::<[u8; 16]>,
            None::<[u8; 16]>,
            sql_number(room.head),
            last,
            room.created_at.as_millis(),
        ])?,
        Room::Direct(room) => insert.execute(params![
            id,
            None::<&str>,
            None::<&str>,
            None::<&str>,
            None::<&str>,
            room.members[0].as_uuid(),
            room.members[1].as_uuid(),
            sql_number(room.head),
            last,
            room.created_at.as_millis(),
        ])?,
    };
    Ok(())
}

fn put_member(conn: &Connection, kept: &KeptMember) -> rusqlite::Result<()> {
    let membership = &kept.membership;
    let mut insert = conn.prepare_cached(
        "INSERT INTO members (room, user, username, role, joined_at, delivered, read)
         VALUES (?1, ?2, (SELECT username FROM users WHERE id = ?2), ?3, ?4, ?5, ?6)",
    )?;
    insert.execute(params![
        kept.room.as_uuid(),
        kept.user.as_uuid(),
        membership.role.word(),
        membership.joined_at.as_millis(),
        sql_number(membership.marks.delivered),
        sql_number(membership.marks.read),
    ])?;
    Ok(())
}

fn put_ban(conn: &Connection, ban: &KeptBan) -> rusqlite::Result<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO bans (room, user, banned_by, created_at) VALUES (?1, ?2, ?3, ?4)",
    )?;
    insert.execute(params![
        ban.room.as_uuid(),
        ban.user.as_uuid(),
        ban.banned_by.as_uuid(),
        ban.created_at.as_millis(),
    ])?;
    Ok(())
}

fn put_message(conn: &Connection, message: &Message) -> rusqlite::Result<()> {
    let (body, reply_to, edited_at, deleted_at) = match &message.state {
        MessageState::Live {
            body,
            reply_to,
            edited_at,
        } => (Some(body), *reply_to, *edited_at, None),
        MessageState::Deleted { deleted_at } => (None, None, None, Some(*deleted_at)),
    };
    let mut insert = conn.prepare_cached(
        "INSERT INTO messages (room, seq, rev, id, author, client_id, body, reply_to, created_at,
             edited_at, deleted_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    insert.execute(params![
        message.room.as_uuid(),
        sql_number(message.seq),
        sql_number(message.rev),
        message.id.as_uuid(),
        message.author.as_uuid(),
        message.client_id.as_uuid(),
        body,
        reply_to.map(MessageId::as_uuid),
        message.created_at.as_millis(),
        millis(edited_at),
        millis(deleted_at),
    ])?;
    Ok(())
}
