//! R4: whoever was cut off hears everything they missed, once, and is not made to start afresh.
//!
//! Everybody comes in through a proxy, which cuts one connection after the other in every way it
//! knows. REST reads go past it: they are the yardstick.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::time::sleep;

use crate::{crew::Crew, ground::Ground, proxy::Proxy};

const ROOMS: usize = 4;

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let (people, goal) = ground.pick((24, 40), (200, 4_000));
    // Cuts and messages a second, for as many people. More, and most would be cut off most of the
    // time: a silent cut takes a client two seconds to notice.
    let (cuts, messages) = ground.pick((8.0, 80.0), (20.0, 30.0));
    let mut rng = ground.rng();
    let server = ground.serve().await?;
    let proxy = Proxy::before(server.address).await?;
    let mut crew = Crew::gather(&server, people, ROOMS).await?;
    let reader = crew.people[0].clone();
    for person in &mut crew.people {
        *person = person.at(proxy.address);
    }
    crew.come_in(16, &mut rng, &ground.counts);

    let began = Instant::now();
    let (mut cut, mut said) = (0_u32, 0_u32);
    while cut < goal {
        let elapsed = began.elapsed().as_secs_f64();
        while f64::from(said) < elapsed * messages {
            crew.say(rng.usize(..people), &mut rng);
            said += 1;
        }
        if f64::from(cut) < elapsed * cuts && proxy.cut_one(&mut rng) {
            cut += 1;
            ground.counts.add("cuts", 1);
        }
        crew.check().await?;
        sleep(Duration::from_millis(10)).await;
    }
    crew.judge(&ground.counts, &reader).await.map(drop)
}
