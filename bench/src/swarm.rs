//! Many clients on one thread: an epoll loop that checks every delivery to its last byte.
//!
//! It stops at the first fault; there is no figure beside a loss.

pub mod connection;
pub mod ear;
pub mod parlor_text;
mod reading;
pub mod socket_io;
pub mod tally;

use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use mio::{Events, Interest, Poll, Token};
use nix::time::ClockId;

use crate::ws;
use connection::{Connection, SentAway, upgrade_request};
use ear::{Dialect, Ear, Room};
use reading::Reading;
use tally::Tally;

/// Nothing here takes longer, unless the server lost something.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Ten thousand arrivals are told to ten thousand people: that may take its time.
const SETTLING: Duration = Duration::from_mins(2);

/// How long the generator looks away: some ten deliveries' time, and little beside what a message to
/// five hundred takes.
const MOMENT: Duration = Duration::from_micros(40);

const READ_BYTES: usize = 128 * 1024;
const EVENTS: usize = 512;

/// How a client comes in.
#[derive(Debug, Clone)]
pub struct Entry {
    /// For `Authorization: Bearer`.
    pub token: Option<String>,
    /// Its place in the room it listens to.
    pub ear: Ear,
}

/// One client.
#[derive(Debug)]
pub struct Client {
    connection: Connection,
    /// What it came with.
    request: Vec<u8>,
    pub ear: Ear,
    /// When each message was sent that the server did not accept yet, in µs of the run.
    sent: VecDeque<u64>,
}

/// All clients of one server.
pub struct Swarm {
    poll: Poll,
    events: Events,
    buffer: Box<[u8]>,
    dialect: Dialect,
    path: &'static str,
    address: SocketAddr,
    pub clients: Vec<Client>,
    pub rooms: Vec<Room>,
    pub tally: Tally,
    /// What clients who were in before resume beside their room: `"ROOM":CURSOR,`.
    pub resume_also: String,
    /// Whether a client that is told "busy" comes again when it was told to, as a real one does.
    pub is_patient: bool,
    /// Who was sent away, and when they come again.
    away: VecDeque<(Instant, usize)>,
    /// Where the run's µs begin.
    pub began: Instant,
    rng: fastrand::Rng,
    out: Vec<u8>,
}

impl Swarm {
    /// Nobody yet.
    pub fn new(
        address: SocketAddr,
        dialect: Dialect,
        path: &'static str,
        rooms: Vec<Room>,
    ) -> Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(EVENTS),
            buffer: vec![0; READ_BYTES].into_boxed_slice(),
            dialect,
            path,
            address,
            clients: Vec::new(),
            rooms,
            tally: Tally::default(),
            resume_also: String::new(),
            is_patient: false,
            away: VecDeque::new(),
            began: Instant::now(),
            rng: fastrand::Rng::with_seed(0x5041_524c),
            out: Vec::new(),
        })
    }

    /// Connects these, with so many on their way at once, and returns when all are in.
    ///
    /// # Errors
    /// When one is refused, and when it takes longer than [`PATIENCE`] without anybody coming in.
    pub fn connect(
        &mut self,
        entries: impl IntoIterator<Item = Entry>,
        at_once: u64,
    ) -> Result<()> {
        let mut begun = self.tally.joined;
        let mut entries = entries.into_iter();
        let mut progress = (Instant::now(), begun);
        loop {
            while begun - self.tally.joined < at_once
                && let Some(entry) = entries.next()
            {
                self.begin(&entry)?;
                begun += 1;
            }
            if self.tally.joined == begun {
                return Ok(());
            }
            self.come_again()?;
            self.turn(Duration::from_millis(10))?;
            if self.tally.joined != progress.1 {
                progress = (Instant::now(), self.tally.joined);
            } else if progress.0.elapsed() > PATIENCE {
                bail!("{} of {begun} clients came in", self.tally.joined);
            }
        }
    }

    fn begin(&mut self, entry: &Entry) -> Result<()> {
        let request = upgrade_request(self.address, self.path, entry.token.as_deref());
        let connection = self.open(&request, self.clients.len())?;
        self.clients.push(Client {
            connection,
            request,
            ear: entry.ear,
            sent: VecDeque::new(),
        });
        Ok(())
    }

    fn open(&self, request: &[u8], client: usize) -> Result<Connection> {
        let mut connection = Connection::begin(self.address, request.to_vec())?;
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll
            .registry()
            .register(&mut connection.stream, Token(client), interest)?;
        Ok(connection)
    }

    /// Whoever was sent away and has waited long enough comes again.
    fn come_again(&mut self) -> Result<()> {
        while let Some((when, client)) = self.away.front().copied()
            && when <= Instant::now()
        {
            self.away.pop_front();
            let connection = self.open(&self.clients[client].request, client)?;
            self.clients[client].connection = connection;
        }
        Ok(())
    }

    /// Lets a client say the next messages of its room, all in one write, meant to be sent now.
    pub fn publish(&mut self, sender: usize, count: usize) -> Result<()> {
        let now = self.now_us();
        self.publish_as_of(sender, count, now)
    }

    /// As [`Self::publish`], meant to be sent at another time, which may be past.
    pub fn publish_as_of(&mut self, sender: usize, count: usize, intended_us: u64) -> Result<()> {
        let client = &mut self.clients[sender];
        let room = &mut self.rooms[client.ear.room];
        self.out.clear();
        let mut text = Vec::new();
        for _ in 0..count {
            let body = room.script.say(intended_us);
            text.clear();
            match self.dialect {
                Dialect::Plain => text.extend_from_slice(body),
                Dialect::SocketIo => socket_io::put_event(body, &mut text),
                Dialect::Parlor => {
                    let id = parlor_text::client_id(&mut self.rng);
                    parlor_text::put_send(&room.id, &id, body, &mut text);
                    client.sent.push_back(intended_us);
                }
            }
            ws::put_masked(ws::TEXT, &text, &mut self.out);
        }
        client.connection.send(&self.out)
    }

    /// Messages of that client that the server did not accept yet.
    pub fn outstanding(&self, client: usize) -> usize {
        self.clients[client].sent.len()
    }

    /// Handles what is there, waiting for it so long at most.
    ///
    /// # Errors
    /// The first fault: a delivery that is not right, a connection that ended.
    pub fn turn(&mut self, wait: Duration) -> Result<()> {
        if let Err(error) = self.poll.poll(&mut self.events, Some(wait))
            && error.kind() != std::io::ErrorKind::Interrupted
        {
            return Err(error.into());
        }
        if self.events.is_empty() {
            return Ok(());
        }
        let before = thread_cpu()?;
        let mut reading = Reading {
            buffer: &mut self.buffer,
            rooms: &self.rooms,
            tally: &mut self.tally,
            dialect: self.dialect,
            resume_also: &self.resume_also,
            began: self.began,
        };
        for event in &self.events {
            let number = event.token().0;
            match reading.attend(&mut self.clients[number]) {
                Ok(()) => {}
                Err(error) if self.is_patient && error.is::<SentAway>() => {
                    // What else comes on this socket (the text of the refusal, its end) is no news.
                    let stream = &mut self.clients[number].connection.stream;
                    self.poll.registry().deregister(stream)?;
                    reading.tally.sent_away += 1;
                    self.away
                        .push_back((Instant::now() + SentAway::COME_AGAIN, number));
                }
                Err(error) => return Err(error.context(format!("client {number}"))),
            }
        }
        self.tally.busy += thread_cpu()?.saturating_sub(before);
        Ok(())
    }

    /// Handles what is there and then looks away for a moment, awake.
    ///
    /// Never asleep: a client that sleeps is woken by the server's sends, and the server would pay for
    /// that (clients are on other machines). And not always looking either: each look takes the
    /// epoll's lock, for which the server's sends wait, and finds one delivery where a moment later it
    /// would have found ten.
    pub fn turn_awake(&mut self) -> Result<()> {
        self.turn(Duration::ZERO)?;
        let end = Instant::now() + MOMENT;
        while Instant::now() < end {
            std::hint::spin_loop();
        }
        Ok(())
    }

    /// Handles what comes until `done`, awake.
    ///
    /// # Errors
    /// Faults, and [`PATIENCE`] without an end.
    pub fn until(&mut self, done: impl Fn(&Tally) -> bool) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !done(&self.tally) {
            self.turn_awake()?;
            if Instant::now() > deadline {
                bail!("waited in vain: {} deliveries came", self.tally.deliveries);
            }
        }
        Ok(())
    }

    /// Handles what comes for so long, asleep in between.
    pub fn idle(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            self.turn(left)?;
        }
    }

    /// Waits until nothing but heartbeats has come for so long: presence has settled.
    ///
    /// # Errors
    /// Faults, and [`SETTLING`] without such a time.
    pub fn settle(&mut self, quiet: Duration) -> Result<()> {
        let deadline = Instant::now() + SETTLING;
        let news = |tally: &Tally| tally.others + tally.deliveries;
        let mut since = (Instant::now(), news(&self.tally));
        while since.0.elapsed() < quiet {
            self.turn(Duration::from_millis(50))?;
            if news(&self.tally) != since.1 {
                since = (Instant::now(), news(&self.tally));
            }
            if Instant::now() > deadline {
                bail!("the server does not come to rest");
            }
        }
        Ok(())
    }

    /// µs since the run began.
    pub fn now_us(&self) -> u64 {
        micros(self.began.elapsed())
    }
}

/// In whole µs.
pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// This thread's CPU time: what else runs on the core is not counted as its work.
fn thread_cpu() -> Result<Duration> {
    Ok(ClockId::CLOCK_THREAD_CPUTIME_ID.now()?.into())
}
