//! Says back what it hears, through the same guard, codec and actor context as a session: for
//! Autobahn's test suite, which judges a WebSocket server by its echo. Debug builds only.

use std::pin::Pin;

use actix::{Actor, ActorContext, StreamHandler};
use actix_http::ws::Item;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, error::PayloadError, web};
use bytes::{Bytes, BytesMut};
use futures_core::Stream;

use super::{FrameGuard, Incoming, Unhandled, Upgrade, ws};
use crate::Error;

/// The suite's longest message is 16 MiB.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// Upgrades whoever asks.
///
/// # Errors
/// When it is no upgrade.
pub async fn open_echo(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, Error> {
    let echo = Echo::default();
    let said: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> =
        match request.extensions().get::<Upgrade>() {
            Some(upgrade) => Box::pin(Incoming::new(upgrade.wire().clone(), upgrade.early())),
            None => Box::pin(payload),
        };
    let guarded = FrameGuard::new(said, MAX_BYTES, echo.unhandled.clone());
    ws::WsResponseBuilder::new(echo, &request, guarded)
        .frame_size(MAX_BYTES)
        .start()
        .map_err(|error| Error::request(error.to_string()))
}

#[derive(Default)]
struct Echo {
    unhandled: Unhandled,
    /// The message so far that comes in several frames, and whether it is text.
    pieces: Option<(bool, BytesMut)>,
}

type Context = ws::WebsocketContext<Echo>;

impl Actor for Echo {
    type Context = Context;
}

impl Echo {
    fn piece(&mut self, item: Item, ctx: &mut Context) {
        let (bytes, is_last) = match item {
            Item::FirstText(bytes) => return self.pieces = Some((true, bytes.as_ref().into())),
            Item::FirstBinary(bytes) => return self.pieces = Some((false, bytes.as_ref().into())),
            Item::Continue(bytes) => (bytes, false),
            Item::Last(bytes) => (bytes, true),
        };
        let Some((_, pieces)) = &mut self.pieces else {
            return ctx.stop();
        };
        pieces.extend_from_slice(&bytes);
        if let Some((is_text, whole)) = self.pieces.take_if(|_| is_last) {
            match (is_text, String::from_utf8(whole.to_vec())) {
                (true, Ok(text)) => ctx.text(text),
                (true, Err(_)) => ctx.stop(),
                (false, _) => ctx.binary(whole.freeze()),
            }
        }
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for Echo {
    fn handle(&mut self, item: Result<ws::Message, ws::ProtocolError>, ctx: &mut Context) {
        self.unhandled.take_one();
        match item {
            Ok(ws::Message::Text(text)) => ctx.text(text),
            Ok(ws::Message::Binary(bytes)) => ctx.binary(bytes),
            Ok(ws::Message::Continuation(item)) => self.piece(item, ctx),
            Ok(ws::Message::Ping(payload)) => ctx.pong(&payload),
            Ok(ws::Message::Pong(_) | ws::Message::Nop) => {}
            Ok(ws::Message::Close(reason)) => {
                ctx.close(reason);
                ctx.stop();
            }
            Err(_) => ctx.stop(),
        }
    }
}
