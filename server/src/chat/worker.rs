//! One worker thread's live side: its shard, its sweeper, and the way to the `ChatServer`.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    sync::Arc,
};

use actix_web::rt;
use tokio::sync::mpsc;

use super::{
    ChatHandle, Draining, WorkerSeat,
    checks::Checks,
    counters::WorkerCounters,
    orders::Orders,
    server::ORDERS_WAITING,
    session::{Carrier, Session},
    shard::Shard,
    sweeper,
};
use crate::{
    domain::{Domain, SignedIn},
    hub::ConnId,
    limits::Limits,
};

/// The live side of one worker thread. Never leaves it.
pub struct Worker {
    pub(super) index: u16,
    pub(super) shard: RefCell<Shard>,
    pub(super) chat: ChatHandle,
    pub(super) domain: Arc<Domain>,
    pub(super) draining: Draining,
    pub(super) limits: Arc<Limits>,
    pub(super) counters: Arc<WorkerCounters>,
    pub(super) checks: RefCell<Checks>,
    next_serial: Cell<u64>,
}

impl Worker {
    /// Begins to follow orders on this thread, which must run actix.
    pub fn start(
        seat: WorkerSeat,
        chat: ChatHandle,
        domain: Arc<Domain>,
        draining: Draining,
        limits: Arc<Limits>,
    ) -> Rc<Self> {
        let WorkerSeat {
            index,
            orders,
            counters,
        } = seat;
        let worker = Rc::new(Self {
            index,
            shard: RefCell::new(Shard::new(Arc::clone(&counters))),
            chat,
            domain,
            draining,
            limits,
            counters,
            checks: RefCell::default(),
            next_serial: Cell::new(1),
        });
        rt::spawn(follow(Rc::downgrade(&worker), orders));
        rt::spawn(sweeper::run(Rc::downgrade(&worker)));
        worker
    }

    /// A session of this worker, not attached yet.
    pub(super) fn open(&self, me: SignedIn, carrier: Carrier) -> Rc<Session> {
        let serial = self.next_serial.get();
        self.next_serial.set(serial + 1);
        let id = ConnId {
            worker: self.index,
            serial,
        };
        let now = self.domain.clock().now();
        let counters = Arc::clone(&self.counters);
        let session = Rc::new(Session::new(id, me, carrier, now, counters));
        self.shard.borrow_mut().add(&session);
        self.watch(&session, now);
        session
    }
}

/// Follows orders as they come, until the worker or the `ChatServer` is gone.
async fn follow(worker: Weak<Worker>, mut orders: mpsc::Receiver<Orders>) {
    let mut waiting = Vec::new();
    while orders.recv_many(&mut waiting, ORDERS_WAITING).await > 0 {
        // What is about to come goes out with it: two turns of the loop, no timer. The first lets
        // the sockets be heard, whose posts are then on their way.
        for _ in 0..2 {
            // Where one core does everything, the store and the hub need a turn, too.
            std::thread::yield_now();
            tokio::task::yield_now().await;
            while waiting.len() < 2 * ORDERS_WAITING
                && let Ok(more) = orders.try_recv()
            {
                waiting.push(more);
            }
        }
        let mut rest = waiting.iter().flat_map(|orders| orders.iter());
        while rest.clone().next().is_some() {
            let Some(worker) = worker.upgrade() else {
                return;
            };
            worker.shard.borrow_mut().follow(&mut rest);
            // Whoever was woken sends before more is handed out.
            tokio::task::yield_now().await;
        }
        waiting.clear();
    }
}
