//! What a client says over its socket, and what is done about it. Knows no transport.

use std::{rc::Rc, sync::Arc};

use actix_web::rt;
use shared::{
    ApiError, ClientFrame, ClientId, Epoch, ErrorCode, MarksUpdate, MessageBody, MessageId,
    NewMessage, ResetReason, RoomId, ServerFrame, Timestamp,
};

use super::{Worker, resume, session::Session};
use crate::{
    Error,
    domain::Credential,
    limits::ByPerson,
    wire::{self, FrameError},
};

/// At most one typing notice of a client in so many ms reaches the others.
const TYPING_EVERY_MS: i64 = 1_000;

/// Does what the client asks. Its answers, and refusals, come over the same connection.
pub(super) fn handle(worker: &Rc<Worker>, session: &Rc<Session>, text: &str) {
    let frame = match wire::parse_frame(text) {
        Ok(frame) => frame,
        Err(FrameError { error, client_id }) => return session.refuse(error, client_id),
    };
    match frame {
        ClientFrame::SendMessage {
            room,
            client_id,
            body,
            reply_to,
        } => {
            send(worker, session, room, client_id, body, reply_to);
        }
        ClientFrame::Resume { epoch, rooms } => {
            if !is_same_store(worker, epoch) {
                return session.send(&ServerFrame::Reset {
                    room: None,
                    reason: ResetReason::Epoch,
                });
            }
            for (room, cursor) in rooms {
                // Whether they are in it the store knows first: the news that they joined may be on
                // its way to us.
                if !session.queue_resume(room, cursor) {
                    return session.refuse(busy("too many rooms are being resumed"), None);
                }
            }
            resume::run(worker, session);
        }
        ClientFrame::Mark {
            room,
            delivered,
            read,
        } => {
            mark(worker, session, room, MarksUpdate { delivered, read });
        }
        ClientFrame::Typing { room } => typing(worker, session, room),
        ClientFrame::SetPresence { state } => worker.chat.set_activity(session.id, state),
        ClientFrame::Renew { token } => renew(worker, session, token),
        ClientFrame::Ping {} => session.send(&ServerFrame::Pong {}),
    }
}

fn is_same_store(worker: &Worker, epoch: Option<Epoch>) -> bool {
    epoch.is_none_or(|epoch| epoch == worker.domain.epoch())
}

fn busy(words: &str) -> ApiError {
    ApiError::new(ErrorCode::RateLimited, words).retry_after(500)
}

fn send(
    worker: &Worker,
    session: &Rc<Session>,
    room: RoomId,
    client_id: ClientId,
    body: MessageBody,
    reply_to: Option<MessageId>,
) {
    if let Err(error) = worker
        .limits
        .check_person(ByPerson::Message, session.user())
    {
        return refuse(session, &error, Some(client_id));
    }
    if !session.begin_send(client_id) {
        let error = busy("too many of your messages are on their way");
        return session.refuse(error, Some(client_id));
    }
    // The message ends the writing; what is written next is news again.
    session.typed_at.set(Timestamp::from_millis(0));
    // Queued by this very call, so a client's messages keep their order.
    let posting = worker.domain.post(
        session.me,
        room,
        NewMessage {
            client_id,
            body,
            reply_to,
        },
    );
    let session = Rc::clone(session);
    rt::spawn(async move {
        match posting.await {
            Ok(posted) => {
                session.accept(&posted.into_message());
                session.wake();
            }
            Err(error) => {
                session.end_send(client_id);
                refuse(&session, &error, Some(client_id));
            }
        }
    });
}

fn mark(worker: &Worker, session: &Rc<Session>, room: RoomId, update: MarksUpdate) {
    if session.is_in(room) {
        return worker.domain.mark_soon(&session.me, room, &update);
    }
    // The slow way says why not; or it succeeds where the person joined this very moment.
    let domain = Arc::clone(&worker.domain);
    let session = Rc::clone(session);
    rt::spawn(async move {
        if let Err(error) = domain.set_marks(&session.me, &room.into(), update).await {
            refuse(&session, &error, None);
        }
    });
}

fn typing(worker: &Worker, session: &Rc<Session>, room: RoomId) {
    if !session.is_in(room) {
        let domain = Arc::clone(&worker.domain);
        let session = Rc::clone(session);
        rt::spawn(async move {
            let error = domain.refusal(&session.me, room).await;
            refuse(&session, &error, None);
        });
        return;
    }
    let now = worker.domain.clock().now();
    if now.as_millis() - session.typed_at.get().as_millis() >= TYPING_EVERY_MS {
        if let Err(error) = worker.limits.check_person(ByPerson::Typing, session.user()) {
            return refuse(session, &error, None);
        }
        session.typed_at.set(now);
        worker.chat.typing(session.id, room);
    }
}

fn renew(worker: &Rc<Worker>, session: &Rc<Session>, token: String) {
    let (worker, session) = (Rc::clone(worker), Rc::clone(session));
    rt::spawn(async move {
        match worker.domain.authenticate(Credential::Token(&token)).await {
            Ok(me) if me.session() == session.login() && me.user() == session.user() => {
                session.expires_at.set(me.access_expires_at());
                worker.note_expiry(&session);
            }
            Ok(_) => {
                let error = Error::Unauthenticated("that token is of another session");
                refuse(&session, &error, None);
            }
            Err(error) => refuse(&session, &error, None),
        }
    });
}

pub(super) fn refuse(session: &Session, error: &Error, client_id: Option<ClientId>) {
    error.log();
    session.refuse(ApiError::from(error), client_id);
}
