//! A few seconds of talk at a fixed rate, with or without somebody who does not read.

use std::{
    collections::HashMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::Result;
use shared::MessagePage;
use tokio::time::sleep;

use super::{SENDERS, VICTIM, crowd::Crowd};
use crate::{
    counts::Counts,
    crew::Crew,
    figures::Figures,
    judge::until,
    listener::{Latencies, stamped},
    memory::{Watch, held_kib},
};

/// What a phase's beginning costs is over by then.
const WARM_UP: Duration = Duration::from_secs(2);
/// How long a rate is tried.
const TRIAL: Duration = Duration::from_secs(3);
/// A rate that the machine cannot carry shows as waiting, here in µs.
const CARRIED_US: u64 = 150_000;
/// Bytes of a body, and of the frame around it.
const BODY: u32 = 200;
const AROUND: u32 = 280;
/// What a reader gets each second at least: fewer messages are longer, so that what is not read shows
/// within seconds.
const BYTES_A_SECOND: u32 = 300_000;
/// Between looks whether something is to be said.
const PACE: Duration = Duration::from_millis(2);
/// For what time alone must bring about.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often the server is asked whether it let go of the one who does not read.
const LOOK: Duration = Duration::from_millis(100);

/// Everybody, and the server they talk on.
pub struct Stage {
    crew: Crew,
    crowd: Crowd,
    address: SocketAddr,
    process: u32,
}

/// What became of the one who may stop reading.
pub enum Reader {
    /// They read all the time.
    Reads,
    /// So long after they stopped, their queue ran over or their connection was ended.
    LetGo(Duration, &'static str),
    /// They were still kept at the end.
    Kept,
}

/// What was seen in one.
pub struct Phase {
    /// What the listeners waited.
    pub latencies: Latencies,
    /// How much more the server held than at the beginning, in KiB.
    pub grown_kib: u64,
    /// The most that waited in all outboxes, in KiB.
    pub outbox_kib: u64,
    pub reader: Reader,
}

impl Stage {
    pub fn new(crew: Crew, crowd: Crowd, address: SocketAddr, process: u32) -> Self {
        Self {
            crew,
            crowd,
            address,
            process,
        }
    }

    /// The highest rate at which the others still hear in time.
    pub async fn highest_rate(&mut self, rates: &[u32]) -> Result<u32> {
        let mut carried = rates[rates.len() - 1];
        if rates.len() == 1 {
            return Ok(carried);
        }
        // From below: who tries too much makes readers too slow, and that is another test.
        for rate in rates.iter().rev() {
            let latencies = self.talk(*rate, TRIAL).await?;
            self.catch_up().await?;
            if latencies.value_at_quantile(0.99) > CARRIED_US {
                break;
            }
            carried = *rate;
        }
        Ok(carried)
    }

    /// Talks for so long; in it the victim stops reading, or does not.
    pub async fn phase(&mut self, rate: u32, time: Duration, is_stalled: bool) -> Result<Phase> {
        self.talk(rate, WARM_UP).await?;
        let before = held_kib(self.process)?;
        let memory = Watch::on(self.process);
        let looking = tokio::spawn(look(self.address, Gone::on(self.address).await?, time));
        self.crew.clients[VICTIM].freeze(is_stalled);
        let latencies = self.talk(rate, time).await?;
        let (reader, outbox_kib) = looking.await??;
        let grown_kib = memory.most_kib()?.saturating_sub(before);
        self.crew.clients[VICTIM].freeze(false);
        self.catch_up().await?;
        Ok(Phase {
            latencies,
            grown_kib,
            outbox_kib,
            reader: if is_stalled { reader } else { Reader::Reads },
        })
    }

    /// Says something so many times a second; what the listeners waited for it meanwhile.
    async fn talk(&mut self, rate: u32, time: Duration) -> Result<Latencies> {
        self.crowd.take_latencies();
        let (began, began_us) = (Instant::now(), self.crowd.now_us());
        let room = self.crew.rooms[0];
        let filler = BODY.max((BYTES_A_SECOND / rate).saturating_sub(AROUND));
        let filler = "x".repeat(filler as usize);
        let mut said = 0_u32;
        while began.elapsed() < time {
            while f64::from(said) < began.elapsed().as_secs_f64() * f64::from(rate) {
                // When it should be said, not when it is: who comes too late to it is heard late.
                let due_us = began_us + u64::from(said) * 1_000_000 / u64::from(rate);
                let client = &mut self.crew.clients[said as usize % SENDERS];
                client.post(room, stamped(due_us, &filler));
                said += 1;
            }
            sleep(PACE).await;
        }
        self.crew.check().await?;
        Ok(self.crowd.take_latencies())
    }

    /// Waits until everything is said and heard, by the one who did not read, too.
    async fn catch_up(&self) -> Result<()> {
        let clients = &self.crew.clients;
        let all_said = || clients.iter().all(|client| client.waiting() == 0);
        until("every message to be acknowledged", PATIENCE, all_said).await?;
        let room = self.crew.rooms[0];
        let path = format!("/rooms/{room}/messages?limit=1");
        let page: MessagePage = self.crew.people[0].fetch(&path).await?;
        self.crowd.hears(page.head).await?;
        let heads = HashMap::from([(room, page.head)]);
        let is_back = || clients[VICTIM].has(&heads);
        until("the slow reader to catch up", PATIENCE, is_back).await
    }

    /// Ends everything and compares it with the history.
    pub async fn judge(self, counts: &Counts) -> Result<()> {
        counts.add("deliveries to others", self.crowd.heard());
        let reader = self.crew.people[0].clone();
        self.crew.judge(counts, &reader).await.map(drop)
    }
}

/// Looks when the server lets somebody go, and how much waits in its outboxes at most, in KiB.
async fn look(server: SocketAddr, before: Gone, time: Duration) -> Result<(Reader, u64)> {
    let began = Instant::now();
    let (mut reader, mut most_bytes) = (Reader::Kept, 0);
    while began.elapsed() < time {
        let now = Gone::on(server).await?;
        most_bytes = now.outbox_bytes.max(most_bytes);
        if matches!(reader, Reader::Kept)
            && let Some(how) = now.how_since(&before)
        {
            reader = Reader::LetGo(began.elapsed(), how);
        }
        sleep(LOOK).await;
    }
    Ok((reader, most_bytes / 1_024))
}

/// What the server says of those it let go.
struct Gone {
    overflows: u64,
    connections: u64,
    outbox_bytes: u64,
}

impl Gone {
    async fn on(server: SocketAddr) -> Result<Self> {
        let figures = Figures::of(server).await?;
        Ok(Self {
            overflows: figures.get("parlor_outbox_overflows_total")?,
            connections: figures.get("parlor_connections")?,
            outbox_bytes: figures.get("parlor_outbox_bytes")?,
        })
    }

    fn how_since(&self, before: &Self) -> Option<&'static str> {
        if self.overflows > before.overflows {
            return Some("let go with 4008");
        }
        (self.connections < before.connections).then_some("connections ended")
    }
}
