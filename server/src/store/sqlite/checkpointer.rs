//! Moves the log's pages into the file beside the writer, so that no commit waits for it.
//!
//! A passive checkpoint shuts nobody out. What it cannot do is to begin the log anew while commits
//! come without a pause: the log then grows up to a bound, and the writer itself makes room.

use std::{
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

use super::file;
use crate::process;

/// Jobs after which a checkpoint is asked for. Each writes up to a handful of pages, many of them
/// the same: some megabytes of log.
const EVERY_JOBS: usize = 1_000;

/// Pages of log, 4 KiB each, beyond which the writer waits for a checkpoint: 64 MB.
const MAX_PAGES: i64 = 16_384;

/// The way to the checkpointing thread, for the writer's.
pub struct Checkpointer {
    asks: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    is_behind: Arc<AtomicBool>,
    jobs: usize,
}

impl Checkpointer {
    /// Starts the thread, with a connection of its own.
    ///
    /// # Errors
    /// When there is no thread or no connection to be had.
    pub fn start(path: &Path) -> io::Result<Self> {
        let conn = connect(path).map_err(io::Error::other)?;
        // One that waits is enough: it sees all that was committed before it begins.
        let (asks, asked) = mpsc::sync_channel(1);
        let is_behind = Arc::new(AtomicBool::new(false));
        let behind = Arc::clone(&is_behind);
        let thread = thread::Builder::new()
            .name("parlor-checkpoint".to_owned())
            .spawn(move || run(&conn, &asked, &behind))?;
        Ok(Self {
            asks: Some(asks),
            thread: Some(thread),
            is_behind,
            jobs: 0,
        })
    }

    /// After a commit of so many jobs, or one that failed: perhaps for want of room, which a
    /// checkpoint makes. `writer` is the writer's connection, outside of a transaction.
    pub fn committed(&mut self, writer: &Connection, jobs: usize, is_failed: bool) {
        self.jobs += jobs;
        if self.is_behind.swap(false, Ordering::Relaxed) {
            // Nothing is committed meanwhile, so the log begins anew.
            match checkpoint(writer) {
                Ok(_) => tracing::debug!("the writer made a checkpoint"),
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

fn run(conn: &Connection, asked: &Receiver<()>, is_behind: &AtomicBool) {
    // It copies thousands of pages, and nobody waits for it.
    process::give_way();
    while asked.recv().is_ok() {
        // Twice: what was committed during the first is little, and with that done too the next
        // commit begins the log anew.
        for _ in 0..2 {
            match checkpoint(conn) {
                Ok(pages) => is_behind.store(pages > MAX_PAGES, Ordering::Relaxed),
                Err(error) => tracing::warn!(%error, "a checkpoint failed"),
            }
        }
    }
}

/// Moves what no reader holds back; how many pages the log has.
fn checkpoint(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1))
}
