//! Twice a second, for the sessions that are due: is its token still good, is it still there?
//!
//! Judged here and not by each session's actor, which a client that stops reading freezes; and by
//! one timer of the worker, not by one of each session.

use std::{pin::pin, rc::Weak, time::Duration};

use actix_web::rt;
use futures_util::FutureExt;
use shared::{CloseCode, HEARTBEAT_MS, SILENCE_MS, Timestamp};

use super::{
    Worker,
    session::{Carrier, Session},
};
use crate::hub::{Leaving, Millis};

const EVERY: Duration = Duration::from_millis(500);

/// What waits is added up each so many times: every session is looked at for that.
const COUNT_EVERY: u32 = 10;

/// A comment so often keeps proxies and `EventSource` quiet, in ms. Fifteen seconds would do for
/// that; but while a body streams, only writing shows that a stream's client is gone.
const COMMENT_EVERY_MS: i64 = 5_000;

pub(super) async fn run(worker: Weak<Worker>) {
    let mut tick = 0_u32;
    let mut ticks = rt::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let Some(draining) = worker.upgrade().map(|worker| worker.draining.clone()) else {
        return;
    };
    let mut begun = pin!(draining.begun().fuse());
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = &mut begun => {}
        }
        let Some(worker) = worker.upgrade() else {
            return;
        };
        // More than once: who was being let in as it began is sent away at the next tick.
        if worker.draining.is_draining() {
            worker.drain();
        }
        let now = worker.domain.clock().now();
        worker.check_due(now);
        tick = tick.wrapping_add(1);
        if tick.is_multiple_of(COUNT_EVERY) {
            worker.count_waiting();
        }
    }
}

impl Worker {
    /// Looks at a session from now on.
    pub(super) fn watch(&self, session: &Session, now: Timestamp) {
        self.checks
            .borrow_mut()
            .set(session, next_check(session, now));
    }

    /// Its token is another: it may run out sooner.
    pub(super) fn note_expiry(&self, session: &Session) {
        let expires_at = session.expires_at.get().as_millis();
        self.checks.borrow_mut().bring_forward(session, expires_at);
    }

    fn check_due(&self, now: Timestamp) {
        let due = {
            let shard = self.shard.borrow();
            let mut checks = self.checks.borrow_mut();
            checks.take_due(now.as_millis(), |id| shard.session(id))
        };
        for session in due {
            check(self, &session, now);
            if !session.is_closing() {
                self.watch(&session, now);
            }
        }
    }

    fn count_waiting(&self) {
        let shard = self.shard.borrow();
        let waiting: usize = shard
            .sessions()
            .map(|session| session.outbox.borrow().bytes())
            .sum();
        self.counters.outbox_bytes.set(waiting as u64);
    }
}

/// What a carrier's client is asked so often, in ms.
fn ping_every(carrier: Carrier) -> i64 {
    match carrier {
        Carrier::Socket => i64::from(HEARTBEAT_MS),
        Carrier::Stream => COMMENT_EVERY_MS,
    }
}

fn next_check(session: &Session, now: Timestamp) -> Millis {
    let ping_at = session.pinged_at.get().as_millis() + ping_every(session.carrier);
    let expires_at = session.expires_at.get().as_millis();
    let silent_at = match session.carrier {
        Carrier::Socket => session
            .heard_at
            .get()
            .as_millis()
            .saturating_add_unsigned(SILENCE_MS),
        Carrier::Stream => Millis::MAX,
    };
    ping_at.min(expires_at).min(silent_at).max(now.as_millis())
}

fn check(worker: &Worker, session: &Session, now: Timestamp) {
    if session.is_closing() {
        return;
    }
    if session.expires_at.get() <= now {
        return session.close(CloseCode::TokenExpired);
    }
    let since = |then: Timestamp| now.as_millis() - then.as_millis();
    // A stream's client cannot answer; a dead one is noticed by what it does not acknowledge.
    let is_silent = session.carrier == Carrier::Socket
        && u64::try_from(since(session.heard_at.get())).is_ok_and(|ms| ms >= SILENCE_MS);
    if is_silent {
        worker.chat.disconnect(session.id, Leaving::Silent);
        session.close(CloseCode::Normal);
    } else if since(session.pinged_at.get()) >= ping_every(session.carrier) {
        session.ping(now);
    }
}
