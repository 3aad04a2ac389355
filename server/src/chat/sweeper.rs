//! Twice a second, for every session of a worker: is its token still good, is it still there?
//!
//! Judged here and not by each session's actor, which a client that stops reading freezes.

use std::{
    rc::{Rc, Weak},
    time::Duration,
};

use actix_web::rt;
use shared::{CloseCode, HEARTBEAT_MS, SILENCE_MS, Timestamp};

use super::{
    Worker,
    session::{Carrier, Session},
};
use crate::hub::Leaving;

const EVERY: Duration = Duration::from_millis(500);

/// A comment so often keeps proxies and `EventSource` quiet, in ms. Fifteen seconds would do for
/// that; but while a body streams, only writing shows that a stream's client is gone.
const COMMENT_EVERY_MS: i64 = 5_000;

pub(super) async fn run(worker: Weak<Worker>) {
    let mut ticks = rt::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(worker) = worker.upgrade() else {
            return;
        };
        if worker.draining.is_draining() {
            worker.drain();
        }
        let sessions: Vec<Rc<Session>> = worker.shard.borrow().sessions().cloned().collect();
        let now = worker.domain.clock().now();
        let mut waiting = 0;
        for session in sessions {
            sweep(&worker, &session, now);
            waiting += session.outbox.borrow().bytes();
        }
        worker.counters.outbox_bytes.set(waiting as u64);
    }
}

fn sweep(worker: &Worker, session: &Session, now: Timestamp) {
    if session.is_closing() {
        return;
    }
    if session.expires_at.get() <= now {
        return session.close(CloseCode::TokenExpired);
    }
    let since = |then: Timestamp| now.as_millis() - then.as_millis();
    let (is_silent, ping_every) = match session.carrier {
        Carrier::Socket => (
            u64::try_from(since(session.heard_at.get())).is_ok_and(|ms| ms >= SILENCE_MS),
            i64::from(HEARTBEAT_MS),
        ),
        // A stream's client cannot answer; a dead one is noticed by what it does not acknowledge.
        Carrier::Stream => (false, COMMENT_EVERY_MS),
    };
    if is_silent {
        worker.chat.disconnect(session.id, Leaving::Silent);
        session.close(CloseCode::Normal);
    } else if since(session.pinged_at.get()) >= ping_every {
        session.ping(now);
    }
}
