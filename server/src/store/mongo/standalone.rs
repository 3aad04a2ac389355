//! On a standalone server, which has no transactions: one Parlor has the database, writes one
//! commit after the other, and writes down first what it is going to write.
//!
//! The journal is one field of the lease's document, so that writing it down and still having the
//! lease are one atomic step. It is synced before anything is made of it, and what is made is
//! synced before anybody is answered: MongoDB may be killed while this process lives on.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use mongodb::{
    Database,
    bson::{Bson, Document, Uuid, doc},
};
use tokio::sync::{Mutex, RwLock, mpsc};

use super::{
    failure::{Failure, Refusal},
    lease::Lease,
    view::View,
    work::{self, Work},
};
use crate::store::Change;

/// One commit after the other.
pub struct Standalone {
    db: Database,
    lease: Lease,
    /// Held by who commits.
    gate: Mutex<Gate>,
    /// Held for writing while a commit's writes are made, for reading by who wants a snapshot.
    still: Arc<RwLock<()>>,
}

struct Gate {
    feed: mpsc::Sender<Vec<Change>>,
    /// A commit that was begun and whose end nobody saw.
    unfinished: Option<Unfinished>,
}

struct Unfinished {
    id: Uuid,
    changes: Vec<Change>,
}

impl Standalone {
    /// On this database, feeding here. What an earlier process began is finished.
    pub async fn start(
        db: Database,
        lease: Lease,
        feed: mpsc::Sender<Vec<Change>>,
    ) -> Result<Self, Failure> {
        if let Some((_, commands)) = lease.journal().await? {
            repeat(&db, commands).await?;
        }
        Ok(Self {
            db,
            lease,
            gate: Mutex::new(Gate {
                feed,
                unfinished: None,
            }),
            still: Arc::default(),
        })
    }

    /// A view during which nothing is written.
    pub async fn still(&self) -> View<'_> {
        View::while_still(&self.db, Arc::clone(&self.still).read_owned().await)
    }

    /// Does `job` and makes what it notes durable, then feeds it.
    pub async fn commit<'j, T>(
        &'j self,
        job: impl for<'w> Fn(&'w mut Work<'j>) -> BoxFuture<'w, Result<T, Failure>> + Send + Sync,
    ) -> Result<T, Failure> {
        let mut gate = self.gate.lock().await;
        self.finish_earlier(&mut gate).await?;
        let mut work = Work::new(View::plain(&self.db));
        let done = job(&mut work).await?;
        let (_, commands, changes) = work.into_parts();
        if commands.is_empty() {
            return Ok(done);
        }
        // Whatever happens to this future or the connection from here on, the next commit looks
        // at what became of it.
        let id = Uuid::new();
        gate.unfinished = Some(Unfinished { id, changes });
        self.lease.write_down(id, &commands).await?;
        self.make(commands).await?;
        Self::feed(&mut gate).await;
        Ok(done)
    }

    async fn finish_earlier(&self, gate: &mut Gate) -> Result<(), Failure> {
        let Some(unfinished) = &gate.unfinished else {
            return Ok(());
        };
        match self.lease.journal().await? {
            Some((id, commands)) if id == unfinished.id => {
                self.make(commands).await?;
                Self::feed(gate).await;
            }
            // It was never written down, so it did not happen.
            _ => gate.unfinished = None,
        }
        Ok(())
    }

    async fn make(&self, commands: Vec<Document>) -> Result<(), Failure> {
        let _moving = self.still.write().await;
        repeat(&self.db, commands).await
    }

    async fn feed(gate: &mut Gate) {
        // Taken when it is in the feed: who gives up while it waits leaves it to the next.
        let Ok(place) = gate.feed.reserve().await else {
            gate.unfinished = None;
            return;
        };
        if let Some(Unfinished { changes, .. }) = gate.unfinished.take()
            && !changes.is_empty()
        {
            place.send(changes);
        }
    }

    /// Waits for the last commit and ends the feed.
    pub async fn close(&self) {
        let mut gate = self.gate.lock().await;
        match self.finish_earlier(&mut gate).await {
            Ok(()) => self.lease.give_up().await,
            Err(failure) => tracing::error!(?failure, "the last commit is left to the next start"),
        }
        gate.feed = mpsc::channel(1).0;
    }
}

/// Makes what was written down, which may have been made in part.
async fn repeat(db: &Database, commands: Vec<Document>) -> Result<(), Failure> {
    let count = commands.len();
    for (n, mut command) in commands.into_iter().enumerate() {
        // MongoDB's log is one: with the last write in it all are.
        let is_last = n + 1 == count;
        command.insert("ordered", false);
        command.insert("writeConcern", doc! { "w": 1, "j": is_last });
        work::check_repeated(&db.run_command(command).await?)?;
    }
    Ok(())
}

/// Commands as one value.
pub fn as_bson(commands: &[Document]) -> Bson {
    Bson::Array(commands.iter().cloned().map(Bson::Document).collect())
}

/// A commit after the lease was lost.
pub fn taken_over() -> Failure {
    Refusal::TakenOver.unavailable().into()
}
