//! The embedded store: one SQLite file, one thread that writes, a few connections that read.
//!
//! SQL stops here. What anybody may do is `domain`'s; what is promised is said at the traits.

mod accounts;
mod archive;
mod aside;
mod backup;
mod bans;
mod checkpointer;
mod direct;
mod failure;
mod file;
mod heads;
mod intake;
mod invitations;
mod journal;
mod log;
mod logins;
mod marks;
mod members;
mod mine;
mod pages;
mod readers;
mod replay;
mod rooms;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use rusqlite::Connection;
use shared::{Epoch, RoomId};
use tokio::{sync::mpsc, task};

use super::{
    Activity, Feed, Identity, Intake, MoveError, Store, StoreError, change::FEED_COMMITS,
    counters::Counters,
};
pub(super) use backup::{back_up, restore};
use checkpointer::Checkpointer;
use file::Hold;
use readers::Readers;
use writer::{Disk, Write, Writer};

/// Opens a file.
pub(super) async fn open_file(path: &Path) -> Result<(Arc<dyn Store>, Feed), StoreError> {
    let (store, feed) = SqliteStore::open(path).await?;
    Ok((Arc::new(store), feed))
}

/// Opens a store that is gone at the end.
pub(super) async fn open_memory() -> Result<(Arc<dyn Store>, Feed), StoreError> {
    let (store, feed) = SqliteStore::open_memory().await?;
    Ok((Arc::new(store), feed))
}

/// Begins a store that is going to be filled with records.
pub(super) fn begin_intake(path: &Path, identity: Identity) -> Result<Box<dyn Intake>, MoveError> {
    Ok(Box::new(intake::SqliteIntake::begin(path, identity)?))
}

struct SqliteStore {
    identity: Identity,
    writer: Writer,
    /// None in memory, where there is one connection for all: what reads is then a job too, and
    /// the same code answers.
    readers: Option<Arc<Readers>>,
    counters: Arc<Counters>,
}

impl SqliteStore {
    async fn open(path: &Path) -> Result<(Self, Feed), StoreError> {
        let path = path.to_owned();
        let counters = Arc::new(Counters::default());
        let counted = Arc::clone(&counters);
        let (file, disk) = off_thread(move || {
            let mut file = file::open(&path)?;
            let checkpointer = Checkpointer::start(
                &file.path,
                &mut file.conn,
                Arc::clone(&file.hold),
                file.journal.settled(),
                counted,
            )
            .map_err(|error| StoreError::Unavailable(Box::new(error)))?;
            Ok((file, checkpointer))
        })
        .await
        .map(|(file, checkpointer)| {
            let disk = Disk {
                checkpointer,
                journal: file.journal,
            };
            ((file.conn, file.hold, file.identity, file.path), disk)
        })?;
        let (conn, hold, identity, path) = file;
        let readers = Some(Readers::new(path));
        Self::start(conn, Some(disk), Some(hold), identity, readers, counters)
    }

    async fn open_memory() -> Result<(Self, Feed), StoreError> {
        let (conn, identity) = off_thread(file::open_memory).await?;
        Self::start(conn, None, None, identity, None, Arc::default())
    }

    fn start(
        conn: Connection,
        disk: Option<Disk>,
        hold: Option<Arc<Hold>>,
        identity: Identity,
        readers: Option<Arc<Readers>>,
        counters: Arc<Counters>,
    ) -> Result<(Self, Feed), StoreError> {
        let (changes, feed) = mpsc::channel(FEED_COMMITS);
        let writer = Writer::start(
            conn,
            disk,
            hold,
            identity.lobby,
            changes,
            Arc::clone(&counters),
        )
        .map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        Ok((
            Self {
                identity,
                writer,
                readers,
                counters,
            },
            feed,
        ))
    }

    /// Queues `work` and waits until it is durable.
    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.counters.noted(self.writer.submit(work).await)
    }

    /// Does `work` in one snapshot, in which everything is that was answered.
    async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        match &self.readers {
            Some(readers) => {
                self.counters.noted(self.writer.settle().await)?;
                self.counters.noted(readers.read(work).await)
            }
            None => self.write(move |write| work(write.conn)).await,
        }
    }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::Unavailable(Box::new(error)))?
}

#[async_trait]
impl Store for SqliteStore {
    fn epoch(&self) -> Epoch {
        self.identity.epoch
    }

    fn lobby(&self) -> RoomId {
        self.identity.lobby
    }

    async fn check(&self) -> Result<(), StoreError> {
        // A write that is really made: a full disk lets a transaction begin, and even roll back.
        self.write(|write| {
            write
                .conn
                .prepare_cached("UPDATE meta SET checks = checks + 1")?
                .execute([])?;
            Ok(())
        })
        .await?;
        self.read(|conn| Ok(conn.query_row("SELECT 1 FROM meta", [], |_| Ok(()))?))
            .await
    }

    fn activity(&self) -> Activity {
        self.counters.read(self.writer.waiting())
    }

    async fn close(&self) {
        if let Some(readers) = &self.readers {
            readers.close().await;
        }
        self.writer.close().await;
    }
}
