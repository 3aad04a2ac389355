//! The only place that names a backend.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use super::{Feed, Identity, Intake, MoveError, Progress, Store, StoreError, mongo, sqlite};
use crate::{
    bus::{Alone, Bus, Signals},
    data_dir::Secret,
};

/// Where a store is: `sqlite:PATH`, `sqlite::memory:` for one that is gone at the end, or
/// `mongodb://…`, whose path names the database (`parlor` where it names none).
#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A file.
    Sqlite(PathBuf),
    /// Nothing that lasts: for tests and trials.
    SqliteMemory,
    /// A server. The address may hold a password, so it is never shown.
    MongoDb(String),
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::SqliteMemory => f.write_str("sqlite::memory:"),
            Self::MongoDb(_) => f.write_str("mongodb://…"),
        }
    }
}

/// The text names no store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this names no store: use sqlite:PATH, sqlite::memory: or mongodb://HOST/DATABASE")]
pub struct StoreUrlError;

impl FromStr for StoreUrl {
    type Err = StoreUrlError;

    fn from_str(text: &str) -> Result<Self, StoreUrlError> {
        if text.starts_with("mongodb://") || text.starts_with("mongodb+srv://") {
            return Ok(Self::MongoDb(text.to_owned()));
        }
        match text.strip_prefix("sqlite:") {
            Some(":memory:") => Ok(Self::SqliteMemory),
            Some("") | None => Err(StoreUrlError),
            Some(path) => Ok(Self::Sqlite(PathBuf::from(path))),
        }
    }
}

impl StoreUrl {
    /// Whether several servers can have it open, so that it keeps what they must share.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::MongoDb(_))
    }

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
    /// The secret that all servers on it share; none where each data directory has its own.
    pub secret: Option<Secret>,
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
        StoreUrl::MongoDb(url) => return mongo::open(url).await,
    };
    Ok(Opened {
        store,
        feed,
        secret: None,
        bus: Arc::new(Alone),
        signals: Alone::signals(),
    })
}

/// Opens a store that is there, to be read out.
///
/// # Errors
/// [`MoveError::Absent`] when it is not, and nothing is made then; [`MoveError::Store`].
pub async fn open_source(url: &StoreUrl) -> Result<Opened, MoveError> {
    match url {
        StoreUrl::Sqlite(path) if !path.exists() => return Err(MoveError::absent(path)),
        StoreUrl::Sqlite(_) => {}
        StoreUrl::SqliteMemory => return Err(MoveError::Elsewhere(NOTHING_LASTS)),
        StoreUrl::MongoDb(url) => mongo::check_source(url).await?,
    }
    Ok(open(url).await?)
}

/// Begins a store that is going to be filled with another one's records.
///
/// # Errors
/// [`MoveError::NotEmpty`] when there is one with anybody in it; [`MoveError`].
pub async fn begin_intake(
    url: &StoreUrl,
    identity: Identity,
) -> Result<Box<dyn Intake>, MoveError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::begin_intake(path, identity),
        StoreUrl::SqliteMemory => Err(MoveError::Elsewhere(NOTHING_LASTS)),
        StoreUrl::MongoDb(url) => mongo::begin_intake(url, identity).await,
    }
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
        StoreUrl::MongoDb(_) => Err(MoveError::Elsewhere(NOT_A_FILE)),
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
        StoreUrl::MongoDb(_) => Err(MoveError::Elsewhere(NOT_A_FILE)),
    }
}

const NOT_A_FILE: &str = "a MongoDB store is saved and put back by mongodump and mongorestore; \
                          `parlor copy` makes a SQLite store of it and back";

const NOTHING_LASTS: &str = "a store in memory ends with its process: name one with --store-url";
