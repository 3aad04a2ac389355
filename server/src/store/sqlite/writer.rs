//! The way to the one thread that writes.

pub(super) mod batch;
mod thread;
mod unsettled;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rusqlite::Connection;
use shared::RoomId;
use tokio::sync::{mpsc, oneshot, watch};

use crate::store::{Change, StoreError, counters::Counters};

use super::{
    failure::{Lost, Refusal},
    file::Hold,
    heads::Heads,
};
pub use batch::Disk;
use thread::Thread;

/// 4,096 waiting writes: about a second of work for one disk. Beyond it, refusing is kinder.
const QUEUE_JOBS: usize = 4_096;

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
pub(super) enum Kind {
    /// It makes one change and decides before whether it may, so that a failure leaves nothing to
    /// be undone, and counts with [`Heads`]. A savepoint would cost a fifth of it.
    Post,
    /// Anything else: in a savepoint of its own, so that what failed is not kept.
    Any,
}

/// Something to be written, with whoever waits for it.
pub(super) trait Job: Send {
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

/// A job, and where its answer comes.
pub(super) fn job<T, F>(
    kind: Kind,
    work: F,
) -> (Box<dyn Job>, oneshot::Receiver<Result<T, StoreError>>)
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
    (Box::new(task), answer)
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
    /// Commits what was answered, and says so.
    Settle(oneshot::Sender<Result<(), StoreError>>),
    Close,
}

/// The way to the writer thread.
pub struct Writer {
    queue: mpsc::Sender<Order>,
    ended: watch::Receiver<()>,
    /// Something was answered that other connections do not see yet.
    is_unsettled: Arc<AtomicBool>,
}

impl Writer {
    /// Starts the thread. It keeps `hold` as long as it keeps `conn`, and closes what it has of
    /// `disk` (where there is a file) before it.
    pub fn start(
        conn: Connection,
        disk: Option<Disk>,
        hold: Option<Arc<Hold>>,
        lobby: RoomId,
        feed: mpsc::Sender<Vec<Change>>,
        counters: Arc<Counters>,
    ) -> io::Result<Self> {
        let (queue, orders) = mpsc::channel(QUEUE_JOBS);
        let (alive, ended) = watch::channel(());
        let is_unsettled = Arc::<AtomicBool>::default();
        let committer = batch::Committer::new(conn, disk, lobby, Arc::clone(&is_unsettled));
        let mut thread = Thread::new(committer, orders, feed, counters)?;
        std::thread::Builder::new()
            .name("parlor-store".to_owned())
            .spawn(move || {
                thread.run();
                // In this order: who waits for the end may open the file again.
                thread.close();
                drop(hold);
                drop(alive);
            })?;
        Ok(Self {
            queue,
            ended,
            is_unsettled,
        })
    }

    /// Makes what was answered be seen by other connections.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it could not be committed: it is durable all the same.
    pub async fn settle(&self) -> Result<(), StoreError> {
        if !self.is_unsettled.load(Ordering::Acquire) {
            return Ok(());
        }
        let closed = || Refusal::Closed.unavailable();
        let (reply, settled) = oneshot::channel();
        let order = Order::Settle(reply);
        self.queue.send(order).await.map_err(|_| closed())?;
        settled.await.unwrap_or_else(|_| Err(closed()))
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
        let (job, answer) = job(kind, work);
        let queued = self
            .queue
            .try_send(Order::Do(job))
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
