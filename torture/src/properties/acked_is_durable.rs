//! R1: what was acknowledged is there after a SIGKILL, once, in order, and everybody hears of it.

use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use crate::{crew::Crew, ground::Ground, killing::Killer};

const SENDERS: usize = 8;
const READERS: usize = 5;
const ROOMS: usize = 4;

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let (goal, kills) = ground.pick((1_000, 3), (20_000, 30));
    let every_ms = ground.pick(500..1_000, 1_000..3_000);
    let mut rng = ground.rng();
    let mut server = ground.serve().await?;
    let mut crew = Crew::gather(&server, SENDERS + READERS, ROOMS).await?;
    crew.come_in(16, &mut rng, &ground.counts);

    let mut killer = Killer::new(rng.fork(), every_ms);
    while killer.kills < kills || crew.acked() < goal {
        for who in 0..SENDERS {
            for _ in 0..rng.u8(0..4) {
                crew.say(who, &mut rng);
            }
        }
        crew.check().await?;
        let acked = u64::try_from(crew.acked())?;
        killer.tick(&mut server, &ground.counts, acked).await?;
        sleep(Duration::from_millis(25)).await;
    }
    let reader = crew.people[0].clone();
    crew.judge(&ground.counts, &reader).await.map(drop)
}
