//! A place in the chat: taken by a connection when it opens, given up when it is dropped.

use std::{collections::HashMap, rc::Rc};

use shared::RoomId;

use super::{
    Worker,
    drain::Stay,
    session::{Carrier, Session},
};
use crate::{
    Error,
    domain::{Arrived, Domain, SignedIn},
    hub::{Hello, Leaving},
};

/// A registered connection. Dropping it, for whatever reason, is the one way it ends.
pub struct Seat {
    pub(super) session: Rc<Session>,
    pub(super) worker: Rc<Worker>,
    _stay: Stay,
}

impl Seat {
    /// Registers a connection and waits until `ready` lies in its outbox. The rooms of `cursors`
    /// are held for their resume before anything live comes.
    ///
    /// # Errors
    /// `unauthenticated` when the session ended meanwhile; `unavailable` when the server is
    /// stopping, the store away, or the feed lost something meanwhile.
    pub(super) async fn take(
        worker: &Rc<Worker>,
        me: SignedIn,
        carrier: Carrier,
        cursors: HashMap<RoomId, u64>,
    ) -> Result<Self, Error> {
        // First counted, then asked: a stop that begins meanwhile waits for it.
        let stay = worker.draining.stay();
        if worker.draining.is_draining() {
            return Err(Error::Busy);
        }
        let session = worker.open(me, carrier);
        session.first_resume.replace(cursors);
        let seat = Self {
            session,
            worker: Rc::clone(worker),
            _stay: stay,
        };
        let conn = seat.session.id;
        // First registered, then read: what happens in between is not missed.
        worker.chat.begin(conn, me.user(), me.session()).await?;
        let hello = hello(&worker.domain, &me).await?;
        for room in &hello.rooms {
            seat.session.tell_above(room.id, room.head);
        }
        worker.chat.ready(conn, hello).await?;
        seat.session.attached.notified().await;
        Ok(seat)
    }
}

async fn hello(domain: &Domain, me: &SignedIn) -> Result<Hello, Error> {
    let Arrived {
        session,
        user,
        rooms,
    } = domain.arrive(me).await?;
    Ok(Hello {
        session,
        user,
        epoch: domain.epoch(),
        rooms,
    })
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.session.end();
        self.worker.shard.borrow_mut().remove(&self.session);
        self.worker
            .chat
            .disconnect(self.session.id, Leaving::Closed);
    }
}
