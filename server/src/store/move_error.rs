//! Why a store was not backed up, restored or copied: one line for the operator.

use std::path::PathBuf;

use super::StoreError;

/// Why a whole store did not get where it should. What was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// Nothing to read there.
    #[error("there is no store at {}", .0.display())]
    Absent(PathBuf),
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
    /// Not with this kind of store.
    #[error("{0}")]
    Elsewhere(&'static str),
    /// The store refused.
    #[error("{}", crate::error::chain(.0))]
    Store(#[from] StoreError),
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
