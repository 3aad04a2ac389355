//! What a WebSocket sends that stays with actix-http, because this process encrypts it: its actor's
//! own frames (pongs, closes) and its session's outbox, merged into one body of whole frames.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::Error as WebError;
use bytes::Bytes;
use futures_core::Stream;

use super::{Seat, connection::Frames, outbox::Item};

/// The streaming body of an upgraded connection. Dropping it ends the connection's seat.
pub(super) struct SocketBody {
    actor: Frames,
    seat: Seat,
    is_actors_turn: bool,
}

impl SocketBody {
    /// The actor's frames and the seat's.
    pub fn new(actor: Frames, seat: Seat) -> Self {
        Self {
            actor,
            seat,
            is_actors_turn: false,
        }
    }

    fn poll_outbox(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let session = &self.seat.session;
        let item = session.outbox.borrow_mut().poll_pop(cx);
        session.note_drain();
        item.map(|item| item.map(Item::into_ws))
    }
}

impl Stream for SocketBody {
    type Item = Result<Bytes, WebError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // Neither starves: who had its turn is asked second the next time.
        self.is_actors_turn = !self.is_actors_turn;
        if self.is_actors_turn {
            match self.actor.as_mut().poll_next(cx) {
                Poll::Pending => self.poll_outbox(cx).map(|bytes| bytes.map(Ok)),
                ready @ Poll::Ready(_) => ready,
            }
        } else {
            match self.poll_outbox(cx) {
                Poll::Pending => self.actor.as_mut().poll_next(cx),
                Poll::Ready(bytes) => Poll::Ready(bytes.map(Ok)),
            }
        }
    }
}
