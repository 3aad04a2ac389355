//! The one thread that writes: it gathers what is waiting into one transaction, so that many
//! writes share one fsync, and answers only what is durable. It knows no tables.

use std::{
    io,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use shared::RoomId;
use tokio::sync::{mpsc, oneshot, watch};

use crate::store::{Change, StoreError, counters::Counters};

use super::{
    checkpointer::Checkpointer,
    failure::{Lost, Refusal},
    file::Hold,
    heads::Heads,
};

/// 4,096 waiting writes: about a second of work for one disk. Beyond it, refusing is kinder.
const QUEUE_JOBS: usize = 4_096;

/// 512 writes in one commit: about ten milliseconds, a few fsyncs' time. Only a queue that is
/// longer than that would gain from more.
const BATCH_JOBS: usize = 512;

/// What a job works with.
pub struct Write<'a> {
    /// In the batch's transaction.
    pub conn: &'a Connection,
    /// The room that is never deleted.
    pub lobby: RoomId,
    /// Of the rooms that posts of this batch counted in. Empty for every other job.
    pub heads: &'a mut Heads,
    changes: &'a mut Vec<Change>,
}

impl Write<'_> {
    /// Tells the feed, once this is committed.
    pub fn announce(&mut self, change: Change) {
        self.changes.push(change);
    }
}

/// How a job is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It makes one change and decides before whether it may, so that a failure leaves nothing to
    /// be undone, and counts with [`Heads`]. A savepoint would cost a fifth of it.
    Post,
    /// Anything else: in a savepoint of its own, so that what failed is not kept.
    Any,
}

/// Something to be written, with whoever waits for it.
trait Job: Send {
    /// How it wants to be run.
    fn kind(&self) -> Kind;

    /// Does it.
    fn run(&mut self, write: &mut Write<'_>) -> Result<(), &StoreError>;

    /// Tells the one who waits, after the commit.
    fn answer(self: Box<Self>, commit: Result<(), &Lost>);
}

struct Task<F, T> {
    kind: Kind,
    work: Option<F>,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Job for Task<F, T>
where
    F: FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn kind(&self) -> Kind {
        self.kind
    }

    fn run(&mut self, write: &mut Write<'_>) -> Result<(), &StoreError> {
        self.outcome = self.work.take().map(|work| work(write));
        match &self.outcome {
            Some(Err(error)) => Err(error),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    fn answer(self: Box<Self>, commit: Result<(), &Lost>) {
        let outcome = match (commit, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Err(lost), _) => Err(StoreError::Unavailable(Box::new(lost.clone()))),
            (Ok(()), None) => Err(Refusal::Closed.unavailable()),
        };
        // Nobody waits any more: what was done stays done.
        let _ = self.reply.send(outcome);
    }
}

enum Order {
    Do(Box<dyn Job>),
    Close,
}

/// The way to the writer thread.
pub struct Writer {
    queue: mpsc::Sender<Order>,
    ended: watch::Receiver<()>,
}

impl Writer {
    /// Starts the thread. It keeps `hold` as long as it keeps `conn`, and closes `checkpointer`
    /// (where there is a file) before it.
    pub fn start(
        conn: Connection,
        checkpointer: Option<Checkpointer>,
        hold: Option<Arc<Hold>>,
        lobby: RoomId,
        feed: mpsc::Sender<Vec<Change>>,
        counters: Arc<Counters>,
    ) -> io::Result<Self> {
        let (queue, orders) = mpsc::channel(QUEUE_JOBS);
        let (alive, ended) = watch::channel(());
        let mut thread = Thread {
            checkpointer,
            conn,
            lobby,
            orders,
            feed,
            counters,
        };
        thread::Builder::new()
            .name("parlor-store".to_owned())
            .spawn(move || {
                thread.run();
                // In this order: who waits for the end may open the file again.
                drop(thread);
                drop(hold);
                drop(alive);
            })?;
        Ok(Self { queue, ended })
    }

    /// Queues `work` now; the future waits until it is durable.
    pub fn submit<T, F>(
        &self,
        work: F,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + 'static + use<T, F>
    where
        F: FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.queue(Kind::Any, work)
    }

    /// As [`Self::submit`], for a post: its last statement is the one that changes anything, and
    /// the room's number comes from [`Write::heads`].
    pub fn submit_post<T, F>(
        &self,
        work: F,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + 'static + use<T, F>
    where
        F: FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.queue(Kind::Post, work)
    }

    fn queue<T, F>(
        &self,
        kind: Kind,
        work: F,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + 'static + use<T, F>
    where
        F: FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Task {
            kind,
            work: Some(work),
            outcome: None,
            reply,
        };
        let queued = self
            .queue
            .try_send(Order::Do(Box::new(task)))
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
                mpsc::error::TrySendError::Closed(_) => Refusal::Closed.unavailable(),
            });
        async move {
            queued?;
            answer
                .await
                .unwrap_or_else(|_| Err(Refusal::Closed.unavailable()))
        }
    }

    /// How many jobs wait.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Lets the thread finish what was queued, and waits for its end.
    pub async fn close(&self) {
        // An error means that it has ended or is about to.
        let _ = self.queue.send(Order::Close).await;
        let _ = self.ended.clone().changed().await;
    }
}

struct Thread {
    // Dropped before the connection, which is the last one to the file.
    checkpointer: Option<Checkpointer>,
    conn: Connection,
    lobby: RoomId,
    orders: mpsc::Receiver<Order>,
    feed: mpsc::Sender<Vec<Change>>,
    counters: Arc<Counters>,
}

impl Thread {
    fn run(&mut self) {
        while let Some(first) = self.orders.blocking_recv() {
            let mut batch = Vec::new();
            self.take(first, &mut batch);
            // Only what waits already: a timer would make a lonely write slower and a full queue
            // no faster, because the queue fills while the last commit syncs.
            while batch.len() < BATCH_JOBS
                && let Ok(order) = self.orders.try_recv()
            {
                self.take(order, &mut batch);
            }
            self.finish(batch);
        }
    }

    fn take(&mut self, order: Order, batch: &mut Vec<Box<dyn Job>>) {
        match order {
            Order::Do(job) => batch.push(job),
            // What is in the queue is still received.
            Order::Close => self.orders.close(),
        }
    }

    /// Commits a batch, feeds its changes, then answers: nobody hears of what is not durable.
    fn finish(&mut self, mut batch: Vec<Box<dyn Job>>) {
        if batch.is_empty() {
            return;
        }
        let mut changes = Vec::new();
        let commit = self.commit(&mut batch, &mut changes);
        match &commit {
            Ok(took) => {
                self.counters.committed(batch.len(), *took);
                if !changes.is_empty() {
                    // A feed that nobody reads any more is no reason to stop.
                    let _ = self.feed.blocking_send(changes);
                }
            }
            Err(error) => {
                self.counters.failures.add(1);
                tracing::error!(%error, jobs = batch.len(), "writes were not committed");
            }
        }
        let jobs = batch.len();
        for job in batch {
            job.answer(commit.as_ref().map(|_| ()));
        }
        if let Some(checkpointer) = &mut self.checkpointer {
            checkpointer.committed(&self.conn, jobs, commit.is_err());
        }
    }

    /// How long the `COMMIT` took: most of it is the fsync.
    fn commit(
        &self,
        batch: &mut [Box<dyn Job>],
        changes: &mut Vec<Change>,
    ) -> Result<Duration, Lost> {
        let result = self.transact(batch, changes);
        if result.is_err() && !self.conn.is_autocommit() {
            self.conn.execute_batch("ROLLBACK")?;
        }
        result
    }

    fn transact(
        &self,
        batch: &mut [Box<dyn Job>],
        changes: &mut Vec<Change>,
    ) -> Result<Duration, Lost> {
        if !self.conn.is_autocommit() {
            // A rollback that failed last time.
            self.conn.execute_batch("ROLLBACK")?;
        }
        self.step("BEGIN IMMEDIATE")?;
        let mut heads = Heads::default();
        for job in batch {
            let kind = job.kind();
            if kind == Kind::Any {
                heads.write(&self.conn)?;
                self.step("SAVEPOINT job")?;
            }
            let announced = changes.len();
            let mut write = Write {
                conn: &self.conn,
                lobby: self.lobby,
                heads: &mut heads,
                changes,
            };
            let failed = job.run(&mut write).err();
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
        heads.write(&self.conn)?;
        let began = Instant::now();
        self.step("COMMIT")?;
        Ok(began.elapsed())
    }

    fn step(&self, sql: &str) -> rusqlite::Result<()> {
        self.conn.prepare_cached(sql)?.execute([]).map(|_| ())
    }
}
