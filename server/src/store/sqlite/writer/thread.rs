//! The one thread that writes: it gathers what is waiting, so that many writes share one sync, and
//! answers only what is durable.

use std::{io, sync::Arc};

use tokio::{
    runtime::{self, Runtime},
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{Job, Order, batch::Committer};
use crate::store::{Change, StoreError, counters::Counters};

/// 512 writes in one commit: about ten milliseconds, a few fsyncs' time. Only a queue that is
/// longer than that would gain from more.
const BATCH_JOBS: usize = 512;

pub struct Thread {
    committer: Committer,
    orders: mpsc::Receiver<Order>,
    feed: mpsc::Sender<Vec<Change>>,
    counters: Arc<Counters>,
    /// For waiting no longer than some time.
    runtime: Runtime,
}

/// What was gathered.
#[derive(Default)]
struct Batch {
    jobs: Vec<Box<dyn Job>>,
    settles: Vec<oneshot::Sender<Result<(), StoreError>>>,
}

impl Thread {
    pub fn new(
        committer: Committer,
        orders: mpsc::Receiver<Order>,
        feed: mpsc::Sender<Vec<Change>>,
        counters: Arc<Counters>,
    ) -> io::Result<Self> {
        Ok(Self {
            committer,
            orders,
            feed,
            counters,
            runtime: runtime::Builder::new_current_thread()
                .enable_time()
                .build()?,
        })
    }

    /// Until the store is closed.
    pub fn run(&mut self) {
        while let Some(first) = self.next() {
            let mut batch = Batch::default();
            self.take(first, &mut batch);
            // Only what waits already: a timer would make a lonely write slower and a full queue
            // no faster, because the queue fills while the last commit syncs.
            while batch.jobs.len() < BATCH_JOBS
                && let Ok(order) = self.orders.try_recv()
            {
                self.take(order, &mut batch);
            }
            if !batch.jobs.is_empty() {
                self.finish(batch.jobs);
            }
            if !batch.settles.is_empty() {
                self.settle(batch.settles);
            }
            self.committer.settle_in_time();
        }
    }

    /// Closes the file.
    pub fn close(self) {
        self.committer.close();
    }

    /// The next order; what was answered is committed when none comes.
    fn next(&mut self) -> Option<Order> {
        while let Some(rest) = self.committer.until_due() {
            let (orders, runtime) = (&mut self.orders, &self.runtime);
            match runtime.block_on(async { timeout(rest, orders.recv()).await }) {
                Ok(order) => return order,
                Err(_) => self.committer.settle_in_time(),
            }
        }
        self.orders.blocking_recv()
    }

    fn take(&mut self, order: Order, batch: &mut Batch) {
        match order {
            Order::Do(job) => batch.jobs.push(job),
            Order::Settle(reply) => batch.settles.push(reply),
            // What is in the queue is still received.
            Order::Close => self.orders.close(),
        }
    }

    /// Makes a batch durable, feeds its changes, then answers: nobody hears of what is not durable.
    fn finish(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let mut changes = Vec::new();
        let made = self.committer.make_durable(&mut jobs, &mut changes);
        match &made {
            Ok(took) => {
                self.counters.committed(jobs.len(), *took);
                if !changes.is_empty() {
                    // A feed that nobody reads any more is no reason to stop.
                    let _ = self.feed.blocking_send(changes);
                }
            }
            Err(error) => {
                self.counters.failures.add(1);
                tracing::error!(%error, jobs = jobs.len(), "writes were not committed");
            }
        }
        for job in jobs {
            job.answer(made.as_ref().map(|_| ()));
        }
    }

    fn settle(&mut self, waiting: Vec<oneshot::Sender<Result<(), StoreError>>>) {
        let settled = self.committer.settle();
        for reply in waiting {
            let answer = settled.clone();
            // Nobody waits any more.
            let _ = reply.send(answer.map_err(|lost| StoreError::Unavailable(Box::new(lost))));
        }
    }
}
