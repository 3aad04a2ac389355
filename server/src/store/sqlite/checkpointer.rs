//! Moves the log's pages into the file beside the writer, so that no commit waits for it.
//!
//! A passive checkpoint shuts nobody out. What it cannot do while commits come without a pause is
//! to move the last of them, and only when all is moved does SQLite sync the file and begin the log
//! anew. So the thread moves what there is and syncs the file itself, which takes tens of
//! milliseconds; and once the log is long, the writer, between two commits, moves the few pages
//! that came meanwhile.

use std::{
    fs::File,
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread::{self, JoinHandle},
};

use rusqlite::Connection;

use super::file::{self, Hold};
use crate::{process, store::StoreError};

/// Jobs after which a checkpoint is asked for. Each writes up to a handful of pages, most of them
/// the same ones, which are moved once: the rarer, the fewer, and the longer the log.
const EVERY_JOBS: usize = 2_000;

/// Pages of log, 4 KiB each, beyond which it is to begin anew: 16 MB.
const LONG_PAGES: i64 = 4_096;

/// Pages of log beyond which the writer waits for a checkpoint, however long it takes: 128 MB.
const MAX_PAGES: i64 = 32_768;

/// Pages that the writer moves and syncs in about the time of a commit.
const FEW_PAGES: i64 = 128;

/// How often the thread goes after what was committed while it moved what was there.
const MAX_PASSES: usize = 4;

/// The way to the checkpointing thread, for the writer's.
pub struct Checkpointer {
    asks: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    is_due: Arc<AtomicBool>,
    jobs: usize,
}

impl Checkpointer {
    /// Starts the thread, with a connection of its own.
    ///
    /// # Errors
    /// When there is no thread or no connection to be had.
    pub fn start(path: &Path, hold: Arc<Hold>) -> io::Result<Self> {
        let conn = connect(path).map_err(io::Error::other)?;
        // One that waits is enough: it sees all that was committed before it begins.
        let (asks, asked) = mpsc::sync_channel(1);
        let is_due = Arc::new(AtomicBool::new(false));
        let due = Arc::clone(&is_due);
        let thread = thread::Builder::new()
            .name("parlor-checkpoint".to_owned())
            .spawn(move || run(&conn, &hold.database, &asked, &due))?;
        Ok(Self {
            asks: Some(asks),
            thread: Some(thread),
            is_due,
            jobs: 0,
        })
    }

    /// After a commit of so many jobs, or one that failed: perhaps for want of room, which a
    /// checkpoint makes. `writer` is the writer's connection, outside of a transaction.
    pub fn committed(&mut self, writer: &Connection, jobs: usize, is_failed: bool) {
        self.jobs += jobs;
        if self.is_due.swap(false, Ordering::Relaxed) {
            // Nothing is committed meanwhile, so the log begins anew.
            match checkpoint(writer) {
                Ok(log) => tracing::debug!(pages = log.pages, "the log begins anew"),
                Err(error) => tracing::warn!(%error, "a checkpoint failed"),
            }
        } else if (is_failed || self.jobs >= EVERY_JOBS)
            && let Some(asks) = &self.asks
        {
            self.jobs = 0;
            // Full: it is asked already.
            let _ = asks.try_send(());
        }
    }
}

impl Drop for Checkpointer {
    /// Waits for the thread: its connection is closed before the writer's, which is the last one.
    fn drop(&mut self) {
        self.asks = None;
        if let Some(thread) = self.thread.take() {
            // It has said what it died of.
            let _ = thread.join();
        }
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open(path)?;
    file::prepare(&conn)?;
    // The file is synced before the log is written over.
    conn.pragma_update(None, "synchronous", "FULL")?;
    Ok(conn)
}

fn run(conn: &Connection, database: &File, asked: &Receiver<()>, is_due: &AtomicBool) {
    // It copies thousands of pages, and nobody waits for it.
    process::give_way();
    while asked.recv().is_ok() {
        match prepare(conn, database) {
            Ok(is_prepared) => is_due.store(is_prepared, Ordering::Relaxed),
            Err(error) => tracing::warn!(%error, "a checkpoint failed"),
        }
    }
}

/// Moves and syncs what no reader holds back; whether the writer is to do the rest.
fn prepare(conn: &Connection, database: &File) -> Result<bool, StoreError> {
    let mut moved = 0;
    for _ in 0..MAX_PASSES {
        let log = checkpoint(conn)?;
        database
            .sync_data()
            .map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        let is_little_left = (log.moved - moved).abs() < FEW_PAGES;
        if log.pages > MAX_PAGES || (is_little_left && log.pages > LONG_PAGES) {
            return Ok(true);
        }
        if is_little_left {
            break;
        }
        moved = log.moved;
    }
    Ok(false)
}

/// How many pages the log has, and how many of them are moved.
struct Log {
    pages: i64,
    moved: i64,
}

/// Moves what no reader holds back.
fn checkpoint(conn: &Connection) -> rusqlite::Result<Log> {
    conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
        Ok(Log {
            pages: row.get(1)?,
            moved: row.get(2)?,
        })
    })
}
