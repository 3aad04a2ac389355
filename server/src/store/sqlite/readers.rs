//! Reading beside the writer: a few read-only connections, each read in one snapshot.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, OpenFlags};
use tokio::{
    sync::{Semaphore, TryAcquireError},
    task,
};

use crate::store::StoreError;

use super::{failure::Refusal, file};

/// 4 reads at once: more only compete for the disk.
const CONNECTIONS: u32 = 4;

/// 4,096 reads may wait, as many as writes.
const WAITING: usize = 4_096;

/// The readers of one file.
pub struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    /// One permit per connection, open or not.
    free: Arc<Semaphore>,
    places: Semaphore,
}

impl Readers {
    /// Opens nothing yet: a connection is made when a read finds none.
    pub fn new(path: PathBuf) -> Arc<Self> {
        Arc::new(Self {
            path,
            idle: Mutex::default(),
            free: Arc::new(Semaphore::new(CONNECTIONS as usize)),
            places: Semaphore::new(WAITING),
        })
    }

    /// Does `work` in one snapshot, off the async threads.
    pub async fn read<T, F>(self: &Arc<Self>, work: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let _place = self.places.try_acquire().map_err(|error| match error {
            TryAcquireError::NoPermits => StoreError::Overloaded,
            TryAcquireError::Closed => Refusal::Closed.unavailable(),
        })?;
        let permit = Arc::clone(&self.free)
            .acquire_owned()
            .await
            .map_err(|_| Refusal::Closed.unavailable())?;
        let readers = Arc::clone(self);
        let reading = task::spawn_blocking(move || {
            // It goes with the read, which goes on when nobody waits for it any more.
            let _permit = permit;
            readers.snapshot(work)
        });
        reading
            .await
            .map_err(|error| StoreError::Unavailable(Box::new(error)))?
    }

    fn snapshot<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut conn = match idle {
            Some(conn) => conn,
            None => self.connect()?,
        };
        let tx = conn.transaction()?;
        let result = work(&tx);
        // Where this fails the connection is dropped: the next read gets a fresh one.
        tx.commit()?;
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(conn);
        result
    }

    fn connect(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&self.path, flags)?;
        file::prepare(&conn)?;
        Ok(conn)
    }

    /// Waits for the reads that run, and lets no more begin.
    pub async fn close(&self) {
        self.places.close();
        // An error means that it is closed already.
        let _ = self.free.acquire_many(CONNECTIONS).await;
        self.free.close();
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
