//! What the live side did, counted where it is done and summed when somebody asks.

use std::sync::Arc;

use super::recent::Recent;
use crate::counter::Counter;

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
    /// What waits in outboxes: as the sweeper saw it last.
    pub outbox_bytes: Counter,
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
    /// Connections whose outbox grew over its bound.
    pub overflows: u64,
    /// Bytes that wait in outboxes, at most five seconds ago.
    pub outbox_bytes: u64,
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
            overflows: sum(|worker| &worker.overflows),
            outbox_bytes: sum(|worker| &worker.outbox_bytes),
            recent_bytes: recent.bytes(),
        }
    }
}
