//! A server with its clients in one room, at rest and ready to be measured.

use std::time::{Duration, Instant};

use anyhow::Result;
use tempfile::TempDir;

use crate::{
    crowd,
    process::{Cpu, Server},
    rest::Rest,
    subject::{Launch, Store, Subject},
    swarm::{
        Entry, Swarm,
        ear::{Ear, Room},
    },
};

/// The seed of what is said.
const SEED: u64 = 0x5041_524c;

/// Upgrades on their way at once.
pub const AT_ONCE: u64 = 64;

/// Presence tells of many arrivals once a second: quiet for longer, it has settled.
pub const QUIET: Duration = Duration::from_millis(1_300);

/// A server and its clients.
pub struct Stage {
    pub server: Server,
    pub swarm: Swarm,
    /// Where the server keeps what it keeps; gone at the end, after the server.
    dir: Option<TempDir>,
}

/// How the clients of a stage will come in.
pub struct Doors {
    /// One for each client.
    pub entries: Vec<Entry>,
}

impl Stage {
    /// A server, its room, and nobody in it yet: who will come, logged in already.
    pub fn prepare(launch: &Launch, subject: Subject, clients: usize) -> Result<(Self, Doors)> {
        let server = launch.start(subject)?;
        let tokens = match subject {
            Subject::Parlor => Some(crowd::gather(server.address, clients)?),
            _ => None,
        };
        Self::with(server, subject, tokens, clients)
    }

    /// Parlor with a file that is synced at each commit, people in its lobby, and nobody connected.
    pub fn prepare_durable(
        launch: &Launch,
        clients: usize,
        bcrypt_cost: u32,
    ) -> Result<(Self, Doors)> {
        let dir = launch.new_data_dir()?;
        let server = launch.start_parlor(Store::File(dir.path()), bcrypt_cost)?;
        let tokens = crowd::gather(server.address, clients)?;
        let (mut stage, doors) = Self::with(server, Subject::Parlor, Some(tokens), clients)?;
        stage.dir = Some(dir);
        Ok((stage, doors))
    }

    /// As [`Self::prepare`], except that Parlor was started again after everybody logged in: nothing
    /// in its memory but what the coming clients put there. So it keeps its people in a file.
    pub fn prepare_fresh(
        launch: &Launch,
        subject: Subject,
        clients: usize,
    ) -> Result<(Self, Doors)> {
        if subject != Subject::Parlor {
            return Self::prepare(launch, subject, clients);
        }
        let dir = tempfile::Builder::new().prefix("parlor-bench-").tempdir()?;
        let mut server = launch.start_parlor(Store::File(dir.path()), crowd::BCRYPT_COST)?;
        let tokens = crowd::gather(server.address, clients)?;
        server.stop()?;
        let server = launch.start_parlor(Store::File(dir.path()), crowd::BCRYPT_COST)?;
        let (mut stage, doors) = Self::with(server, subject, Some(tokens), clients)?;
        stage.dir = Some(dir);
        Ok((stage, doors))
    }

    fn with(
        server: Server,
        subject: Subject,
        tokens: Option<Vec<String>>,
        clients: usize,
    ) -> Result<(Self, Doors)> {
        let room = match &tokens {
            Some(tokens) => Rest::connect_as(server.address, &tokens[0])?.lobby()?,
            None => String::new(),
        };
        let rooms = vec![Room::new(room, SEED)];
        let swarm = Swarm::new(server.address, subject.dialect(), subject.path(), rooms)?;
        let tokens = match tokens {
            Some(tokens) => tokens.into_iter().map(Some).collect(),
            None => vec![None; clients],
        };
        let entries = tokens
            .into_iter()
            .map(|token| Entry {
                token,
                ear: Ear::of(0),
            })
            .collect();
        let stage = Self {
            server,
            swarm,
            dir: None,
        };
        Ok((stage, Doors { entries }))
    }

    /// A server with that many clients in its room, each another person where there are people.
    pub fn open(launch: &Launch, subject: Subject, clients: usize) -> Result<Self> {
        let (mut stage, doors) = Self::prepare(launch, subject, clients)?;
        stage.swarm.connect(doors.entries, AT_ONCE)?;
        stage.swarm.settle(QUIET)?;
        Ok(stage)
    }

    /// Begins to measure.
    pub fn clock(&mut self) -> Result<Clock> {
        Ok(Clock {
            began: Instant::now(),
            cpu: self.server.cpu()?,
            deliveries: self.swarm.tally.deliveries,
            others: self.swarm.tally.others,
            bytes: self.swarm.tally.bytes,
            busy: self.swarm.tally.busy,
        })
    }

    /// What happened since then.
    pub fn since(&mut self, clock: &Clock) -> Result<Spent> {
        let tally = &self.swarm.tally;
        Ok(Spent {
            wall: clock.began.elapsed(),
            deliveries: tally.deliveries - clock.deliveries,
            others: tally.others - clock.others,
            bytes: tally.bytes - clock.bytes,
            busy: tally.busy.saturating_sub(clock.busy),
            cpu: self.server.cpu()? - clock.cpu,
        })
    }
}

/// When a measurement began, and the counts then.
pub struct Clock {
    pub began: Instant,
    cpu: Cpu,
    deliveries: u64,
    others: u64,
    bytes: u64,
    busy: Duration,
}

/// What happened in a window.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    pub wall: Duration,
    /// The server's.
    pub cpu: Cpu,
    pub deliveries: u64,
    pub others: u64,
    /// Read by the clients, everything.
    pub bytes: u64,
    /// The generator's: time in which it had something to read.
    pub busy: Duration,
}

impl Spent {
    /// Deliveries for each second of the server's CPU.
    pub fn per_cpu_second(&self) -> f64 {
        to_f64(self.deliveries) / self.cpu.total.as_secs_f64()
    }

    /// The server's user-mode CPU for each delivery, in µs.
    pub fn user_us(&self) -> f64 {
        self.cpu.user.as_secs_f64() * 1e6 / to_f64(self.deliveries)
    }

    /// The share of the time in which the generator was busy.
    pub fn generator_share(&self) -> f64 {
        self.busy.as_secs_f64() / self.wall.as_secs_f64()
    }

    /// The share of one core that the server used.
    pub fn server_share(&self) -> f64 {
        self.cpu.total.as_secs_f64() / self.wall.as_secs_f64()
    }
}

/// Counts here are far below 2^52.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of events in seconds are small"
)]
pub fn to_f64(count: u64) -> f64 {
    count as f64
}
