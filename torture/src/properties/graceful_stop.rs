//! R12: a server that is told to stop says when to come back, keeps what it acknowledged, and is gone
//! within five seconds; those who come back together miss nothing.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::time::sleep;

use crate::{client::Client, crew::Crew, figures::Figures, ground::Ground, server::Server};

const ROOMS: usize = 4;
/// From SIGTERM to the end of the process.
const STOP: Duration = Duration::from_secs(5);
/// How long thousands of clients on the server's own cores may take to read what they were sent.
const HEARING: Duration = Duration::from_secs(10);
/// How long everybody may take to be connected again.
const RETURN: Duration = Duration::from_mins(1);

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let (people, stops) = ground.pick((60, 3), (2_000, 5));
    // Everybody hears everything. What this process cannot take in on its share of the machine is not
    // read in the seconds that a stop has, and no server could tell it to who does not read.
    let (messages, talk) = ground.pick((50.0, 1.0), (5.0, 8.0));
    let pause = Duration::from_secs_f64(1.0 / messages);
    let mut rng = ground.rng();
    let mut server = ground.serve().await?;
    let mut crew = Crew::gather(&server, people, ROOMS).await?;
    crew.come_in(16, &mut rng, &ground.counts);
    for fault in ["let go without a hint", "slow stops"] {
        ground.counts.expect_none(fault);
    }
    for _ in 0..stops {
        until_connected(&server, people).await?;
        let began = Instant::now();
        let mut said = 0_u32;
        while began.elapsed().as_secs_f64() < talk {
            while f64::from(said) < began.elapsed().as_secs_f64() * messages {
                crew.say(rng.usize(..people), &mut rng);
                said += 1;
            }
            crew.check().await?;
            sleep(Duration::from_millis(10)).await;
        }
        let before = Ends::of(&crew, ground);
        let asked = Instant::now();
        {
            // They go on talking meanwhile.
            let mut stopping = std::pin::pin!(server.stop());
            loop {
                tokio::select! {
                    stopped = &mut stopping => break stopped?,
                    () = sleep(pause) => crew.say(rng.usize(..people), &mut rng),
                }
            }
        }
        let took = asked.elapsed();
        ground.counts.add("stops", 1);
        ground
            .counts
            .largest("slowest stop, ms", u64::try_from(took.as_millis())?);
        if took > STOP {
            ground.counts.fault("slow stops", || format!("{took:?}"));
        }
        // What was sent before the end is in the clients' sockets and is read now.
        // Who had given up its connection just then is in neither number.
        let deadline = Instant::now() + HEARING;
        let mut ends = Ends::of(&crew, ground).since(&before);
        while ends.hinted + ends.unhinted < people as u64 && Instant::now() < deadline {
            sleep(Duration::from_millis(20)).await;
            ends = Ends::of(&crew, ground).since(&before);
        }
        for _ in 0..ends.unhinted {
            let told = || format!("{} of {people}", ends.unhinted);
            ground.counts.fault("let go without a hint", told);
        }
        server.start_again().await?;
    }
    until_connected(&server, people).await?;
    let reader = crew.people[0].clone();
    crew.judge(&ground.counts, &reader).await.map(drop)
}

/// Connections that the server ended.
struct Ends {
    hinted: u64,
    unhinted: u64,
}

impl Ends {
    fn of(crew: &Crew, ground: &Ground) -> Self {
        Self {
            hinted: ground.counts.of("told when to come back"),
            unhinted: crew.clients.iter().map(Client::unhinted).sum(),
        }
    }

    fn since(&self, before: &Self) -> Self {
        Self {
            hinted: self.hinted - before.hinted,
            unhinted: self.unhinted - before.unhinted,
        }
    }
}

async fn until_connected(server: &Server, people: usize) -> Result<()> {
    let deadline = Instant::now() + RETURN;
    // A server that thousands come back to may not answer at once.
    let connected = async || {
        let figures = Figures::of(server.address).await;
        figures.and_then(|figures| figures.get("parlor_connections"))
    };
    while !matches!(connected().await, Ok(count) if count >= people as u64) {
        if Instant::now() > deadline {
            bail!("not everybody came back");
        }
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
