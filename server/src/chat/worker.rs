//! One worker thread's live side: its shard, its sweeper, and the way to the `ChatServer`.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use actix_web::rt;

use super::{
    ChatHandle, Draining, WorkerSeat,
    counters::WorkerCounters,
    session::{Carrier, Session},
    shard::Shard,
    sweeper,
};
use crate::{
    domain::{Domain, SignedIn},
    hub::ConnId,
};

/// The live side of one worker thread. Never leaves it.
pub struct Worker {
    pub(super) index: u16,
    pub(super) shard: RefCell<Shard>,
    pub(super) chat: ChatHandle,
    pub(super) domain: Arc<Domain>,
    pub(super) draining: Draining,
    pub(super) is_limited: bool,
    pub(super) counters: Arc<WorkerCounters>,
    next_serial: Cell<u64>,
}

impl Worker {
    /// Begins to follow orders on this thread, which must run actix.
    pub fn start(
        seat: WorkerSeat,
        chat: ChatHandle,
        domain: Arc<Domain>,
        draining: Draining,
        is_limited: bool,
    ) -> Rc<Self> {
        let WorkerSeat {
            index,
            mut orders,
            counters,
        } = seat;
        let worker = Rc::new(Self {
            index,
            shard: RefCell::new(Shard::new(Arc::clone(&counters))),
            chat,
            domain,
            draining,
            is_limited,
            counters,
            next_serial: Cell::new(1),
        });
        let following = Rc::downgrade(&worker);
        rt::spawn(async move {
            while let Some(orders) = orders.recv().await {
                let mut rest = &orders[..];
                while !rest.is_empty() {
                    let Some(worker) = following.upgrade() else {
                        return;
                    };
                    let followed = worker.shard.borrow_mut().follow(rest);
                    rest = &rest[followed..];
                    // Whoever was woken sends before more is handed out.
                    tokio::task::yield_now().await;
                }
            }
        });
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
        session
    }
}
