//! What the live side did, counted where it is done and summed when somebody asks.

use std::sync::Arc;

use shared::{CloseCode, ErrorCode};

use super::{backlog::Backlog, recent::Recent};
use crate::{counter::Counter, rejections::Rejections};

/// Of one server.
#[derive(Debug)]
pub struct Counters {
    pub(super) hub: HubCounters,
    pub(super) workers: Vec<Arc<WorkerCounters>>,
}

/// What the `ChatServer` did.
#[derive(Debug, Default)]
pub(super) struct HubCounters {
    /// New messages that were told.
    pub messages: Counter,
    /// Frames that were made, each for everybody who hears it.
    pub frames: Counter,
    /// Messages to workers.
    pub orders: Counter,
    /// What the workers have not followed yet.
    pub backlog: Arc<Backlog>,
    /// Commits that wait to be told, as the pump saw it last.
    pub feed_waiting: Counter,
}

/// What one worker did. On cache lines of its own (two of them: processors fetch pairs), so that
/// workers do not slow each other by counting; added to once per broadcast, not once per delivery.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct WorkerCounters {
    /// Frames handed to connections by the fan-out.
    pub deliveries: Counter,
    /// Frames that were made for one connection.
    pub frames: Counter,
    /// Outboxes that grew over their bound.
    pub overflows: Counter,
    /// Requests over connections that were refused.
    pub rejections: Rejections,
    /// Connections that the server closed, in the order of [`CloseCode::ALL`].
    pub closes: [Counter; CloseCode::ALL.len()],
    /// Resumes that had to read the store again.
    pub rereads: Counter,
    /// What waits in outboxes: as the sweeper saw it last.
    pub outbox_bytes: Counter,
}

impl WorkerCounters {
    /// A connection is closed.
    pub fn closed(&self, code: CloseCode) {
        if let Some(place) = CloseCode::ALL.iter().position(|one| *one == code) {
            self.closes[place].add(1);
        }
    }
}

/// The sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// New messages that were told, other servers' included.
    pub messages: u64,
    /// Frames made for everybody who hears them.
    pub shared_frames: u64,
    /// Frames made for one connection: answers, resumes.
    pub own_frames: u64,
    /// Frames handed to connections by the fan-out.
    pub deliveries: u64,
    /// Messages to workers.
    pub orders: u64,
    /// Bytes of messages to workers that some worker has not followed yet.
    pub orders_bytes: u64,
    /// Connections whose outbox grew over its bound.
    pub overflows: u64,
    /// Bytes that wait in outboxes, at most five seconds ago.
    pub outbox_bytes: u64,
    /// Commits that wait to be told.
    pub feed_waiting: u64,
    /// Connections that the server closed, in the order of [`CloseCode::ALL`].
    pub closes: [u64; CloseCode::ALL.len()],
    /// Requests over connections that were refused, in the order of [`ErrorCode::ALL`].
    pub rejections: [u64; ErrorCode::ALL.len()],
    /// Resumes that had to read the store again.
    pub rereads: u64,
    /// About how many bytes the recent changes of rooms hold.
    pub recent_bytes: u64,
}

impl Counters {
    pub(super) fn new(workers: usize) -> Self {
        Self {
            hub: HubCounters::default(),
            workers: std::iter::repeat_with(Arc::default).take(workers).collect(),
        }
    }

    /// As they are now.
    pub(super) fn totals(&self, recent: &Recent) -> Totals {
        let sum = |of: fn(&WorkerCounters) -> &Counter| {
            self.workers.iter().map(|worker| of(worker).get()).sum()
        };
        Totals {
            messages: self.hub.messages.get(),
            shared_frames: self.hub.frames.get(),
            own_frames: sum(|worker| &worker.frames),
            deliveries: sum(|worker| &worker.deliveries),
            orders: self.hub.orders.get(),
            orders_bytes: self.hub.backlog.bytes() as u64,
            overflows: sum(|worker| &worker.overflows),
            feed_waiting: self.hub.feed_waiting.get(),
            closes: std::array::from_fn(|place| {
                let of = |worker: &Arc<WorkerCounters>| worker.closes[place].get();
                self.workers.iter().map(of).sum()
            }),
            rejections: self
                .workers
                .iter()
                .fold(Default::default(), |sums, worker| {
                    let counts = worker.rejections.counts();
                    std::array::from_fn(|place| sums[place] + counts[place])
                }),
            rereads: sum(|worker| &worker.rereads),
            outbox_bytes: sum(|worker| &worker.outbox_bytes),
            recent_bytes: recent.bytes(),
        }
    }
}
