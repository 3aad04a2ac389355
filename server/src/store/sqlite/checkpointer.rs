//! Moves the log's pages into the file beside the writer, so that no commit waits for it.
//!
//! A passive checkpoint shuts nobody out. What it cannot do while commits come without a pause is
//! to move the last of them, and only when all is moved does SQLite sync the file and begin the log
//! anew. So the thread moves what there is and syncs the file itself, which takes tens of
//! milliseconds; and once the log is long, the writer, between two commits, moves the few pages
//! that came meanwhile. It also syncs the log behind the commits that did not.

use std::{
    fs::File,
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread::{self, JoinHandle},
};

use rusqlite::{Connection, hooks::Wal};

use super::file::{self, Hold};
use crate::{
    process,
    store::{StoreError, counters::Counters},
};

/// Pages of log after which a checkpoint is made. Most are the same ones, which are moved once: the
/// rarer, the fewer, and the longer the log.
const EVERY_PAGES: u64 = 16_384;

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
    hold: Arc<Hold>,
    counters: Arc<Counters>,
    orders: Arc<Orders>,
    /// Pages of log at which a checkpoint is asked for.
    ask_at: u64,
}

/// What the thread is to do when it is woken, and what it did.
struct Orders {
    /// Up to which record of the journal the log has everything.
    unsynced: AtomicU64,
    /// Up to which it is synced.
    synced: Arc<AtomicU64>,
    is_checkpoint_asked: AtomicBool,
    /// The writer is to do the rest.
    is_due: AtomicBool,
}

impl Checkpointer {
    /// Starts the thread, with a connection of its own, and counts the log's pages by `writer`'s
    /// commits. `synced` is told how far [`Self::sync_later`] has got.
    ///
    /// # Errors
    /// When there is no thread or no connection to be had.
    pub fn start(
        path: &Path,
        writer: &mut Connection,
        hold: Arc<Hold>,
        synced: Arc<AtomicU64>,
        counters: Arc<Counters>,
    ) -> io::Result<Self> {
        let conn = connect(path).map_err(io::Error::other)?;
        let counted = Arc::clone(&counters);
        writer
            .wal_hook(Some(move |_: &mut Wal, pages| {
                counted.log_pages.set(u64::try_from(pages).unwrap_or(0));
                Ok(())
            }))
            .map_err(io::Error::other)?;
        // One that waits is enough: it sees all that was committed before it begins.
        let (asks, asked) = mpsc::sync_channel(1);
        let orders = Arc::new(Orders {
            unsynced: AtomicU64::new(0),
            synced,
            is_checkpoint_asked: AtomicBool::new(false),
            is_due: AtomicBool::new(false),
        });
        let (files, told) = (Arc::clone(&hold), Arc::clone(&orders));
        let thread = thread::Builder::new()
            .name("parlor-checkpoint".to_owned())
            .spawn(move || run(&conn, &files, &asked, &told))?;
        Ok(Self {
            asks: Some(asks),
            thread: Some(thread),
            hold,
            counters,
            orders,
            ask_at: EVERY_PAGES,
        })
    }

    /// After a commit, or one that failed: perhaps for want of room, which a checkpoint makes.
    /// `writer` is the writer's connection, outside of a transaction.
    pub fn committed(&mut self, writer: &Connection, is_failed: bool) {
        let pages = self.counters.log_pages.get();
        if self.orders.is_due.swap(false, Ordering::Relaxed) {
            // Nothing is committed meanwhile, so the log begins anew.
            match checkpoint(writer) {
                Ok(log) => tracing::debug!(pages = log.pages, "the log begins anew"),
                Err(error) => tracing::warn!(%error, "a checkpoint failed"),
            }
            // Where a reader held it back: not with every commit.
            self.ask_at = pages + EVERY_PAGES;
            return;
        }
        // It has begun anew.
        self.ask_at = self.ask_at.min(pages + EVERY_PAGES);
        if is_failed || pages >= self.ask_at {
            self.ask_at = pages + EVERY_PAGES;
            self.orders
                .is_checkpoint_asked
                .store(true, Ordering::Relaxed);
            self.wake();
        }
    }

    /// The log is to be synced: it has everything up to that record of the journal.
    pub fn sync_later(&self, record: u64) {
        self.orders.unsynced.store(record, Ordering::Release);
        self.wake();
    }

    /// Syncs the log now. False where that fails.
    pub fn sync(&self) -> bool {
        let synced = self.hold.log.sync_data();
        synced
            .inspect_err(|error| tracing::warn!(%error, "the log could not be synced"))
            .is_ok()
    }

    fn wake(&self) {
        if let Some(asks) = &self.asks {
            // Full: it is woken already.
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

fn run(conn: &Connection, hold: &Hold, asked: &Receiver<()>, orders: &Orders) {
    // It copies thousands of pages, and nobody waits for it.
    process::give_way();
    let mut is_trusted = true;
    while asked.recv().is_ok() {
        let unsynced = orders.unsynced.load(Ordering::Acquire);
        if is_trusted && unsynced > orders.synced.load(Ordering::Acquire) {
            match hold.log.sync_data() {
                Ok(()) => {
                    orders.synced.fetch_max(unsynced, Ordering::AcqRel);
                }
                Err(error) => {
                    // What a failed sync has lost, the next one does not tell. The writer's own
                    // commits are synced by SQLite, which takes care of it.
                    is_trusted = false;
                    tracing::warn!(%error, "the log could not be synced: posts go by the database");
                }
            }
        }
        if orders.is_checkpoint_asked.swap(false, Ordering::Relaxed) {
            match prepare(conn, &hold.database) {
                Ok(is_prepared) => orders.is_due.store(is_prepared, Ordering::Relaxed),
                Err(error) => tracing::warn!(%error, "a checkpoint failed"),
            }
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
