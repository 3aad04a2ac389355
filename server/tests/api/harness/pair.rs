//! Two servers on one store, in one process; what they tell each other goes through memory. On the
//! embedded store both have one feed, which comes late, as it does from another machine; on MongoDB
//! each has its own, from its own change stream.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::rt::{self, task::JoinHandle};
use server::{
    Clock, app,
    bus::{Availability, Bus, ServerId, Signal, Signals},
    domain::{Domain, PasswordCost},
    store::{self, Change, Feed, Store, StoreUrl},
};
use shared::{RoomId, UserId};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{TestServer, server::database};
use crate::database::Database;

/// So much later than the answer comes what was committed. Longer than MongoDB's change stream
/// takes, so that whatever needs it sooner fails.
const FEED_LATENCY: Duration = Duration::from_millis(30);

/// Two servers.
pub struct Pair {
    pub east: TestServer,
    pub west: TestServer,
    pub clock: Clock,
    lines: [Line; 2],
    relays: Vec<JoinHandle<()>>,
    database: Option<Database>,
}

/// What a line is heard with.
type Ear = (mpsc::Sender<Vec<Change>>, Arc<AtomicBool>);

/// Which of them.
#[derive(Debug, Clone, Copy)]
pub enum Side {
    East = 0,
    West = 1,
}

/// What one server hears through.
struct Line {
    id: ServerId,
    feed: mpsc::Sender<Vec<Change>>,
    signals: mpsc::Sender<Vec<Signal>>,
    is_cut: Arc<AtomicBool>,
}

impl Line {
    fn new(n: u128) -> (Self, Feed, Signals) {
        let (feed, committed) = mpsc::channel(256);
        let (signals, heard) = mpsc::channel(256);
        let line = Self {
            id: ServerId(Uuid::from_u128(n)),
            feed,
            signals,
            is_cut: Arc::default(),
        };
        (line, committed, heard)
    }
}

/// One server's way to the other.
struct Wire {
    from: ServerId,
    to: mpsc::Sender<Vec<Signal>>,
}

impl Wire {
    fn say(&self, signal: Signal) {
        self.to.try_send(vec![signal]).expect("room for a signal");
    }
}

impl Bus for Wire {
    fn show(&self, user: UserId, availability: Availability) {
        self.say(Signal::Presence {
            server: self.from,
            user,
            availability,
        });
    }

    fn typing(&self, room: RoomId, user: UserId) {
        self.say(Signal::Typing { room, user });
    }
}

impl Pair {
    pub async fn start() -> Self {
        let database = database();
        let clock = Clock::system();
        let (east_line, east_feed, east_signals) = Line::new(1);
        let (west_line, west_feed, west_signals) = Line::new(2);
        let lines = [east_line, west_line];
        let ears: Vec<Ear> = lines
            .iter()
            .map(|line| (line.feed.clone(), Arc::clone(&line.is_cut)))
            .collect();
        let (stores, relays) = match &database {
            Some(database) => open_twice(&database.url, ears).await,
            None => open_once(ears).await,
        };
        let open = |side: Side, feed, signals| {
            let (mine, others) = match side {
                Side::East => (&lines[0], &lines[1]),
                Side::West => (&lines[1], &lines[0]),
            };
            let wire = Wire {
                from: mine.id,
                to: others.signals.clone(),
            };
            opened(
                Arc::clone(&stores[side as usize]),
                &clock,
                feed,
                wire,
                signals,
            )
        };
        let east = open(Side::East, east_feed, east_signals);
        let west = open(Side::West, west_feed, west_signals);
        Self {
            east: TestServer::beside(east, clock.clone()).await,
            west: TestServer::beside(west, clock.clone()).await,
            clock,
            lines,
            relays,
            database,
        }
    }

    fn line(&self, side: Side) -> &Line {
        &self.lines[side as usize]
    }

    /// From now on a server hears nothing of what is committed.
    pub fn cut_feed(&self, of: Side) {
        self.line(of).is_cut.store(true, Ordering::Relaxed);
    }

    /// It hears again, and that it missed something.
    pub async fn mend_feed(&self, of: Side) {
        let line = self.line(of);
        line.is_cut.store(false, Ordering::Relaxed);
        line.feed.send(vec![Change::Gap]).await.unwrap();
    }

    /// The other server finds that this one is not there any more.
    pub async fn lose(&self, side: Side) {
        let (gone, other) = match side {
            Side::East => (Side::East, Side::West),
            Side::West => (Side::West, Side::East),
        };
        let gone = Signal::ServerGone(self.line(gone).id);
        self.line(other).signals.send(vec![gone]).await.unwrap();
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.relays.iter().for_each(JoinHandle::abort);
        if let Some(database) = &self.database {
            database.remove();
        }
    }
}

fn opened(
    store: Arc<dyn Store>,
    clock: &Clock,
    feed: Feed,
    wire: Wire,
    signals: Signals,
) -> app::Opened {
    // Servers on one store share its secret.
    let secret = [7; server::data_dir::SECRET_BYTES];
    let domain = Domain::new(store, clock.clone(), &secret, PasswordCost(4));
    app::Opened {
        domain: Arc::new(domain),
        feed,
        bus: Arc::new(wire),
        signals,
    }
}

type Stores = [Arc<dyn Store>; 2];

/// The embedded store, for both.
async fn open_once(ears: Vec<Ear>) -> (Stores, Vec<JoinHandle<()>>) {
    let store::Opened { store, feed, .. } = store::open(&StoreUrl::SqliteMemory).await.unwrap();
    let relay = rt::spawn(relay(feed, ears, FEED_LATENCY));
    ([Arc::clone(&store), store], vec![relay])
}

/// A store for each, on one database.
async fn open_twice(url: &StoreUrl, ears: Vec<Ear>) -> (Stores, Vec<JoinHandle<()>>) {
    let (east, west) = (
        store::open(url).await.unwrap(),
        store::open(url).await.unwrap(),
    );
    let feeds = [east.feed, west.feed];
    let relays = feeds.into_iter().zip(ears);
    let relays = relays.map(|(feed, ear)| rt::spawn(relay(feed, vec![ear], Duration::ZERO)));
    ([east.store, west.store], relays.collect())
}

async fn relay(mut feed: Feed, ears: Vec<Ear>, latency: Duration) {
    while let Some(changes) = feed.recv().await {
        rt::time::sleep(latency).await;
        for (ear, is_cut) in &ears {
            if !is_cut.load(Ordering::Relaxed) {
                // A server that has ended hears nothing.
                let _ = ear.send(changes.clone()).await;
            }
        }
    }
}
