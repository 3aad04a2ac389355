//! R12: a server that is told to stop says when to come back, keeps what it acknowledged, and is gone
//! within five seconds; those who come back together miss nothing.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use fastrand::Rng;
use tokio::time::sleep;

use crate::{client::Client, crew::Crew, figures::Figures, ground::Ground, server::Server};

const ROOMS: usize = 4;
/// From SIGTERM to the end of the process.
const STOP: Duration = Duration::from_secs(5);
/// How long thousands of clients on the server's own cores may take to read what they were sent.
const HEARING: Duration = Duration::from_secs(10);
/// How long everybody may take to be connected again.
const RETURN: Duration = Duration::from_mins(1);
/// One in so many stumbles: reads nothing around the SIGTERM, and talks on without having read.
const STUMBLING: usize = 20;
/// For so long before it, and for so long after.
const STUMBLE: [Duration; 2] = [Duration::from_secs(1), Duration::from_millis(1_500)];
/// What their kernels take of what they do not read: the rest waits in the server's, which a close
/// that comes too early would empty.
const SMALL_BUFFER: u32 = 4 * 1024;
/// By how many messages somebody may be behind while they talk. Everybody hears everything: what
/// this process cannot take in on its share of the machine would be read long after a stop, and no
/// server can tell anything to who does not read.
const BEHIND: u64 = 15;

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let (people, stops) = ground.pick((60, 3), (2_000, 5));
    let mut rng = ground.rng();
    let mut server = ground.serve().await?;
    let mut crew = Crew::gather(&server, people, ROOMS).await?;
    let stumbling = people / STUMBLING;
    crew.come_in_with(stumbling, SMALL_BUFFER, 16, &mut rng, &ground.counts);
    for fault in ["let go without a hint", "slow stops"] {
        ground.counts.expect_none(fault);
    }
    for _ in 0..stops {
        until_connected(&server, &crew).await?;
        let mut talk = Talk::new(ground.pick(50, 30));
        let calm = ground.pick(Duration::from_millis(200), Duration::from_secs(7));
        talk.go_on(calm, &mut crew, &mut rng).await?;
        stumble(&crew, stumbling, true);
        talk.go_on(STUMBLE[0], &mut crew, &mut rng).await?;
        ground.counts.add("said", talk.said);
        let waited = u64::try_from(talk.waited.as_millis())?;
        ground.counts.add("waited for readers, ms", waited);
        for who in 0..stumbling {
            crew.say(who, &mut rng);
        }
        let before = Ends::of(&crew, ground);
        let asked = Instant::now();
        {
            // They go on talking meanwhile.
            let mut stopping = std::pin::pin!(server.stop());
            let mut stumbled = std::pin::pin!(sleep(STUMBLE[1]));
            let mut is_frozen = true;
            loop {
                tokio::select! {
                    stopped = &mut stopping => break stopped?,
                    () = &mut stumbled, if is_frozen => {
                        stumble(&crew, stumbling, false);
                        is_frozen = false;
                    }
                    () = sleep(talk.pause) => crew.say(rng.usize(..people), &mut rng),
                }
            }
        }
        let took = asked.elapsed();
        stumble(&crew, stumbling, false);
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
    until_connected(&server, &crew).await?;
    let reader = crew.people[0].clone();
    crew.judge(&ground.counts, &reader).await.map(drop)
}

/// The first so many read nothing, or go on where they were.
fn stumble(crew: &Crew, count: usize, is_frozen: bool) {
    for client in &crew.clients[..count] {
        client.freeze(is_frozen);
    }
}

/// So many messages a second, or as many as everybody can take in.
struct Talk {
    pause: Duration,
    said: u64,
    /// For those who were behind.
    waited: Duration,
}

impl Talk {
    fn new(a_second: u32) -> Self {
        Self {
            pause: Duration::from_secs(1) / a_second,
            said: 0,
            waited: Duration::ZERO,
        }
    }

    async fn go_on(&mut self, time: Duration, crew: &mut Crew, rng: &mut Rng) -> Result<()> {
        let people = crew.people.len();
        let (began, mut next) = (Instant::now(), Instant::now());
        while began.elapsed() < time {
            let is_ahead = crew.behind(people / STUMBLING) > BEHIND;
            while next <= Instant::now() {
                if is_ahead {
                    self.waited += self.pause;
                } else {
                    crew.say(rng.usize(..people), rng);
                    self.said += 1;
                }
                next += self.pause;
            }
            crew.check().await?;
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
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

/// Waits until everybody is connected and has been told what they missed.
async fn until_connected(server: &Server, crew: &Crew) -> Result<()> {
    let deadline = Instant::now() + RETURN;
    // A server that thousands come back to may not answer at once.
    let connected = async || {
        let figures = Figures::of(server.address).await;
        figures.and_then(|figures| figures.get("parlor_connections"))
    };
    let people = crew.people.len() as u64;
    while !matches!(connected().await, Ok(count) if count >= people) || crew.behind(0) > 0 {
        if Instant::now() > deadline {
            bail!("not everybody came back");
        }
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
