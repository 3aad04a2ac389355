//! One client's connection, whatever carries it: what waits for it and what it waits for.

mod delivery;

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use shared::{
    ApiError, ClientId, CloseCode, Message, RoomId, ServerFrame, SessionId, Timestamp, UserId,
};
use tokio::sync::Notify;

use super::{
    bucket::Bucket,
    counters::WorkerCounters,
    frame::Frame,
    hold::Holds,
    outbox::{LOW_WATER, Outbox},
};
use crate::{
    domain::SignedIn,
    hub::{ConnId, Millis},
    limits::Rate,
};

/// Posts of one client that may be on their way at once.
const MAX_SENDING: usize = 128;

/// Rooms of one client that may wait for their resume.
const MAX_RESUMING: usize = 2_000;

/// What carries the frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carrier {
    Socket,
    Stream,
}

/// A connection. Lives on one worker, shared there by its fan-out, its body and its tasks.
pub(super) struct Session {
    pub id: ConnId,
    pub me: SignedIn,
    pub carrier: Carrier,
    /// When the access token runs out, as last renewed.
    pub expires_at: Cell<Timestamp>,
    /// When the client last said anything.
    pub heard_at: Cell<Timestamp>,
    /// When it was last asked whether it is there.
    pub pinged_at: Cell<Timestamp>,
    /// When the sweeper looks at it next.
    pub check_at: Cell<Millis>,
    /// When it last said that its person is writing.
    pub typed_at: Cell<Timestamp>,
    /// Who already got the delivery of this number.
    pub stamp: Cell<u64>,
    /// Something was queued in this turn of the fan-out.
    pub is_touched: Cell<bool>,
    pub outbox: RefCell<Outbox>,
    pub rooms: RefCell<HashSet<RoomId>>,
    pub attached: Notify,
    pub resumes: RefCell<VecDeque<(RoomId, u64)>>,
    pub is_resuming: Cell<bool>,
    /// Cursors to begin with: their rooms are held from the moment the session is attached.
    pub first_resume: RefCell<HashMap<RoomId, u64>>,
    drained: Notify,
    holds: RefCell<Holds>,
    /// Up to where `ready` or a resume told each room, until the live frames are past it.
    told: RefCell<HashMap<RoomId, u64>>,
    /// How often each is on its way: every send gets one answer.
    sending: RefCell<HashMap<ClientId, u32>>,
    bucket: Cell<Bucket>,
    counters: Arc<WorkerCounters>,
}

impl Session {
    pub fn new(
        id: ConnId,
        me: SignedIn,
        carrier: Carrier,
        now: Timestamp,
        counters: Arc<WorkerCounters>,
    ) -> Self {
        Self {
            id,
            me,
            carrier,
            expires_at: Cell::new(me.access_expires_at()),
            heard_at: Cell::new(now),
            pinged_at: Cell::new(now),
            check_at: Cell::new(Millis::MAX),
            typed_at: Cell::new(Timestamp::from_millis(0)),
            stamp: Cell::new(0),
            is_touched: Cell::new(false),
            outbox: RefCell::new(Outbox::new(Arc::clone(&counters))),
            rooms: RefCell::default(),
            attached: Notify::new(),
            resumes: RefCell::default(),
            is_resuming: Cell::new(false),
            first_resume: RefCell::default(),
            drained: Notify::new(),
            holds: RefCell::default(),
            told: RefCell::default(),
            sending: RefCell::default(),
            bucket: Cell::new(Bucket::new(now)),
            counters,
        }
    }

    pub fn user(&self) -> UserId {
        self.me.user()
    }

    pub fn login(&self) -> SessionId {
        self.me.session()
    }

    pub fn is_in(&self, room: RoomId) -> bool {
        self.rooms.borrow().contains(&room)
    }

    /// The store was read up to `head` for this client: it is told above that.
    pub fn tell_above(&self, room: RoomId, head: u64) {
        self.told.borrow_mut().insert(room, head);
    }

    /// Whether it was told already: what the store has committed is read at once, while the
    /// fan-out of the same change may still be on its way.
    fn was_told(&self, room: RoomId, rev: u64) -> bool {
        let mut told = self.told.borrow_mut();
        match told.get(&room) {
            Some(head) if rev <= *head => true,
            // Live frames only rise.
            Some(_) => {
                told.remove(&room);
                false
            }
            None => false,
        }
    }

    /// Makes a frame for this client alone.
    pub fn encode(&self, frame: &ServerFrame, log: Option<(RoomId, u64)>) -> Frame {
        self.counters.frames.add(1);
        Frame::encode(frame, log)
    }

    /// Sends a frame to this client alone.
    pub fn send(&self, frame: &ServerFrame) {
        self.send_encoded(self.encode(frame, None));
    }

    /// Sends a frame to this client alone. The body sends it, in its turn: what else this turn
    /// brings goes out with it.
    pub fn send_encoded(&self, frame: Frame) {
        self.outbox.borrow_mut().push(frame);
        self.wake();
    }

    /// Says what went wrong, of which message where it was one.
    pub fn refuse(&self, error: ApiError, client_id: Option<ClientId>) {
        let ApiError {
            code,
            message,
            field,
            retry_after_ms,
        } = error;
        self.counters.rejections.count(code);
        self.send(&ServerFrame::Error {
            code,
            message,
            field,
            client_id,
            retry_after_ms,
        });
    }

    /// Asks whether the client is there.
    pub fn ping(&self, now: Timestamp) {
        self.pinged_at.set(now);
        self.outbox.borrow_mut().ping();
        self.flush();
    }

    /// Ends the connection after what is waiting.
    pub fn close(&self, code: CloseCode) {
        if !self.is_closing() {
            self.counters.closed(code);
        }
        self.outbox.borrow_mut().close(code);
        self.wake();
        self.drained.notify_waiters();
    }

    /// As [`close`](Self::close), with a last word that has room however much waits.
    pub fn close_with(&self, last: &ServerFrame, code: CloseCode) {
        if !self.is_closing() {
            let last = self.encode(last, None);
            self.outbox.borrow_mut().push_last(last);
            self.close(code);
        }
    }

    /// The connection is gone.
    pub fn end(&self) {
        self.outbox.borrow_mut().end();
        self.drained.notify_waiters();
    }

    pub fn is_closing(&self) -> bool {
        self.outbox.borrow().is_closing()
    }

    /// Notes that the client said something; false when it talks too fast.
    pub fn hear(&self, now: Timestamp, frames: Rate) -> bool {
        self.heard_at.set(now);
        let mut bucket = self.bucket.get();
        let may_talk = bucket.take(now, frames);
        self.bucket.set(bucket);
        may_talk
    }

    /// Notes a send; false when too many are on their way.
    pub fn begin_send(&self, client_id: ClientId) -> bool {
        let mut sending = self.sending.borrow_mut();
        if sending.len() >= MAX_SENDING {
            return false;
        }
        *sending.entry(client_id).or_default() += 1;
        true
    }

    /// Takes a send off the list; false when it was answered before.
    pub fn end_send(&self, client_id: ClientId) -> bool {
        let mut sending = self.sending.borrow_mut();
        match sending.get_mut(&client_id) {
            Some(1) => sending.remove(&client_id).is_some(),
            Some(count) => {
                *count -= 1;
                true
            }
            None => false,
        }
    }

    /// Tells the sender that its message is durable, unless it was told before. Called by the
    /// fan-out and by a resume before they deliver the message, and by the send when it ends:
    /// whichever comes first, so that the acceptance always precedes the message. Whoever calls it
    /// flushes, or gives the connection a turn.
    pub fn accept(&self, message: &Message) {
        if !self.end_send(message.client_id) {
            return;
        }
        let frame = ServerFrame::MessageAccepted {
            room: message.room,
            client_id: message.client_id,
            id: message.id,
            seq: message.seq,
            created_at: message.created_at,
        };
        let frame = self.encode(&frame, None);
        self.outbox.borrow_mut().push(frame);
    }

    /// Holds the room's live frames and queues its resume; false when too many wait.
    pub fn queue_resume(&self, room: RoomId, cursor: u64) -> bool {
        let mut resumes = self.resumes.borrow_mut();
        if resumes.len() >= MAX_RESUMING {
            return false;
        }
        resumes.push_back((room, cursor));
        self.hold(room);
        true
    }

    /// Holds the rooms that the connection began with cursors of, before anything live comes.
    pub fn begin_first_resume(&self) {
        for (room, cursor) in self.first_resume.take() {
            self.queue_resume(room, cursor);
        }
    }

    /// Holds the room's live frames; a new read of the store begins.
    pub fn hold(&self, room: RoomId) {
        self.holds.borrow_mut().restart(room);
    }

    /// Whether the room's live frames are held.
    pub fn is_holding(&self, room: RoomId) -> bool {
        self.holds.borrow().has(room)
    }

    /// How far the room's log had got when `ready` or a resume last said so, unless live frames are
    /// past it.
    pub fn told_up_to(&self, room: RoomId) -> Option<u64> {
        self.told.borrow().get(&room).copied()
    }

    /// Says that the room is caught up and lets its live frames go on, those after `head` first;
    /// false, with nothing said, when another read of the store is needed because too many came.
    pub fn finish_resume(&self, room: RoomId, head: u64) -> bool {
        let hold = self.holds.borrow_mut().take(room);
        match hold.after(head) {
            Ok(frames) => {
                self.send(&ServerFrame::CaughtUp { room, head });
                self.tell_above(room, head);
                frames.for_each(|frame| self.send_encoded(frame));
                true
            }
            Err(hold) => {
                self.counters.rereads.add(1);
                self.holds.borrow_mut().put_back(room, hold);
                false
            }
        }
    }

    /// Lets the live frames go on and forgets those that waited.
    pub fn drop_hold(&self, room: RoomId) {
        self.holds.borrow_mut().forget(room);
    }

    /// The client is not in the room any more.
    pub fn forget_room(&self, room: RoomId) {
        self.drop_hold(room);
        self.told.borrow_mut().remove(&room);
    }

    /// Waits until the client has read most of what waits for it, or is gone.
    pub async fn drained(&self) {
        loop {
            let notified = self.drained.notified();
            {
                let outbox = self.outbox.borrow();
                if outbox.bytes() <= LOW_WATER || outbox.is_closing() {
                    return;
                }
            }
            notified.await;
        }
    }

    /// Something was sent.
    pub fn note_drain(&self) {
        if self.is_resuming.get() && self.outbox.borrow().bytes() <= LOW_WATER {
            self.drained.notify_waiters();
        }
    }
}
