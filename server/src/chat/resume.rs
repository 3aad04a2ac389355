//! Resume: everything above a client's cursor, in order, before the room goes on live.

use std::{rc::Rc, time::Duration};

use actix_web::rt;
use shared::{MAX_PAGE, MAX_RESUME_CHANGES, ResetReason, RoomId, ServerFrame};

use super::{
    Worker,
    session::{Session, wake},
};
use crate::Error;

/// How long a resume waits when the store is away, before it asks again.
const RETRY: Duration = Duration::from_millis(500);

/// Resumes the rooms that wait for it, one after the other; one task per session does it.
pub(super) fn run(worker: &Rc<Worker>, session: &Rc<Session>) {
    if session.is_resuming.replace(true) {
        return;
    }
    let (worker, session) = (Rc::clone(worker), Rc::clone(session));
    rt::spawn(async move {
        loop {
            let next = session.resumes.borrow_mut().pop_front();
            let Some((room, cursor)) = next else { break };
            if session.is_closing() {
                break;
            }
            resume(&worker, &session, room, cursor).await;
        }
        session.is_resuming.set(false);
    });
}

async fn resume(worker: &Worker, session: &Session, room: RoomId, since: u64) {
    let mut cursor = since;
    loop {
        session.hold(room);
        let changes = loop {
            match worker
                .domain
                .changes_since(&session.me, room, cursor, MAX_PAGE)
                .await
            {
                Ok(changes) => break changes,
                Err(Error::NotFound(_) | Error::Forbidden(_)) => {
                    return reset(session, room, ResetReason::Gone);
                }
                // Silence would be a gap: it goes on as soon as the store does.
                Err(error) => {
                    error.log();
                    if session.is_closing() {
                        return;
                    }
                    rt::time::sleep(RETRY).await;
                }
            }
        };
        if cursor > changes.head {
            return reset(session, room, ResetReason::Ahead);
        }
        if changes.head - since > u64::from(MAX_RESUME_CHANGES) && cursor == since {
            session.drop_hold(room);
            return session.send(&ServerFrame::Behind {
                room,
                head: changes.head,
            });
        }
        for message in changes.messages {
            // The server reads on only as the socket drains.
            session.drained().await;
            if session.is_closing() {
                return;
            }
            cursor = message.rev;
            if message.author == session.user() {
                // The store knows of it before the fan-out says so.
                wake(session.accept(&message));
            }
            let log = Some((room, message.rev));
            // New to the client, or known to it and changed.
            let frame = if message.seq > since {
                ServerFrame::MessagePosted { message }
            } else {
                ServerFrame::MessageChanged { message }
            };
            session.send_encoded(session.encode(&frame, log));
        }
        if !changes.has_more {
            cursor = changes.head;
            if session.finish_resume(room, cursor) {
                return;
            }
        }
    }
}

fn reset(session: &Session, room: RoomId, reason: ResetReason) {
    session.drop_hold(room);
    session.send(&ServerFrame::Reset {
        room: Some(room),
        reason,
    });
}
