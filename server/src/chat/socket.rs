//! A WebSocket session as an actix actor. The only place that knows `actix-web-actors`.
//!
//! The actor hears the client; what the client hears comes from the session's outbox.

#[cfg(debug_assertions)]
pub(super) mod echo;

use std::{collections::HashMap, rc::Rc};

use actix::{Actor, ActorContext, StreamHandler};
use actix_http::ws::Item;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, error::PayloadError, web};
use actix_web_actors::ws;
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use shared::{ApiError, CloseCode, ErrorCode, MAX_JSON_BYTES};

use super::{
    Seat, Upgrade, Worker,
    body::SocketBody,
    connection::{Connection, Frames},
    guard::{FrameGuard, Unhandled},
    inbound,
    incoming::Incoming,
    session::{Carrier, Session},
};
use crate::{Error, domain::SignedIn};

/// Upgrades a request of somebody who is let in: the answer, and its [`Upgrade`] goes on. Where the
/// connection stays with actix-http there is none: the answer's body goes on with it.
///
/// # Errors
/// When it is no upgrade, or the server cannot take it now.
pub async fn open_socket(
    worker: &Rc<Worker>,
    me: SignedIn,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let mut response = ws::handshake(request).map_err(|error| Error::request(error.to_string()))?;
    let seat = Seat::take(worker, me, Carrier::Socket, HashMap::new()).await?;
    let upgrade = request.extensions().get::<Upgrade>().cloned();
    let Some(upgrade) = upgrade else {
        let frames = converse(&seat, payload);
        return Ok(response.streaming(SocketBody::new(frames, seat)));
    };
    let wire = upgrade.wire();
    let frames = converse(&seat, Incoming::new(wire.clone(), upgrade.early()));
    upgrade.go_on(Connection::new(frames, seat, wire.clone()));
    Ok(response.finish())
}

/// Hears the client; what its actor answers by itself.
fn converse<S>(seat: &Seat, said: S) -> Frames
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin + 'static,
{
    let unhandled = Unhandled::default();
    let actor = SocketActor {
        session: Rc::clone(&seat.session),
        worker: Rc::clone(&seat.worker),
        fragments: None,
        unhandled: unhandled.clone(),
    };
    let guarded = FrameGuard::new(said, MAX_JSON_BYTES, unhandled);
    let (_, frames) = ws::WebsocketContext::create_with_addr(actor, guarded);
    Box::pin(frames)
}

struct SocketActor {
    session: Rc<Session>,
    worker: Rc<Worker>,
    /// The text so far of a message that comes in several frames.
    fragments: Option<BytesMut>,
    unhandled: Unhandled,
}

type Context = ws::WebsocketContext<SocketActor>;

impl Actor for SocketActor {
    type Context = Context;
}

impl SocketActor {
    fn text(&self, text: &str) {
        let now = self.worker.domain.clock().now();
        if self.session.hear(now, self.worker.limits.frames()) {
            inbound::handle(&self.worker, &self.session, text);
        } else {
            self.session.close(CloseCode::Flooding);
        }
    }

    fn fragment(&mut self, item: Item) {
        let (bytes, is_last) = match item {
            Item::FirstText(bytes) => {
                self.fragments = Some(BytesMut::new());
                (bytes, false)
            }
            Item::Continue(bytes) => (bytes, false),
            Item::Last(bytes) => (bytes, true),
            Item::FirstBinary(_) => return self.refuse_binary(),
        };
        // A continuation of nothing.
        let Some(fragments) = &mut self.fragments else {
            return self.refuse_binary();
        };
        if fragments.len() + bytes.len() > MAX_JSON_BYTES {
            return self.session.close(CloseCode::TooLarge);
        }
        fragments.extend_from_slice(&bytes);
        if is_last && let Some(whole) = self.fragments.take() {
            match std::str::from_utf8(&whole) {
                Ok(text) => self.text(text),
                Err(_) => self.refuse_binary(),
            }
        }
    }

    fn refuse_binary(&self) {
        let error = ApiError::new(ErrorCode::InvalidRequest, "frames are JSON text");
        self.session.refuse(error, None);
        self.session.close(CloseCode::Unsupported);
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for SocketActor {
    fn handle(&mut self, item: Result<ws::Message, ws::ProtocolError>, ctx: &mut Context) {
        self.unhandled.take_one();
        // After a close was decided nothing is taken in any more.
        if self.session.is_closing() {
            if matches!(item, Ok(ws::Message::Close(_)) | Err(_)) {
                ctx.stop();
            }
            return;
        }
        match item {
            Ok(ws::Message::Text(text)) => self.text(&text),
            Ok(ws::Message::Ping(payload)) => {
                self.session.heard_at.set(self.worker.domain.clock().now());
                ctx.pong(&payload);
            }
            Ok(ws::Message::Pong(_)) => {
                self.session.heard_at.set(self.worker.domain.clock().now());
            }
            Ok(ws::Message::Continuation(item)) => self.fragment(item),
            Ok(ws::Message::Binary(_)) => self.refuse_binary(),
            Ok(ws::Message::Nop) => {}
            Ok(ws::Message::Close(reason)) => {
                ctx.close(reason);
                ctx.stop();
            }
            Err(ws::ProtocolError::Overflow) => self.session.close(CloseCode::TooLarge),
            Err(ws::ProtocolError::Io(error)) if is_too_long(&error) => {
                self.session.close(CloseCode::TooLarge);
            }
            Err(_) => ctx.stop(),
        }
    }

    fn finished(&mut self, ctx: &mut Context) {
        // The client stopped sending: what is still queued (a close above all) goes out first.
        if !self.session.is_closing() {
            ctx.stop();
        }
    }
}

/// Whether it was the guard that refused: its error travels inside an I/O error.
fn is_too_long(error: &std::io::Error) -> bool {
    error
        .to_string()
        .contains(&PayloadError::Overflow.to_string())
}
