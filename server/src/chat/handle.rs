//! How the rest of the server speaks to the `ChatServer`: methods, not messages.

use std::sync::Arc;

use actix::{Actor, Addr};
use shared::{Activity, RoomId, SessionId, UserId};
use tokio::sync::mpsc;

use super::{
    counters::{Counters, Totals, WorkerCounters},
    orders::Orders,
    recent::Recent,
    server::{
        Begin, ChatServer, Committed, Count, Counts, Disconnect, Heard, ORDERS_WAITING, Ready,
        SetActivity, Stop, Typing,
    },
};
use crate::{
    Error,
    bus::{Bus, Signal},
    domain::Domain,
    hub::{ConnId, Hello, Leaving, NotReady},
    store::Change,
};

/// The `ChatServer`'s address. Cheap to clone.
#[derive(Clone)]
pub struct ChatHandle {
    server: Addr<ChatServer>,
    counters: Arc<Counters>,
    recent: Arc<Recent>,
}

impl ChatHandle {
    /// Starts the actor on this thread, for so many workers, and gives each its orders.
    pub fn start(
        domain: Arc<Domain>,
        bus: Arc<dyn Bus>,
        workers: usize,
    ) -> (Self, Vec<WorkerSeat>) {
        let counters = Arc::new(Counters::new(workers));
        let (senders, seats) = (0_u16..)
            .zip(&counters.workers)
            .map(|(index, counters)| {
                let (sender, orders) = mpsc::channel(ORDERS_WAITING);
                let counters = Arc::clone(counters);
                let seat = WorkerSeat {
                    index,
                    orders,
                    counters,
                };
                (sender, seat)
            })
            .unzip();
        let recent = Arc::new(Recent::default());
        let server = ChatServer::new(
            domain,
            bus,
            senders,
            Arc::clone(&counters),
            Arc::clone(&recent),
        );
        let handle = Self {
            server: server.start(),
            counters,
            recent,
        };
        (handle, seats)
    }

    /// The recent changes of rooms.
    pub(super) fn recent(&self) -> &Recent {
        &self.recent
    }

    pub(super) async fn begin(
        &self,
        conn: ConnId,
        user: UserId,
        session: SessionId,
    ) -> Result<(), Error> {
        self.server
            .send(Begin {
                conn,
                user,
                session,
            })
            .await
            .map_err(|_| Error::Busy)
    }

    pub(super) async fn ready(&self, conn: ConnId, hello: Hello) -> Result<(), Error> {
        match self.server.send(Ready { conn, hello }).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(NotReady::Ended)) => Err(Error::Unauthenticated(
                "the session has ended: log in again",
            )),
            Ok(Err(NotReady::Missed)) | Err(_) => Err(Error::Busy),
        }
    }

    /// Never lost, whatever the mailbox holds: there is one for each connection at most.
    pub(super) fn disconnect(&self, conn: ConnId, leaving: Leaving) {
        self.server.do_send(Disconnect { conn, leaving });
    }

    /// Lost when the mailbox is full: it would come too late anyway.
    pub(super) fn typing(&self, conn: ConnId, room: RoomId) {
        let _ = self.server.try_send(Typing { conn, room });
    }

    /// Lost when the mailbox is full: the client says it again.
    pub(super) fn set_activity(&self, conn: ConnId, activity: Activity) {
        let _ = self.server.try_send(SetActivity { conn, activity });
    }

    /// False when the actor has stopped.
    pub(super) async fn committed(&self, changes: Vec<Change>) -> bool {
        self.server.send(Committed(changes)).await.is_ok()
    }

    /// So many commits wait after the one that is handed over now.
    pub(super) fn note_feed(&self, waiting: usize) {
        self.counters.hub.feed_waiting.set(waiting as u64);
    }

    /// False when the actor has stopped.
    pub(super) async fn heard(&self, signals: Vec<Signal>) -> bool {
        self.server.send(Heard(signals)).await.is_ok()
    }

    /// What was done since the start.
    pub fn totals(&self) -> Totals {
        self.counters.totals(&self.recent)
    }

    /// How many connections and people there are.
    ///
    /// # Errors
    /// `unavailable` when the server is stopping.
    pub async fn count(&self) -> Result<Counts, Error> {
        self.server.send(Count).await.map_err(|_| Error::Busy)
    }

    /// Stops the actor.
    pub fn stop(&self) {
        self.server.do_send(Stop);
    }
}

/// One worker's number and its orders, to be taken by the thread that becomes that worker.
pub struct WorkerSeat {
    pub(super) index: u16,
    pub(super) orders: mpsc::Receiver<Orders>,
    pub(super) counters: Arc<WorkerCounters>,
}
