//! Batches of jobs and how they become durable. It knows no tables.
//!
//! A batch of posts goes into the journal, and stays in a transaction that takes more of them until
//! it is settled: committed without a sync. Anything else is committed with one, in a transaction of
//! its own. What fails leaves nothing: what was answered before is in the journal and in memory,
//! and goes into the database again before anything else does.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use rusqlite::Connection;
use shared::{Message, RoomId};
use uuid::Uuid;

use super::{Job, Kind, Write, unsettled::Unsettled};
use crate::store::{Change, StoreError};

use super::super::{
    checkpointer::Checkpointer, failure::Lost, heads::Heads, journal::Journal, replay,
};

/// What a store in a file has beside its connection.
pub struct Disk {
    pub checkpointer: Checkpointer,
    pub journal: Journal,
}

/// Whether a commit is synced before it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Full,
    Normal,
}

pub struct Committer {
    /// None in memory: there every batch is committed at once.
    disk: Option<Disk>,
    conn: Connection,
    lobby: RoomId,
    level: Level,
    /// Of the open transaction.
    heads: Heads,
    unsettled: Unsettled,
}

impl Committer {
    /// `conn` syncs its commits. `is_unsettled` is true while there is something answered that
    /// other connections do not see.
    pub fn new(
        conn: Connection,
        disk: Option<Disk>,
        lobby: RoomId,
        is_unsettled: Arc<AtomicBool>,
    ) -> Self {
        Self {
            disk,
            conn,
            lobby,
            level: Level::Full,
            heads: Heads::default(),
            unsettled: Unsettled::new(is_unsettled),
        }
    }

    /// Runs the jobs; what they changed is durable. How long the sync took, most of it waiting.
    pub fn make_durable(
        &mut self,
        jobs: &mut [Box<dyn Job>],
        changes: &mut Vec<Change>,
    ) -> Result<Duration, Lost> {
        let is_posts = jobs.iter().all(|job| job.kind() == Kind::Post);
        let made = if is_posts && self.disk.is_some() {
            self.journal(jobs, changes)
        } else {
            self.commit(jobs, changes)
        };
        self.end(made.is_err());
        made
    }

    /// How long what was answered may still wait to be settled; none where nothing was.
    pub fn until_due(&self) -> Option<Duration> {
        self.unsettled.until_due()
    }

    /// Settles when it is time.
    pub fn settle_in_time(&mut self) {
        if self.until_due().is_some_and(|rest| rest.is_zero())
            && let Err(error) = self.settle()
        {
            tracing::warn!(%error, "posts are in the journal and not in the database yet");
        }
    }

    /// Commits what was answered, so that other connections see it.
    pub fn settle(&mut self) -> Result<(), Lost> {
        let settled = self.try_settle();
        self.end(settled.is_err());
        settled
    }

    /// Settles and closes the file; the journal is removed where the database has everything.
    pub fn close(mut self) {
        let settled = self.settle();
        let Some(Disk {
            checkpointer,
            journal,
        }) = self.disk
        else {
            return;
        };
        let is_synced = settled.is_ok() && checkpointer.sync();
        // The last connection to the file is closed last.
        drop(checkpointer);
        drop(self.conn);
        if is_synced {
            journal.remove();
        }
    }

    /// After a batch or a settling.
    fn end(&mut self, is_failed: bool) {
        if is_failed {
            self.heads = Heads::default();
            self.unsettled.put_off();
            if !self.conn.is_autocommit()
                && let Err(error) = self.conn.execute_batch("ROLLBACK")
            {
                tracing::warn!(%error, "a transaction could not be rolled back");
            }
        }
        let Some(disk) = &mut self.disk else { return };
        if is_failed {
            disk.journal.distrust();
        }
        if self.conn.is_autocommit() {
            disk.checkpointer.committed(&self.conn, is_failed);
        }
    }

    fn journal(
        &mut self,
        jobs: &mut [Box<dyn Job>],
        changes: &mut Vec<Change>,
    ) -> Result<Duration, Lost> {
        self.open()?;
        self.run(jobs, changes)?;
        let posts: Vec<_> = changes
            .iter()
            .filter_map(|change| match change {
                Change::MessagePosted(message) => Some(message.clone()),
                _ => None,
            })
            .collect();
        let began = Instant::now();
        if !posts.is_empty() {
            self.keep(posts)?;
        } else if self.unsettled.is_empty() {
            self.heads = Heads::default();
            self.step("COMMIT")?;
        }
        Ok(began.elapsed())
    }

    /// Opens the transaction that posts are gathered in, where there is none.
    fn open(&mut self) -> Result<(), Lost> {
        if !self.conn.is_autocommit() {
            return Ok(());
        }
        if !self.unsettled.is_empty() {
            // It was given up with what was answered in it.
            self.rebuild(&[])?;
        }
        self.sync_at(Level::Normal)?;
        Ok(self.step("BEGIN IMMEDIATE")?)
    }

    fn keep(&mut self, posts: Vec<Message>) -> Result<(), Lost> {
        let appended = match &mut self.disk {
            Some(disk) => disk.journal.append(&posts),
            None => Ok(false),
        };
        match appended {
            Ok(true) => {
                self.unsettled.add(posts);
                return Ok(());
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the journal of posts could not be written"),
        }
        self.conn.execute_batch("ROLLBACK")?;
        self.rebuild(&posts)
    }

    /// Commits with a sync what was answered and `posts`, which no transaction holds.
    fn rebuild(&mut self, posts: &[Message]) -> Result<(), Lost> {
        self.heads = Heads::default();
        if let Some(disk) = &mut self.disk {
            disk.journal.distrust();
        }
        self.sync_at(Level::Full)?;
        self.step("BEGIN IMMEDIATE")?;
        replay::apply(&self.conn, self.unsettled.posts().iter().chain(posts))?;
        let id = Uuid::new_v4();
        replay::name(&self.conn, Some(id))?;
        self.step("COMMIT")?;
        self.unsettled.clear();
        if let Some(disk) = &mut self.disk {
            disk.journal.begin_anew(id);
        }
        Ok(())
    }

    fn try_settle(&mut self) -> Result<(), Lost> {
        if self.unsettled.is_empty() {
            return Ok(());
        }
        if self.conn.is_autocommit() {
            return self.rebuild(&[]);
        }
        self.heads.write(&self.conn)?;
        self.step("COMMIT")?;
        self.unsettled.clear();
        if let Some(disk) = &mut self.disk {
            disk.checkpointer.sync_later(disk.journal.last());
        }
        Ok(())
    }

    fn commit(
        &mut self,
        jobs: &mut [Box<dyn Job>],
        changes: &mut Vec<Change>,
    ) -> Result<Duration, Lost> {
        self.try_settle()?;
        if !self.conn.is_autocommit() {
            // A rollback that failed last time.
            self.conn.execute_batch("ROLLBACK")?;
        }
        self.sync_at(Level::Full)?;
        self.step("BEGIN IMMEDIATE")?;
        self.run(jobs, changes)?;
        self.heads.write(&self.conn)?;
        let began = Instant::now();
        self.step("COMMIT")?;
        Ok(began.elapsed())
    }

    /// Runs the jobs in the open transaction.
    fn run(&mut self, jobs: &mut [Box<dyn Job>], changes: &mut Vec<Change>) -> Result<(), Lost> {
        for job in jobs {
            let kind = job.kind();
            if kind == Kind::Any {
                self.heads.write(&self.conn)?;
                self.step("SAVEPOINT job")?;
            }
            let announced = changes.len();
            let mut write = Write {
                conn: &self.conn,
                lobby: self.lobby,
                heads: &mut self.heads,
                changes,
            };
            let failed: Option<&StoreError> = job.run(&mut write).err();
            if let Some(error) = failed {
                if self.conn.is_autocommit() {
                    // No space, an I/O error: SQLite gave up the transaction, and with it what the
                    // jobs before this one did.
                    return Err(Lost::with(error));
                }
                changes.truncate(announced);
            }
            match (kind, failed) {
                (Kind::Post, _) => {}
                (Kind::Any, Some(_)) => self.step("ROLLBACK TO job")?,
                (Kind::Any, None) => self.step("RELEASE job")?,
            }
        }
        Ok(())
    }

    /// Sets whether commits are synced; outside of a transaction.
    fn sync_at(&mut self, level: Level) -> rusqlite::Result<()> {
        if self.level != level && self.disk.is_some() {
            let word = match level {
                Level::Full => "FULL",
                Level::Normal => "NORMAL",
            };
            self.conn.pragma_update(None, "synchronous", word)?;
            self.level = level;
        }
        Ok(())
    }

    fn step(&self, sql: &str) -> rusqlite::Result<()> {
        self.conn.prepare_cached(sql)?.execute([]).map(|_| ())
    }
}
