//! How the writing goes, and how much is read of logs.

use std::time::Duration;

use crate::{
    counter::{Counter, Histogram, SizeHistogram, Sizes, Times},
    store::StoreError,
};

/// What a backend counts.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// How long each commit took.
    pub commit_times: Histogram,
    /// How many jobs each of them made durable.
    pub jobs: SizeHistogram,
    /// Pages of changes that were read.
    pub log_reads: Counter,
    /// Commits and reads that the store could not do.
    pub failures: Counter,
    /// Pages of SQLite's write-ahead log after the last commit.
    pub log_pages: Counter,
}

impl Counters {
    /// A commit was made.
    pub fn committed(&self, jobs: usize, took: Duration) {
        self.commit_times.add(took);
        self.jobs.add(jobs as u64);
    }

    /// Counts what the store could not do, and passes it on.
    pub fn noted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(StoreError::Unavailable(_) | StoreError::Backend(_)) = &result {
            self.failures.add(1);
        }
        result
    }

    /// With what waits to be written.
    pub fn read(&self, waiting: usize) -> Activity {
        Activity {
            commit_times: self.commit_times.read(),
            jobs: self.jobs.read(),
            log_reads: self.log_reads.get(),
            failures: self.failures.get(),
            log_pages: self.log_pages.get(),
            waiting,
        }
    }
}

/// What a store did since it was opened here, and what waits. Counted by this process alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// Batches that were made durable, and how long it took: SQLite's journal or `COMMIT` with its
    /// fsync; on MongoDB the whole transaction.
    pub commit_times: Times,
    /// Writes that were committed with each: one commit makes several durable that were waiting.
    /// A write that was refused for what it asked is among them.
    pub jobs: Sizes,
    /// Pages of changes that were read from the store.
    pub log_reads: u64,
    /// Commits and reads that the store could not do.
    pub failures: u64,
    /// Pages of 4 KiB in SQLite's write-ahead log after the last commit; 0 on MongoDB.
    pub log_pages: u64,
    /// Writes that wait now.
    pub waiting: usize,
}
