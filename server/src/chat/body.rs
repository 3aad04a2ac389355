//! What a WebSocket sends: its actor's own frames (pongs, closes) and its session's outbox, in
//! one order. Over the wire where there is one; else as this body's chunks, of whole frames each.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::Error as WebError;
use bytes::Bytes;
use futures_core::Stream;

use super::{
    Seat,
    outbox::{Flushed, Item},
    stall::Stall,
    wire::Wire,
};

/// The streaming body of an upgraded connection. Dropping it ends the connection's seat.
pub(super) struct SocketBody<S> {
    actor: Pin<Box<S>>,
    seat: Seat,
    wire: Option<Wire>,
    /// While the kernel takes no more.
    stall: Option<Stall>,
    is_actors_turn: bool,
}

impl<S> SocketBody<S>
where
    S: Stream<Item = Result<Bytes, WebError>>,
{
    /// The actor's frames and the seat's, over the wire where there is one.
    pub fn new(actor: S, seat: Seat, wire: Option<Wire>) -> Self {
        Self {
            actor: Box::pin(actor),
            seat,
            wire,
            stall: None,
            is_actors_turn: false,
        }
    }

    /// Sends all there is. This yields nothing, so that the wire stays the only writer, and ends
    /// with the connection.
    fn poll_wire(
        &mut self,
        wire: &Wire,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, WebError>>> {
        let session = &self.seat.session;
        let is_left = loop {
            match self.actor.as_mut().poll_next(cx) {
                Poll::Ready(Some(Ok(frames))) => session.outbox.borrow_mut().push_raw(frames),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => break true,
                Poll::Pending => break false,
            }
        };
        loop {
            let flushed = session.outbox.borrow_mut().flush();
            session.note_drain();
            match flushed {
                Flushed::Over => return Poll::Ready(None),
                _ if is_left => return Poll::Ready(None),
                Flushed::All => {
                    self.stall = None;
                    session.outbox.borrow_mut().wait(cx);
                    return Poll::Pending;
                }
                // Asked again where the wire is open, which it is before anything is sent.
                Flushed::NoWire => {
                    session.outbox.borrow_mut().open(wire.clone());
                    continue;
                }
                Flushed::Blocked | Flushed::StillBlocked => {}
            }
            let taken = session.outbox.borrow().taken();
            let stall = match &mut self.stall {
                Some(stall) => stall,
                none => match Stall::new(wire) {
                    Ok(stall) => none.insert(stall),
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be waited for");
                        return Poll::Ready(None);
                    }
                },
            };
            match stall.poll_end(taken, cx) {
                Poll::Ready(true) => session.outbox.borrow_mut().unblock(),
                // It has not read for too long, nor will it read a close.
                Poll::Ready(false) => return Poll::Ready(None),
                Poll::Pending => {
                    session.outbox.borrow_mut().wait(cx);
                    return Poll::Pending;
                }
            }
        }
    }

    fn poll_outbox(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let session = &self.seat.session;
        let item = session.outbox.borrow_mut().poll_pop(cx);
        session.note_drain();
        item.map(|item| item.map(Item::into_ws))
    }
}

impl<S> Stream for SocketBody<S>
where
    S: Stream<Item = Result<Bytes, WebError>>,
{
    type Item = Result<Bytes, WebError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(wire) = self.wire.clone() {
            return self.poll_wire(&wire, cx);
        }
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
