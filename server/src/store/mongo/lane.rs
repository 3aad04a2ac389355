//! The lane: jobs on logs, in the order they were asked for, as many in one commit as are waiting.

use std::sync::Arc;

use shared::{Message, MessageId, RoomId, Timestamp};
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    commits::{Commits, Echo},
    driver_thread::DriverThread,
    failure::Refusal,
    log_batch,
};
use crate::store::{Edit, NewPost, Posted, StoreError};

/// 4,096 waiting jobs: about a second of work. Beyond it, refusing is kinder.
const QUEUE_JOBS: usize = 4_096;
/// 256 jobs in one commit; with bodies of 16 KiB at most that stays far below MongoDB's 16 MiB.
const BATCH_JOBS: usize = 256;

/// Who waits for an answer.
pub type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// One change of a log.
pub enum LogJob {
    /// A new message.
    Post {
        /// What is posted.
        post: NewPost,
        /// Who waits.
        answer: Answer<Posted>,
    },
    /// An edit or a deletion.
    Edit {
        /// Where.
        room: RoomId,
        /// Which.
        message: MessageId,
        /// What to do.
        edit: Edit,
        /// When.
        at: Timestamp,
        /// Who waits.
        answer: Answer<Message>,
    },
}

/// The way into the lane.
pub struct Lane {
    queue: mpsc::Sender<Order>,
    ended: watch::Receiver<()>,
}

enum Order {
    Do(LogJob),
    Close,
}

impl Lane {
    /// Starts it on the driver's thread.
    pub fn start(thread: &DriverThread, commits: Arc<Commits>) -> Self {
        let (queue, orders) = mpsc::channel(QUEUE_JOBS);
        let (alive, ended) = watch::channel(());
        thread.spawn(async move {
            run(orders, commits).await;
            drop(alive);
        });
        Self { queue, ended }
    }

    /// Queues a job now; the future waits until it is durable.
    pub fn submit<T, J>(
        &self,
        job: J,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + 'static + use<T, J>
    where
        T: Send + 'static,
        J: FnOnce(Answer<T>) -> LogJob,
    {
        let (answer, answered) = oneshot::channel();
        let queued = self
            .queue
            .try_send(Order::Do(job(answer)))
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
                mpsc::error::TrySendError::Closed(_) => Refusal::Closed.unavailable(),
            });
        async move {
            queued?;
            answered
                .await
                .unwrap_or_else(|_| Err(Refusal::Closed.unavailable()))
        }
    }

    /// How many jobs wait.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Finishes what was queued; later jobs are refused.
    pub async fn close(&self) {
        // An error means that it has ended or is about to.
        let _ = self.queue.send(Order::Close).await;
        let _ = self.ended.clone().changed().await;
    }
}

async fn run(mut orders: mpsc::Receiver<Order>, commits: Arc<Commits>) {
    while let Some(first) = orders.recv().await {
        let mut jobs = Vec::new();
        let mut take = |order, orders: &mut mpsc::Receiver<Order>| match order {
            Order::Do(job) => jobs.push(job),
            // What is in the queue is still received.
            Order::Close => orders.close(),
        };
        take(first, &mut orders);
        let mut taken = 1;
        // Only what waits already: the queue fills while the last commit is made.
        while taken < BATCH_JOBS
            && let Ok(order) = orders.try_recv()
        {
            take(order, &mut orders);
            taken += 1;
        }
        if !jobs.is_empty() {
            finish(&commits, jobs).await;
        }
    }
}

async fn finish(commits: &Commits, jobs: Vec<LogJob>) {
    let all = jobs.as_slice();
    let outcomes = commits
        .commit(Echo::Ignored, None, jobs.len(), move |work| {
            Box::pin(async move { log_batch::run(work, all).await })
        })
        .await;
    match outcomes {
        Ok(outcomes) => {
            for (job, outcome) in jobs.into_iter().zip(outcomes) {
                outcome.answer(job);
            }
        }
        Err(error) => {
            let lost = Lost(error.to_string().into());
            tracing::error!(%error, jobs = jobs.len(), "changes of logs were not committed");
            for job in jobs {
                refuse(job, StoreError::Unavailable(Box::new(lost.clone())));
            }
        }
    }
}

fn refuse(job: LogJob, error: StoreError) {
    // Nobody may wait any more.
    match job {
        LogJob::Post { answer, .. } => drop(answer.send(Err(error))),
        LogJob::Edit { answer, .. } => drop(answer.send(Err(error))),
    }
}

/// Why a batch's jobs were not done, as far as is known; each of them is told.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the batch was not committed: {0}")]
struct Lost(Arc<str>);
