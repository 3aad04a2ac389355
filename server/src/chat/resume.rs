//! Resume: everything above a client's cursor, in order, before the room goes on live.
//!
//! Nothing is missed and nothing comes twice, because a room's changes have one order and every
//! part of the way keeps it. A resume (1) holds the room's live frames, (2) gets the log as it was
//! at some head, (3) tells what is above the cursor, (4) lets go the held frames above that head
//! and from then on drops live frames that are not. So it is enough that whatever reached this
//! session before (1) is under the head of (2): it is not held. The rest comes after (1).
//!
//! - From the store: a change is committed before it is told, so what was told before (1) is in a
//!   read that begins after it. Whether the reader is in the room is part of that read.
//! - From [`Recent`](super::recent::Recent): the `ChatServer` puts a change there before it tells
//!   the workers, so the same holds. But the feed may lag behind the store, so it must be sure
//!   that what comes above the head comes to this session: only where the session is in the room
//!   as the fan-out has it, at (1) and still at the end. Then permission is asked of the store,
//!   after the entries were taken: who is a member at that later moment may read all of them. A
//!   cursor above the head proves nothing there, and is left to the store.

use std::{rc::Rc, time::Duration};

use actix_web::rt;
use shared::{MAX_PAGE, MAX_RESUME_CHANGES, ResetReason, RoomId, ServerFrame};

use super::{Worker, recent::Part, session::Session};
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
        let part = loop {
            match read(worker, session, room, cursor).await {
                Ok(part) => break part,
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
        if cursor > part.head {
            return reset(session, room, ResetReason::Ahead);
        }
        if part.head - since > u64::from(MAX_RESUME_CHANGES) && cursor == since {
            session.drop_hold(room);
            return session.send(&ServerFrame::Behind {
                room,
                head: part.head,
            });
        }
        for entry in part.entries {
            // The server reads on only as the socket drains.
            session.drained().await;
            if session.is_closing() {
                return;
            }
            let message = &entry.message;
            cursor = message.rev;
            if message.author == session.user() {
                // The store knows of it before the fan-out says so.
                session.accept(message);
            }
            let frame = entry.frame(since, |frame, log| session.encode(frame, log));
            session.send_encoded(frame);
        }
        if !part.has_more {
            cursor = part.head;
            if session.finish_resume(room, cursor) {
                return;
            }
        }
    }
}

/// What was changed above the cursor, from memory where it is there.
async fn read(
    worker: &Worker,
    session: &Session,
    room: RoomId,
    cursor: u64,
) -> Result<Part, Error> {
    let me = &session.me;
    let is_near = session
        .told_up_to(room)
        .is_none_or(|head| head.saturating_sub(cursor) <= u64::from(MAX_RESUME_CHANGES));
    if is_near && session.is_in(room) {
        let now = worker.domain.clock().now().as_millis();
        let fill = |from, limit| worker.domain.changes_since(me, room, from, limit);
        let part = worker.chat.recent().above(room, cursor, now, fill).await?;
        let is_member = worker.domain.is_member(me, room).await?;
        if is_member && session.is_in(room) && session.is_holding(room) {
            return Ok(part);
        }
        session.hold(room);
    }
    let changes = worker
        .domain
        .changes_since(me, room, cursor, MAX_PAGE)
        .await?;
    Ok(Part::from(changes))
}

fn reset(session: &Session, room: RoomId, reason: ResetReason) {
    session.drop_hold(room);
    session.send(&ServerFrame::Reset {
        room: Some(room),
        reason,
    });
}
