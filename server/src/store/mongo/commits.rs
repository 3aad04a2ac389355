//! Committing: one piece of work, all of it or nothing, durable when it is answered.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use mongodb::{Database, bson::Uuid};
use tokio::{
    sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit},
    time,
};

use super::{
    failure::{Failure, Refusal},
    replica_set::ReplicaSet,
    standalone::Standalone,
    view::View,
    work::Work,
};
use crate::store::{StoreError, counters::Counters};

/// No work takes longer: a server that hangs is told from a slow one.
const PATIENCE: Duration = Duration::from_secs(4);
/// No commit waits longer for its turn.
const QUEUE_PATIENCE: Duration = Duration::from_secs(10);
/// Commits that may wait. Beyond it, refusing is kinder.
const QUEUE: usize = 4_096;
/// Transactions at once.
const TRANSACTIONS: usize = 8;
/// Commits about one thing go one after the other: transactions that race on one document make
/// each other begin again. Things that share a turn only wait for each other.
const TURNS: usize = 64;

/// The way to commit.
pub struct Commits {
    kind: Kind,
    turns: [Mutex<()>; TURNS],
    places: Semaphore,
    waiting: AtomicUsize,
    pub(super) counters: Counters,
}

/// What the server is decides how.
pub enum Kind {
    /// Transactions.
    ReplicaSet(ReplicaSet),
    /// A journal of our own.
    Standalone(Standalone),
}

/// Whether the answer waits until this server's own feed has the changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    /// Who asked may rely on the live side knowing it.
    Awaited,
    /// The answer is about the store alone.
    Ignored,
}

impl Commits {
    /// On such a server.
    pub fn new(kind: Kind) -> Self {
        let at_once = match &kind {
            Kind::ReplicaSet(_) => TRANSACTIONS,
            Kind::Standalone(_) => 1,
        };
        Self {
            kind,
            turns: [const { Mutex::const_new(()) }; TURNS],
            places: Semaphore::new(at_once),
            waiting: AtomicUsize::new(0),
            counters: Counters::default(),
        }
    }

    /// Does `job` and commits what it notes. It may be run several times, each from the start.
    /// `about` is the person or room whose document others are likely to write too; `jobs` is how
    /// many jobs of others it does at once.
    ///
    /// # Errors
    /// What the job refuses; [`StoreError::Overloaded`] when too many wait;
    /// [`StoreError::Unavailable`] when the server cannot, or not in time: then it may have been
    /// done.
    pub async fn commit<'j, T>(
        &'j self,
        echo: Echo,
        about: Option<Uuid>,
        jobs: usize,
        job: impl for<'w> Fn(&'w mut Work<'j>) -> BoxFuture<'w, Result<T, Failure>> + Send + Sync,
    ) -> Result<T, StoreError> {
        let place = self.place(about).await?;
        let began = Instant::now();
        let done = in_time(async {
            match &self.kind {
                Kind::ReplicaSet(replica_set) => replica_set.commit(echo, job).await,
                Kind::Standalone(standalone) => Ok((standalone.commit(job).await?, None)),
            }
        })
        .await;
        let (done, expected) = self.counters.noted(done)?;
        self.counters.committed(jobs, began.elapsed());
        drop(place);
        if let Some(expected) = expected {
            expected.heard().await;
        }
        Ok(done)
    }

    /// How many commits wait for their place.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    async fn place(&self, about: Option<Uuid>) -> Result<Place<'_>, StoreError> {
        let waiting = Waiting::new(&self.waiting);
        if waiting.before >= QUEUE {
            return Err(StoreError::Overloaded);
        }
        let arriving = async {
            let turn = match about {
                Some(id) => Some(self.turn(id).lock().await),
                None => None,
            };
            let permit = self.places.acquire().await;
            permit.map(|permit| Place {
                _permit: permit,
                _turn: turn,
            })
        };
        match time::timeout(QUEUE_PATIENCE, arriving).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) => Err(Refusal::Closed.unavailable()),
            Err(_) => Err(Refusal::TooSlow.unavailable()),
        }
    }

    fn turn(&self, id: Uuid) -> &Mutex<()> {
        // The end of a UUID is random in both versions that are made here.
        &self.turns[usize::from(id.bytes()[15]) % TURNS]
    }

    /// Reads in one snapshot.
    pub async fn read<'j, T>(
        &'j self,
        job: impl for<'w> Fn(&'w mut View<'j>) -> BoxFuture<'w, Result<T, Failure>> + Send + Sync,
    ) -> Result<T, StoreError> {
        in_time(async {
            match &self.kind {
                Kind::ReplicaSet(replica_set) => replica_set.read(job).await,
                Kind::Standalone(standalone) => {
                    let mut view = standalone.still().await;
                    job(&mut view).await
                }
            }
        })
        .await
    }

    /// Waits until the last commit is in the feed, and ends what follows it.
    pub async fn close(&self) {
        match &self.kind {
            Kind::ReplicaSet(replica_set) => replica_set.close().await,
            Kind::Standalone(standalone) => standalone.close().await,
        }
    }
}

/// Who has it may commit.
struct Place<'a> {
    _permit: SemaphorePermit<'a>,
    _turn: Option<MutexGuard<'a, ()>>,
}

/// Somebody who waits for a place, counted as long as they do.
struct Waiting<'a> {
    count: &'a AtomicUsize,
    before: usize,
}

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        let before = count.fetch_add(1, Ordering::Relaxed);
        Self { count, before }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Reads without a snapshot over several reads.
pub async fn glance<'j, T>(
    db: &'j Database,
    job: impl for<'w> Fn(&'w mut View<'j>) -> BoxFuture<'w, Result<T, Failure>> + Send + Sync,
) -> Result<T, StoreError> {
    in_time(async { job(&mut View::plain(db)).await }).await
}

/// Does something, or gives up on a server that does not answer.
pub async fn in_time<T>(doing: impl Future<Output = Result<T, Failure>>) -> Result<T, StoreError> {
    match time::timeout(PATIENCE, doing).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Refusal::TooSlow.unavailable()),
    }
}
