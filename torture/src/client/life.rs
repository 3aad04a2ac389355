//! A client's task: connect, resume, say, hear, and again.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use anyhow::Result;
use fastrand::Rng;
use shared::{
    ClientFrame, ClientId, Epoch, ErrorCode, MAX_RESUME_CHANGES, Message, MessagePage, RoomId,
    ServerFrame,
};
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, sleep_until, timeout_at},
};

use super::{Ack, Plan, Post, Seen, lock, outbox::Outbox};
use crate::{
    counts::{Counts, DUPLICATED, HOLES, NEEDLESS_RESETS, REORDERED},
    known::Learnt,
    socket::{Cut, Heard, Socket},
};

/// A client that heard nothing for so long asks; docs/protocol.md says 25 s, and a torture has no
/// such patience.
const SILENCE: Duration = Duration::from_millis(700);

/// A client whose question stays unanswered for so long comes back by another connection.
const PONG: Duration = Duration::from_millis(1_500);

/// A client whose messages stay unanswered for so long does, too: it may hear and not be heard.
const ANSWER: Duration = Duration::from_secs(2);

/// What was sent before a connection ended is in the kernel, and read within this.
const REST: Duration = Duration::from_secs(1);

/// What a client is told to do.
pub(super) struct Orders {
    pub posts: mpsc::UnboundedReceiver<Post>,
    pub stop: watch::Receiver<bool>,
    /// Whether it reads nothing.
    pub frozen: watch::Receiver<bool>,
}

pub(super) struct Life {
    plan: Plan,
    counts: Arc<Counts>,
    seen: Arc<Seen>,
    orders: Orders,
    outbox: Outbox,
    rng: Rng,
    epoch: Option<Epoch>,
    /// When a refused message may be sent again.
    again_at: Option<Instant>,
    /// When this connection was told to come back.
    come_back: Option<Duration>,
    /// Since when what is on its way has had no answer.
    unanswered_since: Option<Instant>,
}

impl Life {
    pub fn new(plan: Plan, counts: Arc<Counts>, seen: Arc<Seen>, orders: Orders) -> Self {
        let rng = Rng::with_seed(!plan.seed);
        Self {
            plan,
            counts,
            seen,
            orders,
            outbox: Outbox::default(),
            rng,
            epoch: None,
            again_at: None,
            come_back: None,
            unanswered_since: None,
        }
    }

    pub async fn run(mut self) -> Result<()> {
        loop {
            if *self.orders.stop.borrow() {
                return Ok(());
            }
            let (address, token) = (self.plan.account.address, &self.plan.account.token);
            let buffer = self.plan.receive_buffer;
            if let Ok(mut socket) = Socket::open_with(address, token, buffer).await {
                self.seen.connects.fetch_add(1, Ordering::Relaxed);
                if !self.come_in(&mut socket).await? || !self.stay(&mut socket).await? {
                    self.hear_the_rest(&mut socket).await?;
                }
                if *self.orders.stop.borrow() {
                    socket.close().await;
                    return Ok(());
                }
            }
            // Jitter, or hundreds come back in one instant; the server spreads whom it sends away.
            let jitter = Duration::from_millis(self.rng.u64(10..150));
            sleep(self.come_back.take().unwrap_or(jitter)).await;
        }
    }

    /// Asks for what was missed; false when the connection has ended again.
    async fn come_in(&mut self, socket: &mut Socket) -> Result<bool> {
        self.outbox.rewind();
        (self.again_at, self.unanswered_since) = (None, None);
        self.come_back = None;
        let epoch = *self.epoch.get_or_insert(socket.epoch);
        let rooms = {
            let mut rooms = lock(&self.seen.rooms);
            let cursors = rooms.iter_mut().map(|(id, known)| {
                known.is_resuming = true;
                (*id, known.cursor)
            });
            cursors.collect::<HashMap<_, _>>()
        };
        let resume = ClientFrame::Resume {
            epoch: Some(epoch),
            rooms,
        };
        socket.send(&resume).await
    }

    /// Says and hears until the connection ends or is given up; false where something could not be
    /// said on it any more.
    async fn stay(&mut self, socket: &mut Socket) -> Result<bool> {
        let (mut heard_at, mut asked_at) = (Instant::now(), None);
        loop {
            if *self.orders.frozen.borrow_and_update() {
                // Nobody frees it any more: then it ends all the same.
                let _ = self.orders.frozen.wait_for(|is_frozen| !is_frozen).await;
                (heard_at, asked_at) = (Instant::now(), None);
                // The answer may lie there unread.
                self.unanswered_since = self.unanswered_since.map(|_| Instant::now());
            }
            if !self.speak(socket).await? {
                return Ok(false);
            }
            let patience = asked_at.map_or(heard_at + SILENCE, |asked: Instant| asked + PONG);
            let answer = self.unanswered_since.map(|since| since + ANSWER);
            let timers = [Some(patience), answer, self.again_at];
            let next = timers.into_iter().flatten().min().unwrap_or(patience);
            tokio::select! {
                heard = socket.next() => match heard? {
                    Heard::Frame(frame) => {
                        (heard_at, asked_at) = (Instant::now(), None);
                        if !self.hear(socket, *frame).await? {
                            return Ok(false);
                        }
                    }
                    end @ (Heard::Closed(_) | Heard::Cut(_)) => {
                        self.note_end(&end);
                        return Ok(true);
                    }
                },
                Some(post) = self.orders.posts.recv() => self.outbox.push(post),
                _ = self.orders.stop.changed() => return Ok(true),
                _ = self.orders.frozen.changed() => {}
                () = sleep_until(next.into()) => {
                    let now = Instant::now();
                    if self.again_at.is_some_and(|at| at <= now) {
                        self.again_at = None;
                        self.outbox.rewind();
                    } else if asked_at.is_some() || answer.is_some_and(|at| at <= now) {
                        return Ok(true);
                    } else {
                        asked_at = Some(now);
                        if !socket.send(&ClientFrame::Ping {}).await? {
                            return Ok(false);
                        }
                    }
                }
            }
        }
    }

    /// Hears what came before the end: who speaks first finds a connection closed that said goodbye.
    async fn hear_the_rest(&mut self, socket: &mut Socket) -> Result<()> {
        let deadline = Instant::now() + REST;
        while let Ok(heard) = timeout_at(deadline.into(), socket.next()).await {
            match heard? {
                // What it would say to that cannot be said.
                Heard::Frame(frame) => drop(self.hear(socket, *frame).await?),
                end => {
                    self.note_end(&end);
                    break;
                }
            }
        }
        Ok(())
    }

    /// The server has ended this connection.
    fn note_end(&self, end: &Heard) {
        if self.come_back.is_none() {
            self.seen.unhinted.fetch_add(1, Ordering::Relaxed);
            self.counts.add(
                match end {
                    Heard::Closed(Some(4008)) => "not told, too slow",
                    Heard::Closed(_) => "not told, closed otherwise",
                    Heard::Cut(Cut::Reset) => "not told, reset",
                    Heard::Cut(Cut::Ended) => "not told, ended without a close",
                    Heard::Frame(_) => return,
                },
                1,
            );
        }
    }

    async fn speak(&mut self, socket: &mut Socket) -> Result<bool> {
        while self.again_at.is_none()
            && let Some(frame) = self.outbox.next(self.plan.window)?
        {
            self.unanswered_since.get_or_insert_with(Instant::now);
            if !socket.send(&frame).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes a frame in; false when the connection has ended meanwhile.
    async fn hear(&mut self, socket: &mut Socket, frame: ServerFrame) -> Result<bool> {
        match frame {
            ServerFrame::MessageAccepted {
                room,
                client_id,
                id,
                seq,
                ..
            } => self.promised(client_id, Ack { room, id, seq }),
            ServerFrame::MessagePosted { message } | ServerFrame::MessageChanged { message }
                if self.learn(&message) == Learnt::Gap =>
            {
                return self.resume(socket, message.room).await;
            }
            ServerFrame::CaughtUp { room, head } => {
                if let Some(known) = lock(&self.seen.rooms).get_mut(&room) {
                    known.catch_up(head);
                }
            }
            ServerFrame::Behind { room, head } => {
                let cursor = self.cursor(room);
                if head.saturating_sub(cursor) <= u64::from(MAX_RESUME_CHANGES) {
                    let who = &self.plan.account.name;
                    self.counts.fault(NEEDLESS_RESETS, || {
                        format!("{who} was sent behind {head} with cursor {cursor}")
                    });
                }
                // Cut off while paging: the next connection resumes from as far as it got.
                if self.page(room).await.is_err() {
                    return Ok(false);
                }
                return self.resume(socket, room).await;
            }
            ServerFrame::Reset { room, reason } => {
                let who = &self.plan.account.name;
                self.counts.fault(NEEDLESS_RESETS, || {
                    format!("{who} was reset in {room:?}: {reason:?}")
                });
            }
            ServerFrame::Draining { retry_after_ms } => {
                self.come_back = Some(Duration::from_millis(retry_after_ms));
                self.counts.add("told when to come back", 1);
            }
            ServerFrame::Error {
                code,
                message,
                retry_after_ms,
                ..
            } => self.refused(code, &message, retry_after_ms),
            _ => {}
        }
        Ok(true)
    }

    fn promised(&mut self, client_id: ClientId, ack: Ack) {
        if self.outbox.settle(client_id) {
            self.seen.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        self.unanswered_since = self.outbox.is_on_its_way().then(Instant::now);
        let first = *lock(&self.seen.acks).entry(client_id).or_insert(ack);
        if first != ack {
            self.counts.fault(DUPLICATED, || {
                format!("{client_id}: {first:?}, then {ack:?}")
            });
        }
    }

    /// Taken back later; whoever may not say it at all never gets an acknowledgement and is found
    /// by the deadline of whoever waits for it.
    fn refused(&mut self, code: ErrorCode, message: &str, retry_after_ms: Option<u64>) {
        self.counts.add("refused", 1);
        if !code.is_worth_retrying() {
            let who = &self.plan.account.name;
            self.counts
                .fault("refused for good", || format!("{who}: {code:?}: {message}"));
        }
        // A torture asks sooner than it is told to, but not at once.
        let pause = Duration::from_millis(retry_after_ms.unwrap_or(200).min(200));
        self.again_at = Some(Instant::now() + pause);
        self.unanswered_since = None;
    }

    fn learn(&self, message: &Message) -> Learnt {
        let mut rooms = lock(&self.seen.rooms);
        let Some(known) = rooms.get_mut(&message.room) else {
            return Learnt::Next;
        };
        let (cursor, learnt) = (known.cursor, known.learn(message));
        let who = &self.plan.account.name;
        let told = || format!("{who} at {cursor} was told {message:?}");
        match learnt {
            Learnt::Next => {}
            Learnt::Again => self.counts.fault("told again", told),
            Learnt::Gap => self.counts.fault(HOLES, told),
            Learnt::Differing => self.counts.fault(REORDERED, told),
        }
        learnt
    }

    fn cursor(&self, room: RoomId) -> u64 {
        lock(&self.seen.rooms)
            .get(&room)
            .map_or(0, |known| known.cursor)
    }

    async fn resume(&mut self, socket: &mut Socket, room: RoomId) -> Result<bool> {
        let cursor = self.cursor(room);
        if let Some(known) = lock(&self.seen.rooms).get_mut(&room) {
            known.is_resuming = true;
        }
        let resume = ClientFrame::Resume {
            epoch: self.epoch,
            rooms: HashMap::from([(room, cursor)]),
        };
        socket.send(&resume).await
    }

    /// Reads all changes above the cursor over REST.
    async fn page(&mut self, room: RoomId) -> Result<()> {
        self.counts.add("behind", 1);
        loop {
            let since = self.cursor(room);
            let path = format!("/rooms/{room}/changes?since={since}&limit=100");
            let page: MessagePage = self.plan.account.get(&path).await?.decode()?;
            for message in &page.messages {
                self.learn(message);
            }
            let mut rooms = lock(&self.seen.rooms);
            let Some(known) = rooms.get_mut(&room) else {
                return Ok(());
            };
            if !page.has_more {
                known.cursor = page.head;
                return Ok(());
            }
            known.cursor = page.messages.last().map_or(since, |last| last.rev);
        }
    }
}
