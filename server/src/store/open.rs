//! The only place that names a backend.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use super::{Feed, MoveError, Progress, Store, StoreError, sqlite};
use crate::bus::{Alone, Bus, Signals};

/// Where a store is: `sqlite:PATH`, or `sqlite::memory:` for one that is gone at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A file.
    Sqlite(PathBuf),
    /// Nothing that lasts: for tests and trials.
    SqliteMemory,
}

/// The text names no store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no store: use sqlite:PATH or sqlite::memory:")]
pub struct StoreUrlError(String);

impl FromStr for StoreUrl {
    type Err = StoreUrlError;

    fn from_str(text: &str) -> Result<Self, StoreUrlError> {
        match text.strip_prefix("sqlite:") {
            Some(":memory:") => Ok(Self::SqliteMemory),
            Some("") | None => Err(StoreUrlError(text.to_owned())),
            Some(path) => Ok(Self::Sqlite(PathBuf::from(path))),
        }
    }
}

impl StoreUrl {
    /// Where a store is when nobody says: in the data directory.
    pub fn in_dir(data_dir: &Path) -> Self {
        Self::Sqlite(data_dir.join("parlor.db"))
    }
}

/// A store that is open.
pub struct Opened {
    /// Itself.
    pub store: Arc<dyn Store>,
    /// What is committed to it from now on, by every server that has it open.
    pub feed: Feed,
    /// The way to the other servers that have it open.
    pub bus: Arc<dyn Bus>,
    /// What they say.
    pub signals: Signals,
}

/// Opens a store, made and migrated where needed.
///
/// # Errors
/// [`StoreError::Unavailable`] when it cannot be reached, read or written, or another process has
/// it; [`StoreError::Backend`] when it was made by a newer Parlor.
pub async fn open(url: &StoreUrl) -> Result<Opened, StoreError> {
    let (store, feed) = match url {
        StoreUrl::Sqlite(path) => sqlite::open_file(path).await?,
        StoreUrl::SqliteMemory => sqlite::open_memory().await?,
    };
    Ok(Opened {
        store,
        feed,
        bus: Arc::new(Alone),
        signals: Alone::signals(),
    })
}

/// Copies a store into the file `to`, which appears whole or not at all; its bytes. A server may
/// be writing: what is copied is what was committed when it began. Blocks.
///
/// # Errors
/// [`MoveError`]; nothing is left behind.
pub fn back_up(
    url: &StoreUrl,
    to: &Path,
    overwrite: bool,
    mut told: impl FnMut(Progress),
) -> Result<u64, MoveError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::back_up(path, to, overwrite, &mut told),
        StoreUrl::SqliteMemory => Err(MoveError::Elsewhere(NOTHING_LASTS)),
    }
}

/// Puts a backup where a store is, or will be, with a new epoch and without its logins; where the
/// store that it replaced is kept. Blocks.
///
/// # Errors
/// [`MoveError`]; the store is as it was.
pub fn restore(
    from: &Path,
    url: &StoreUrl,
    replace: bool,
    mut told: impl FnMut(Progress),
) -> Result<Option<PathBuf>, MoveError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::restore(from, path, replace, &mut told),
        StoreUrl::SqliteMemory => Err(MoveError::Elsewhere(NOTHING_LASTS)),
    }
}

const NOTHING_LASTS: &str = "a store in memory ends with its process: name one with --store-url";
