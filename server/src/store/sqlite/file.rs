//! The file: whose it is, who may read it, and how a connection to it is set up.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, config::DbConfig};
use uuid::Uuid;

use crate::store::{Identity, StoreError};

use super::{
    aside::named,
    failure::{Refusal, explain, explain_sqlite},
    journal::Journal,
    replay, schema,
};

/// What this process holds of a store's file. To be dropped after its last connection.
pub struct Hold {
    /// Keeps other processes out.
    _lock: File,
    /// The file itself, to sync it. Closing it drops this process's locks on it, SQLite's too.
    pub database: File,
    /// Its write-ahead log, for the same. There is one from the first connection to the last.
    pub log: File,
}

/// An open file.
pub struct OpenFile {
    pub conn: Connection,
    pub hold: Arc<Hold>,
    pub path: PathBuf,
    pub identity: Identity,
    pub journal: Journal,
}

/// Opens a store, made and migrated where needed. Takes its time: not for an async thread.
///
/// # Errors
/// The source is one line that names the file and what to do.
pub fn open(path: &Path) -> Result<OpenFile, StoreError> {
    // A link and what it points to are one store, with one lock.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let lock = lock(&path)?;
    let unavailable = |error: io::Error| refuse(&path, explain(&error)).unavailable();
    create(&path).map_err(unavailable)?;
    let (conn, identity) = connect(&path).map_err(|error| {
        let refusal = refuse(&path, explain_sqlite(&error));
        match error {
            StoreError::Unavailable(_) => refusal.unavailable(),
            _ => StoreError::Backend(Box::new(refusal)),
        }
    })?;
    let journal = begin_journal(&path, &conn).map_err(|error| match error {
        StoreError::Unavailable(_) => refuse(&path, explain_sqlite(&error)).unavailable(),
        error => error,
    })?;
    let hold = Hold {
        _lock: lock,
        database: File::open(&path).map_err(unavailable)?,
        log: File::open(named(&path, "-wal")).map_err(unavailable)?,
    };
    Ok(OpenFile {
        conn,
        hold: Arc::new(hold),
        path,
        identity,
        journal,
    })
}

/// Posts again what the last process answered and did not commit, and begins a journal.
fn begin_journal(path: &Path, conn: &Connection) -> Result<Journal, StoreError> {
    let posts = replay::replay(conn, &replay::pending(path, conn)?)?;
    if posts > 0 {
        tracing::info!(
            posts,
            "posted again from the journal what had not been committed"
        );
    }
    let id = Uuid::new_v4();
    let tx = conn.unchecked_transaction()?;
    replay::name(&tx, Some(id))?;
    tx.commit()?;
    Ok(Journal::new(path, id))
}

fn refuse(path: &Path, problem: String) -> Refusal {
    Refusal::Open {
        path: path.to_owned(),
        problem,
    }
}

/// Locks a file beside the store. SQLite's own lock would not do: it is let go of between
/// transactions, and an exclusive one shuts our readers out. The kernel drops this one with the
/// process, however it ends; the empty file stays.
pub fn lock(path: &Path) -> Result<File, StoreError> {
    let beside = named(path, ".lock");
    let unavailable = |error: &io::Error| refuse(path, explain(error)).unavailable();
    let file = owner_only()
        .write(true)
        .create(true)
        .truncate(false)
        .open(beside)
        .map_err(|error| unavailable(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Refusal::InUse {
            path: path.to_owned(),
        }
        .unavailable()),
        Err(TryLockError::Error(error)) => Err(unavailable(&error)),
    }
}

/// Makes an empty file, which is an empty database, so that its mode is ours to choose: SQLite
/// gives the same one to the `-wal` and `-shm` files.
///
/// An existing file is not even opened: closing it again would drop this process's locks on it.
fn create(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => owner_only()
            .write(true)
            .create_new(true)
            .open(path)
            .map(drop),
        Err(error) => Err(error),
    }
}

/// For opening a file that, if made, only its owner may read.
pub fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn connect(path: &Path) -> Result<(Connection, Identity), StoreError> {
    let mut conn = Connection::open(path)?;
    prepare(&conn)?;
    // Before anything is changed: a log of ours would be a change to another program's file.
    schema::version(&conn)?;
    let mode: String =
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Unavailable(Box::new(io::Error::other(
            "the file system does not take a write-ahead log: put it on a local disk",
        ))));
    }
    // An answer means durable: every commit syncs the log, but for those of posts, which are in the
    // journal.
    conn.pragma_update(None, "synchronous", "FULL")?;
    // The checkpointer does it: here every commit in its time would wait.
    conn.pragma_update(None, "wal_autocheckpoint", 0)?;
    // What a burst leaves of the log is given back at the next checkpoint.
    conn.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    let identity = schema::migrate(&mut conn)?;
    Ok((conn, identity))
}

/// A store without a file.
pub fn open_memory() -> Result<(Connection, Identity), StoreError> {
    let mut conn = Connection::open_in_memory()?;
    prepare(&conn)?;
    let identity = schema::migrate(&mut conn)?;
    Ok((conn, identity))
}

/// What every connection needs.
pub fn prepare(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.pragma_update(None, "foreign_keys", true)?;
    // A plan made once stays. Without it, on tables with a partial index, SQLite may plan a
    // statement anew each time a parameter is bound to it.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // More than there are statements in this module.
    conn.set_prepared_statement_cache_capacity(128);
    Ok(())
}
