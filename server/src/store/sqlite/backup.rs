//! Backup and restore: a whole store as one file, made while a server writes, and back again.

use std::{
    ffi::c_int,
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
    params,
};
use uuid::Uuid;

use crate::store::{MoveError, Progress, StoreError};

use super::{
    aside::{Aside, keep_old, unwritten},
    failure::{Refusal, explain_sqlite},
    file, replay, schema,
};

/// 256 pages, 1 MiB, between two reports.
const STEP_PAGES: c_int = 256;

/// Copies the store at `store` into `to`, which appears whole or not at all; its bytes.
///
/// A server may have the store open and write: the copy is what was committed when it began. It
/// keeps nobody from writing; meanwhile the store's log grows by what is written.
///
/// # Errors
/// [`MoveError::BackupExists`] unless `overwrite`; [`MoveError::Absent`];
/// [`MoveError::InMaking`]; [`MoveError::File`] for whatever else, a damaged store too.
pub fn back_up(
    store: &Path,
    to: &Path,
    overwrite: bool,
    told: &mut dyn FnMut(Progress),
) -> Result<u64, MoveError> {
    let store = fs::canonicalize(store).map_err(|_| MoveError::absent(store))?;
    refuse_same(&store, to)?;
    if !overwrite && fs::symlink_metadata(to).is_ok() {
        return Err(MoveError::BackupExists(to.to_owned()));
    }
    let source = open_source(&store)?;
    let aside = Aside::begin(to)?;
    let copy = copy(&store, &source, aside.path(), told).map_err(|error| unfit(to, error))?;
    check(&copy, &store, told)?;
    close(copy, to)?;
    let bytes = fs::metadata(aside.path()).map_or(0, |file| file.len());
    aside.finish(overwrite)?;
    Ok(bytes)
}

/// Puts the backup `from` where the store at `store` is, or was; where the old one is kept.
///
/// It gets a new epoch, so that clients who saw what the backup lacks fetch afresh, and loses its
/// logins and tickets: one that was ended since the backup would be alive again. Of an older
/// version it is migrated. It is in its place whole or not at all.
///
/// # Errors
/// [`MoveError::StoreExists`] unless `replace`; [`MoveError::Store`] when a server has it open;
/// [`MoveError::File`] when `from` is no whole backup of a known version.
pub fn restore(
    from: &Path,
    store: &Path,
    replace: bool,
    told: &mut dyn FnMut(Progress),
) -> Result<Option<PathBuf>, MoveError> {
    // A link and what it points to are one store, with one lock.
    let store = fs::canonicalize(store).unwrap_or_else(|_| store.to_owned());
    refuse_same(&store, from)?;
    let source = open_source(from)?;
    let _lock = file::lock(&store)?;
    // An empty file is what a first start leaves that was killed at once.
    let is_there = fs::metadata(&store).is_ok_and(|file| file.len() > 0);
    if is_there && !replace {
        return Err(MoveError::StoreExists(store));
    }
    let aside = Aside::begin(&store)?;
    let mut copy = copy(from, &source, aside.path(), told).map_err(|error| unfit(&store, error))?;
    check(&copy, from, told)?;
    schema::migrate(&mut copy)?;
    begin_anew(&copy).map_err(|error| unfit(&store, error))?;
    close(copy, &store)?;
    let kept = is_there.then(|| keep_old(&store)).transpose()?;
    aside.finish(true)?;
    Ok(kept)
}

/// Opens what is to be read, and makes sure that it is a store.
fn open_source(path: &Path) -> Result<Connection, MoveError> {
    // SQLite says only that it cannot be opened.
    fs::File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => MoveError::absent(path),
        _ => unwritten(path, &error),
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(|error| unfit(path, error))?;
    file::prepare(&conn).map_err(|error| unfit(path, error))?;
    match schema::version(&conn) {
        Ok(0) => Err(unfit(path, StoreError::Backend(Box::new(Refusal::Foreign)))),
        Ok(_) => Ok(conn),
        Err(error) => Err(unfit(path, error)),
    }
}

/// Copies a whole store into an empty file, as it was at one instant.
fn copy(
    store: &Path,
    source: &Connection,
    to: &Path,
    told: &mut dyn FnMut(Progress),
) -> Result<Connection, StoreError> {
    // Before the snapshot: what is answered meanwhile may build on what only the snapshot lacks.
    let pending = replay::pending(store, source)?;
    // One snapshot from the first page to the last: in a write-ahead log who reads keeps nobody
    // from writing, and without it every commit would make the copy begin again.
    let snapshot = source.unchecked_transaction()?;
    snapshot.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let mut copy = Connection::open(to)?;
    let backup = Backup::new(&snapshot, &mut copy)?;
    loop {
        let step = backup.step(STEP_PAGES)?;
        let pages = backup.progress();
        let page = |count: c_int| u64::try_from(count).unwrap_or(0);
        told(Progress {
            what: "copying",
            done: page(pages.pagecount - pages.remaining),
            total: page(pages.pagecount),
            unit: "pages",
        });
        match step {
            StepResult::Done => break,
            // Nobody else should be at either file for long.
            StepResult::Busy | StepResult::Locked => thread::sleep(Duration::from_millis(10)),
            _ => {}
        }
    }
    drop(backup);
    schema::leave_one_file(&copy)?;
    file::prepare(&copy)?;
    replay::replay(&copy, &pending)?;
    replay::name(&copy, None)?;
    Ok(copy)
}

/// Reads all of a copy: every page, row and index entry, and whether rows belong together.
fn check(copy: &Connection, name: &Path, told: &mut dyn FnMut(Progress)) -> Result<(), MoveError> {
    told(Progress {
        what: "checking",
        done: 0,
        total: 1,
        unit: "file",
    });
    schema::version(copy).map_err(|error| unfit(name, error))?;
    let found = copy
        .query_row("PRAGMA integrity_check(1)", [], |row| {
            row.get::<_, String>(0)
        })
        .map_err(|error| unfit(name, error))?;
    if found != "ok" {
        return Err(MoveError::File {
            path: name.to_owned(),
            problem: format!("it is damaged ({found}): use an earlier backup"),
        });
    }
    let orphans = copy
        .prepare("PRAGMA foreign_key_check")
        .and_then(|mut query| query.exists([]))
        .map_err(|error| unfit(name, error))?;
    if orphans {
        return Err(MoveError::File {
            path: name.to_owned(),
            problem: "it is damaged (a row refers to none): use an earlier backup".to_owned(),
        });
    }
    told(Progress {
        what: "checking",
        done: 1,
        total: 1,
        unit: "file",
    });
    Ok(())
}

/// What must not be believed after a restore.
fn begin_anew(copy: &Connection) -> rusqlite::Result<()> {
    let tx = copy.unchecked_transaction()?;
    tx.execute("UPDATE meta SET epoch = ?1", params![Uuid::new_v4()])?;
    for table in ["tickets", "spent_refreshes", "sessions"] {
        tx.execute(&format!("DELETE FROM {table}"), [])?;
    }
    tx.commit()
}

fn close(conn: Connection, name: &Path) -> Result<(), MoveError> {
    conn.close().map_err(|(_, error)| unfit(name, error))
}

fn refuse_same(store: &Path, file: &Path) -> Result<(), MoveError> {
    match fs::canonicalize(file) {
        Ok(file) if file == store => Err(MoveError::SameFile(file)),
        _ => Ok(()),
    }
}

/// What SQLite says of a file, with what to do.
pub fn unfit(path: &Path, error: impl Into<StoreError>) -> MoveError {
    MoveError::File {
        path: path.to_owned(),
        problem: explain_sqlite(&error.into()),
    }
}
