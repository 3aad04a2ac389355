//! Why a store was not backed up, restored or copied: one line for the operator.

use std::path::{Path, PathBuf};

use super::StoreError;

/// Why a whole store did not get where it should. What was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// Nothing to read there.
    #[error("there is no store at {0}")]
    Absent(String),
    /// The file that a backup would replace.
    #[error("{} exists: name another file, or add --overwrite", .0.display())]
    BackupExists(PathBuf),
    /// The store that a restore would replace.
    #[error(
        "there is a store at {}: name another data directory, or add --replace to put the backup \
         in its place (it is kept beside it)",
        .0.display()
    )]
    StoreExists(PathBuf),
    /// From and to are one file.
    #[error("{} is the store itself: name another file", .0.display())]
    SameFile(PathBuf),
    /// Another backup, restore or copy has the same goal.
    #[error("another command is writing {}: wait for it", .0.display())]
    InMaking(PathBuf),
    /// A file that cannot be read or written, or that holds something else.
    #[error("{}: {problem}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// A copy would mix two stores.
    #[error("{0} is not empty: copy into a new store")]
    NotEmpty(String),
    /// The copy is not what it was made from; it was given up.
    #[error("the copy differs from the store in {0}: it was given up")]
    Differs(String),
    /// What was to be copied contradicts itself; the copy was given up.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Not with this kind of store.
    #[error("{0}")]
    Elsewhere(&'static str),
    /// The store refused.
    #[error("{}", crate::error::chain(.0))]
    Store(#[from] StoreError),
}

impl MoveError {
    /// No file there.
    pub fn absent(path: &Path) -> Self {
        Self::Absent(path.display().to_string())
    }
}

/// How far something is that takes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub what: &'static str,
    /// How much of it is done, in `unit`s.
    pub done: u64,
    /// How much there is.
    pub total: u64,
    /// What is counted.
    pub unit: &'static str,
}
