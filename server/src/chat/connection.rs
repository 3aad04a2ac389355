//! A WebSocket connection from its upgrade to its end.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::Error as WebError;
use bytes::Bytes;
use futures_core::Stream;

use super::{Seat, outbox::Flushed, stall::Stall, wire::Wire};

/// Frames that are sent as they are.
pub(super) type Frames = Pin<Box<dyn Stream<Item = Result<Bytes, WebError>>>>;

/// Sends its actor's own frames (pongs, closes) and its session's outbox, in one order. Ready when
/// nothing more will be sent. Dropping it ends the connection's seat.
pub struct Connection {
    actor: Frames,
    seat: Seat,
    wire: Wire,
    /// While the kernel takes no more.
    stall: Option<Stall>,
}

impl Connection {
    pub(super) fn new(actor: Frames, seat: Seat, wire: Wire) -> Self {
        Self {
            actor,
            seat,
            wire,
            stall: None,
        }
    }
}

impl Future for Connection {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self {
            actor,
            seat,
            wire,
            stall,
        } = &mut *self;
        let session = &seat.session;
        let is_left = loop {
            match actor.as_mut().poll_next(cx) {
                Poll::Ready(Some(Ok(frames))) => session.outbox.borrow_mut().push_raw(frames),
                Poll::Ready(Some(Err(_)) | None) => break true,
                Poll::Pending => break false,
            }
        };
        loop {
            let flushed = session.outbox.borrow_mut().flush();
            session.note_drain();
            match flushed {
                Flushed::Over => return Poll::Ready(()),
                _ if is_left => return Poll::Ready(()),
                Flushed::All => {
                    *stall = None;
                    session.outbox.borrow_mut().wait(cx);
                    return Poll::Pending;
                }
                // The first time: what was to be sent before it is in the kernel.
                Flushed::NoWire => {
                    session.outbox.borrow_mut().open(wire.clone());
                    continue;
                }
                Flushed::Blocked | Flushed::StillBlocked => {}
            }
            let taken = session.outbox.borrow().taken();
            let stall = stall.get_or_insert_with(Stall::new);
            match stall.poll_end(wire, taken, cx) {
                Poll::Ready(true) => session.outbox.borrow_mut().unblock(),
                // It has not read for too long, nor will it read a close.
                Poll::Ready(false) => return Poll::Ready(()),
                Poll::Pending => {
                    session.outbox.borrow_mut().wait(cx);
                    return Poll::Pending;
                }
            }
        }
    }
}
