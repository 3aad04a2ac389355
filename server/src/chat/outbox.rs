//! What waits to be sent to one client, bounded in bytes.

use std::{
    collections::VecDeque,
    task::{Context, Poll, Waker},
};

use shared::CloseCode;

use super::frame::Frame;

/// Bytes that may wait for one client. At 200 bytes a message that is over a thousand messages;
/// then the session is closed and resumes from the store: no reader may hold our memory.
pub(super) const MAX_BYTES: usize = 256 * 1024;

/// Below this a resume goes on sending.
pub(super) const LOW_WATER: usize = 32 * 1024;

/// One thing to be sent.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// A frame.
    Frame(Frame),
    /// Are you there? (A comment in a stream.)
    Ping,
    /// The last thing.
    Close(CloseCode),
}

/// The queue of one session. Single-threaded: pushed by its worker's fan-out, popped by the
/// connection's body.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    queue: VecDeque<Item>,
    bytes: usize,
    /// Nothing more is taken in: a close is queued, or was sent.
    is_closing: bool,
    is_closed: bool,
    waker: Option<Waker>,
}

impl Outbox {
    /// Queues a frame; the waker to wake once all pushes of this turn are done. Too much waiting
    /// empties the queue and leaves a close.
    pub fn push(&mut self, frame: Frame) -> Option<Waker> {
        if self.is_closing {
            return None;
        }
        if self.bytes + frame.len() > MAX_BYTES {
            self.queue.clear();
            self.bytes = 0;
            return self.close(CloseCode::TooSlow);
        }
        self.bytes += frame.len();
        self.queue.push_back(Item::Frame(frame));
        self.waker.take()
    }

    pub fn ping(&mut self) -> Option<Waker> {
        if self.is_closing {
            return None;
        }
        self.queue.push_back(Item::Ping);
        self.waker.take()
    }

    /// Queues a close after what is waiting. Only the first one counts.
    pub fn close(&mut self, code: CloseCode) -> Option<Waker> {
        if self.is_closing {
            return None;
        }
        self.is_closing = true;
        self.queue.push_back(Item::Close(code));
        self.waker.take()
    }

    /// The next thing to send; None after a close was sent.
    pub fn poll_pop(&mut self, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        match self.queue.pop_front() {
            Some(item) => {
                match &item {
                    Item::Frame(frame) => self.bytes -= frame.len(),
                    Item::Close(_) => self.is_closed = true,
                    Item::Ping => {}
                }
                Poll::Ready(Some(item))
            }
            None if self.is_closed => Poll::Ready(None),
            None => {
                if !self
                    .waker
                    .as_ref()
                    .is_some_and(|waker| waker.will_wake(cx.waker()))
                {
                    self.waker = Some(cx.waker().clone());
                }
                Poll::Pending
            }
        }
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn is_closing(&self) -> bool {
        self.is_closing
    }
}

#[cfg(test)]
mod tests {
    use shared::ServerFrame;

    use super::*;

    fn pop(outbox: &mut Outbox) -> Poll<Option<Item>> {
        outbox.poll_pop(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_reader_that_is_too_slow_is_closed_and_its_memory_given_back() {
        let mut outbox = Outbox::default();
        let frame = Frame::encode(&ServerFrame::Pong {}, None);
        for _ in 0..MAX_BYTES / frame.len() {
            outbox.push(frame.clone());
        }
        assert!(!outbox.is_closing());
        outbox.push(frame.clone());
        assert_eq!(outbox.bytes(), 0);
        assert!(matches!(
            pop(&mut outbox),
            Poll::Ready(Some(Item::Close(CloseCode::TooSlow)))
        ));
        outbox.push(frame);
        assert!(
            matches!(pop(&mut outbox), Poll::Ready(None)),
            "nothing comes after a close"
        );
    }

    #[test]
    fn what_was_queued_before_a_close_is_sent_before_it() {
        let mut outbox = Outbox::default();
        outbox.push(Frame::encode(&ServerFrame::Pong {}, None));
        outbox.close(CloseCode::Revoked);
        outbox.close(CloseCode::Normal);
        assert!(matches!(
            pop(&mut outbox),
            Poll::Ready(Some(Item::Frame(_)))
        ));
        assert!(matches!(
            pop(&mut outbox),
            Poll::Ready(Some(Item::Close(CloseCode::Revoked)))
        ));
        assert!(matches!(pop(&mut outbox), Poll::Ready(None)));
    }

    #[test]
    fn one_push_of_many_wakes() {
        let mut outbox = Outbox::default();
        assert!(pop(&mut outbox).is_pending());
        assert!(
            outbox
                .push(Frame::encode(&ServerFrame::Pong {}, None))
                .is_some()
        );
        assert!(
            outbox
                .push(Frame::encode(&ServerFrame::Pong {}, None))
                .is_none()
        );
    }
}
