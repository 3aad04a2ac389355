//! A client as docs/protocol.md wants it: it reconnects, resumes, sends its outbox again, and
//! counts whatever breaks the contract on the way.

mod life;
mod outbox;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use anyhow::{Context, Result};
use fastrand::Rng;
use shared::{ClientId, MessageId, RoomId};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};
use uuid::Builder;

use crate::{account::Account, counts::Counts, known::Known};

pub use outbox::Post;

/// The server's word that a message is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    /// Where.
    pub room: RoomId,
    /// What the server calls it.
    pub id: MessageId,
    /// Its number.
    pub seq: u64,
}

/// How a client behaves.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Who, and by which way.
    pub account: Account,
    /// What it keeps up with.
    pub rooms: Vec<RoomId>,
    /// Sends that may be on their way at once.
    pub window: usize,
    /// Bytes that its kernel takes before it has read them; None for what kernels do.
    pub receive_buffer: Option<u32>,
    /// Seeds its ids and its jitter.
    pub seed: u64,
}

/// What a client's task and whoever directs it both see.
#[derive(Debug, Default)]
struct Seen {
    rooms: Mutex<HashMap<RoomId, Known>>,
    acks: Mutex<HashMap<ClientId, Ack>>,
    /// Posts that were not acknowledged yet.
    waiting: AtomicUsize,
    connects: AtomicUsize,
    unhinted: AtomicU64,
}

/// A running client.
#[derive(Debug)]
pub struct Client {
    posts: mpsc::UnboundedSender<Post>,
    stop: watch::Sender<bool>,
    freeze: watch::Sender<bool>,
    seen: Arc<Seen>,
    task: JoinHandle<Result<()>>,
    ids: Rng,
    rooms: Vec<RoomId>,
}

/// What a client knew at its end.
#[derive(Debug)]
pub struct Finished {
    /// By room.
    pub rooms: HashMap<RoomId, Known>,
    /// What it was promised.
    pub acks: HashMap<ClientId, Ack>,
}

impl Client {
    /// Connects, and stays until it is finished.
    pub fn start(plan: Plan, counts: Arc<Counts>) -> Self {
        let (posts, to_send) = mpsc::unbounded_channel();
        let (stop, stopped) = watch::channel(false);
        let (freeze, frozen) = watch::channel(false);
        let seen = Arc::new(Seen::default());
        for room in &plan.rooms {
            lock(&seen.rooms).insert(*room, Known::default());
        }
        let ids = Rng::with_seed(plan.seed);
        let rooms = plan.rooms.clone();
        let orders = life::Orders {
            posts: to_send,
            stop: stopped,
            frozen,
        };
        let life = life::Life::new(plan, counts, Arc::clone(&seen), orders);
        Self {
            posts,
            stop,
            freeze,
            seen,
            task: tokio::spawn(life.run()),
            ids,
            rooms,
        }
    }

    /// Queues a message, to be sent until it is acknowledged.
    pub fn post(&mut self, room: RoomId, body: impl Into<String>) -> ClientId {
        let client_id = client_id(&mut self.ids);
        self.seen.waiting.fetch_add(1, Ordering::Relaxed);
        let post = Post {
            room,
            client_id,
            body: body.into(),
        };
        // Refused only after the client's end, which tells why.
        let _ = self.posts.send(post);
        client_id
    }

    /// Stops reading, and notices nothing, or goes on where it was.
    pub fn freeze(&self, is_frozen: bool) {
        self.freeze.send_replace(is_frozen);
    }

    /// Messages that were not acknowledged yet.
    pub fn waiting(&self) -> usize {
        self.seen.waiting.load(Ordering::Relaxed)
    }

    /// Messages that were.
    pub fn acked(&self) -> usize {
        lock(&self.seen.acks).len()
    }

    /// What it was promised so far.
    pub fn acks(&self) -> HashMap<ClientId, Ack> {
        lock(&self.seen.acks).clone()
    }

    /// How often the server ended its connection without saying when to come back.
    pub fn unhinted(&self) -> u64 {
        self.seen.unhinted.load(Ordering::Relaxed)
    }

    /// How often it came in.
    pub fn connects(&self) -> usize {
        self.seen.connects.load(Ordering::Relaxed)
    }

    /// How many changes it knows of, or was told that there are.
    pub fn told(&self) -> u64 {
        let known = lock(&self.seen.rooms);
        known.values().map(|known| known.cursor).sum()
    }

    /// Whether it has everything up to these heads.
    pub fn has(&self, heads: &HashMap<RoomId, u64>) -> bool {
        let known = lock(&self.seen.rooms);
        self.rooms
            .iter()
            .filter_map(|room| heads.get(room).map(|head| (room, head)))
            .all(|(room, head)| known.get(room).is_some_and(|known| known.cursor >= *head))
    }

    /// Whether its task has ended, which it does not by itself.
    pub fn is_broken(&self) -> bool {
        self.task.is_finished()
    }

    /// Ends it.
    ///
    /// # Errors
    /// What broke it: something from the server that is none of the protocol's.
    pub async fn finish(self) -> Result<Finished> {
        self.stop.send_replace(true);
        self.task.await.context("a client's task broke off")??;
        Ok(Finished {
            rooms: std::mem::take(&mut *lock(&self.seen.rooms)),
            acks: std::mem::take(&mut *lock(&self.seen.acks)),
        })
    }
}

/// A new id, by the seed.
pub fn client_id(rng: &mut Rng) -> ClientId {
    let bytes = rng.u128(..).to_be_bytes();
    ClientId::from_uuid(Builder::from_random_bytes(bytes).into_uuid())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
