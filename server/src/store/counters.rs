//! How the writing goes, and how much is read of logs.

use std::time::Duration;

use crate::counter::Counter;

/// What a backend counts.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// Commits that were made.
    pub commits: Counter,
    /// Jobs that were committed with them.
    pub jobs: Counter,
    /// How long the commits took together.
    pub commit_ns: Counter,
    /// Pages of changes that were read.
    pub log_reads: Counter,
}

impl Counters {
    /// A commit was made.
    pub fn committed(&self, jobs: usize, took: Duration) {
        self.commits.add(1);
        self.jobs.add(jobs as u64);
        self.commit_ns
            .add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    /// With what waits to be written.
    pub fn read(&self, waiting: usize) -> Activity {
        Activity {
            commits: self.commits.get(),
            jobs: self.jobs.get(),
            commit_time: Duration::from_nanos(self.commit_ns.get()),
            log_reads: self.log_reads.get(),
            waiting,
        }
    }
}

/// What a store did since it was opened here, and what waits. Counted by this process alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// Commits that were made, each durable.
    pub commits: u64,
    /// Writes that were committed with them: one commit makes several durable that were waiting.
    /// A write that was refused for what it asked is among them.
    pub jobs: u64,
    /// How long the commits took together: SQLite's `COMMIT` with its fsync; on MongoDB the whole
    /// transaction.
    pub commit_time: Duration,
    /// Pages of changes that were read from the store.
    pub log_reads: u64,
    /// Writes that wait now.
    pub waiting: usize,
}
