//! What waits to be sent to one client, bounded in bytes.

use std::{
    collections::VecDeque,
    io::{ErrorKind, IoSlice},
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use shared::CloseCode;

use super::{
    counters::WorkerCounters,
    frame::{self, Frame, PING},
    wire::Wire,
};

/// Bytes that may wait for one client. At 200 bytes a message that is over a thousand messages;
/// then the session is closed and resumes from the store: no reader may hold our memory.
pub(super) const MAX_BYTES: usize = 256 * 1024;

/// Below this a resume goes on sending.
pub(super) const LOW_WATER: usize = 32 * 1024;

/// Items that are given to the kernel in one call.
const GATHERED: usize = 64;

/// Places for items that an idle queue keeps.
const KEPT: usize = 4;

/// One thing to be sent.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// A frame.
    Frame(Frame),
    /// Whole WebSocket frames, as they are. Never in a stream's outbox.
    Raw(Bytes),
    /// Are you there? (A comment in a stream.)
    Ping,
    /// The last thing, and how a WebSocket says it.
    Close(CloseCode, [u8; 4]),
}

impl Item {
    /// As a WebSocket sends it, for who keeps it.
    pub fn into_ws(self) -> Bytes {
        match self {
            Self::Frame(frame) => frame.into_ws(),
            Self::Raw(bytes) => bytes,
            Self::Ping => Bytes::from_static(&PING),
            Self::Close(_, bytes) => Bytes::copy_from_slice(&bytes),
        }
    }

    /// As a WebSocket sends it.
    pub fn ws(&self) -> &[u8] {
        match self {
            Self::Frame(frame) => frame.ws(),
            Self::Raw(bytes) => bytes,
            Self::Ping => &PING,
            Self::Close(_, bytes) => bytes,
        }
    }
}

/// How far a [`flush`](Outbox::flush) came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flushed {
    /// Nothing is left.
    All,
    /// The kernel takes no more: the connection has to wait until it does.
    Blocked,
    /// It was so already, and the connection waits.
    StillBlocked,
    /// There is no wire, or not yet: the body has to ask for what waits.
    NoWire,
    /// The connection is over: a close was sent, or the client is gone.
    Over,
}

/// The queue of one session. Single-threaded: filled by its worker's fan-out and its tasks,
/// emptied by them too where there is a wire, by the connection's body where there is none.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    queue: VecDeque<Item>,
    bytes: usize,
    /// How much of the first item is in the kernel already.
    sent: usize,
    /// Nothing more is taken in: a close is queued, or was sent.
    is_closing: bool,
    is_over: bool,
    wire: Option<Wire>,
    is_blocked: bool,
    /// Bytes the kernel took of what was queued, ever: while blocked, its growth is progress.
    taken: u64,
    waker: Option<Waker>,
    counters: Arc<WorkerCounters>,
}

impl Outbox {
    /// Empty, of a worker that counts here.
    pub fn new(counters: Arc<WorkerCounters>) -> Self {
        Self {
            counters,
            ..Self::default()
        }
    }

    /// Queues a frame. Too much waiting empties the queue and leaves a close.
    pub fn push(&mut self, frame: Frame) {
        self.queue(Item::Frame(frame));
    }

    /// Queues whole WebSocket frames.
    pub fn push_raw(&mut self, frames: Bytes) {
        self.queue(Item::Raw(frames));
    }

    pub fn ping(&mut self) {
        self.queue(Item::Ping);
    }

    fn queue(&mut self, item: Item) {
        if self.is_closing {
            return;
        }
        let len = item.ws().len();
        if self.bytes + len > MAX_BYTES {
            self.counters.overflows.add(1);
            self.empty();
            return self.close(CloseCode::TooSlow);
        }
        self.bytes += len;
        self.queue.push_back(item);
    }

    /// Queues the frame before a close, which has room however much waits: nothing comes after it.
    pub fn push_last(&mut self, frame: Frame) {
        self.bytes += frame.ws().len();
        self.queue.push_back(Item::Frame(frame));
    }

    /// Forgets what waits, but for what the client has the beginning of.
    fn empty(&mut self) {
        self.queue.truncate(usize::from(self.sent > 0));
        self.queue.shrink_to(KEPT);
        self.bytes = self.queue.iter().map(|item| item.ws().len()).sum();
    }

    /// Queues a close after what is waiting. Only the first one counts.
    pub fn close(&mut self, code: CloseCode) {
        if self.is_closing {
            return;
        }
        self.is_closing = true;
        let item = Item::Close(code, frame::close(code));
        self.bytes += item.ws().len();
        self.queue.push_back(item);
    }

    /// The next thing to send, for who has no wire; None after a close was sent.
    pub fn poll_pop(&mut self, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        match self.pop() {
            Some(item) => Poll::Ready(Some(item)),
            None if self.is_over => Poll::Ready(None),
            None => {
                self.wait(cx);
                Poll::Pending
            }
        }
    }

    /// Whom to wake when there is something to send.
    pub fn wait(&mut self, cx: &mut Context<'_>) {
        match &mut self.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
    }

    fn pop(&mut self) -> Option<Item> {
        let item = self.queue.pop_front()?;
        self.bytes -= item.ws().len();
        self.is_over |= matches!(item, Item::Close(..));
        Some(item)
    }

    /// From now on what waits goes over the wire, which nobody else writes to.
    pub fn open(&mut self, wire: Wire) {
        self.wire = Some(wire);
    }

    /// Nothing more is sent, and the wire is let go of.
    pub fn end(&mut self) {
        self.queue = VecDeque::new();
        self.bytes = 0;
        self.sent = 0;
        self.is_closing = true;
        self.is_over = true;
        self.wire = None;
    }

    /// Sends whole WebSocket frames, after what waits. Where nothing does, nothing is queued: an
    /// idle client's queue costs nothing.
    pub fn send(&mut self, frames: &Bytes) -> Flushed {
        if self.queue.is_empty()
            && !self.is_closing
            && !self.is_blocked
            && let Some(wire) = &self.wire
        {
            match wire.send(&[IoSlice::new(frames)]) {
                Ok(sent) if sent == frames.len() => return Flushed::All,
                Ok(sent) => {
                    self.push_raw(frames.clone());
                    self.sent = sent;
                    return self.block();
                }
                // What it means is found out below.
                Err(_) => {}
            }
        }
        self.push_raw(frames.clone());
        self.flush()
    }

    /// Sends what waits, as far as the kernel takes it.
    pub fn flush(&mut self) -> Flushed {
        let Some(wire) = self.wire.clone() else {
            return Flushed::NoWire;
        };
        if self.is_blocked {
            return Flushed::StillBlocked;
        }
        while !self.queue.is_empty() {
            let mut slices = [IoSlice::new(&[]); GATHERED];
            let mut count = 0;
            for (slice, item) in slices.iter_mut().zip(&self.queue) {
                *slice = IoSlice::new(item.ws());
                count += 1;
            }
            if let (Some(first), Some(item)) = (slices.first_mut(), self.queue.front()) {
                *first = IoSlice::new(&item.ws()[self.sent..]);
            }
            match wire.send(&slices[..count]) {
                Ok(sent) => self.advance(sent),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return self.block(),
                // The client is gone.
                Err(_) => {
                    self.end();
                    return Flushed::Over;
                }
            }
        }
        if self.is_over {
            return Flushed::Over;
        }
        if self.queue.capacity() > 2 * KEPT {
            self.queue.shrink_to(KEPT);
        }
        Flushed::All
    }

    fn block(&mut self) -> Flushed {
        self.is_blocked = true;
        Flushed::Blocked
    }

    /// There may be room in the kernel again.
    pub fn unblock(&mut self) {
        self.is_blocked = false;
    }

    /// Bytes of queued items that the kernel took, since the beginning.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// So many bytes more are in the kernel.
    fn advance(&mut self, sent: usize) {
        self.taken += sent as u64;
        self.sent += sent;
        while let Some(item) = self.queue.front() {
            let len = item.ws().len();
            if self.sent < len {
                return;
            }
            self.sent -= len;
            self.pop();
        }
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn is_closing(&self) -> bool {
        self.is_closing
    }

    /// Who waits to be woken.
    pub fn take_waker(&mut self) -> Option<Waker> {
        self.waker.take()
    }
}

#[cfg(test)]
mod tests;
