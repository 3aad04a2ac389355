//! What SQLite and the file system report, as a [`StoreError`].

use std::{error::Error, io, path::PathBuf, sync::Arc};

use rusqlite::ErrorCode;

use crate::store::StoreError;

/// Why the store was not opened, or does not work: one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The file could not be opened.
    #[error("cannot open {}: {problem}", path.display())]
    Open { path: PathBuf, problem: String },
    /// Another process has the lock.
    #[error(
        "another Parlor is using {}: stop it, or give this one a data directory of its own",
        path.display()
    )]
    InUse { path: PathBuf },
    /// It was migrated by a later version.
    #[error(
        "it was made by a newer Parlor (schema {version}, this one knows {known}): \
         upgrade Parlor, or restore a backup"
    )]
    Newer { version: i64, known: usize },
    /// A copy into it was cut short.
    #[error("an unfinished copy: run `parlor copy` again, or remove it")]
    Unfinished,
    /// Another program's database.
    #[error("it is not a Parlor store: choose another file")]
    Foreign,
    /// After `close`, or when the writer thread has died.
    #[error("the store is closed")]
    Closed,
}

impl Refusal {
    /// As an answer to a call.
    pub fn unavailable(self) -> StoreError {
        StoreError::Unavailable(Box::new(self))
    }
}

/// What to do about a file that could not be opened.
pub fn explain(error: &io::Error) -> String {
    let advice = match error.kind() {
        io::ErrorKind::NotFound => "make its directory first",
        io::ErrorKind::NotADirectory => "a part of the path is a file; choose another path",
        io::ErrorKind::IsADirectory => "it is a directory; name a file in it",
        io::ErrorKind::PermissionDenied => {
            "let the account that Parlor runs as read and write the file and its directory"
        }
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only; mount it writable",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make space on the disk",
        _ => "check the disk and the path",
    };
    format!("{error}: {advice}")
}

/// The same for what SQLite says while it opens one.
pub fn explain_sqlite(error: &StoreError) -> String {
    let source = reason(error);
    let code = error
        .source()
        .and_then(|source| source.downcast_ref::<rusqlite::Error>())
        .and_then(rusqlite::Error::sqlite_error_code);
    match code {
        Some(ErrorCode::NotADatabase) => "it is not a Parlor store: choose another file".to_owned(),
        Some(ErrorCode::DiskFull) => "the disk is full: make space".to_owned(),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => format!(
            "{source}: let the account that Parlor runs as read and write the file and its directory"
        ),
        Some(ErrorCode::DatabaseBusy) => {
            "another program is writing to it: stop that program".to_owned()
        }
        Some(ErrorCode::DatabaseCorrupt) => format!("{source}: restore a backup"),
        _ => source,
    }
}

/// Whether it is the disk or a lock, which may come right by itself, rather than a bug or damage.
fn may_pass(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::OutOfMemory
        )
    )
}

/// Why nothing of a batch was kept; each of its jobs is told.
#[derive(Debug, Clone, thiserror::Error)]
#[error("nothing was written: {0}")]
pub struct Lost(Arc<str>);

impl Lost {
    /// Because of a job that SQLite gave the whole transaction up for.
    pub fn with(error: &StoreError) -> Self {
        Self(reason(error).into())
    }
}

impl From<rusqlite::Error> for Lost {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string().into())
    }
}

/// What lies behind an error, which says itself only what it means to the caller.
fn reason(error: &StoreError) -> String {
    error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

impl From<rusqlite::Error> for StoreError {
    /// Uniqueness is asked for before it is relied on (there is one writer), so a constraint that
    /// fails is a bug like any other.
    fn from(error: rusqlite::Error) -> Self {
        if may_pass(&error) {
            Self::Unavailable(Box::new(error))
        } else {
            Self::Backend(Box::new(error))
        }
    }
}
