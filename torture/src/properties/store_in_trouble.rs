//! R9: the store stalls, dies or fails: nothing is acknowledged falsely, nobody waits for ever,
//! and all is well within 2 s of the store being well.

mod trouble;

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{
    crew::Crew,
    ground::Ground,
    judge::{kept_promises, posted_once},
    probe::Probe,
    server::Server,
};
use trouble::Troubled;

const SENDERS: usize = 4;
const ROOMS: usize = 2;

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let (rounds, lasting_ms) = ground.pick((1, 700..1_000), (5, 2_000..5_000));
    let mut rng = ground.rng();
    let mut launch = ground.launch();
    let mut store = Troubled::under(ground, &mut launch)?;
    let server = Server::start(launch).await?;
    let mut crew = Crew::gather(&server, SENDERS, ROOMS).await?;
    // One message at a time: a refused one overtakes nobody.
    crew.come_in(1, &mut rng, &ground.counts);
    let reader = crew.people[0].clone();
    let counts = std::sync::Arc::clone(&ground.counts);
    let mut probe = Probe::new(reader.clone(), crew.rooms[0], rng.fork(), counts);
    let mut acks = HashMap::new();
    for _ in 0..rounds {
        for kind in store.kinds() {
            for who in 0..SENDERS {
                (0..8).for_each(|_| crew.say(who, &mut rng));
            }
            store.begin(kind)?;
            let lasting = Duration::from_millis(rng.u64(lasting_ms.clone()));
            // A stall is answered when it is over: the asking ends with it.
            let asking = probe.ask_for(lasting);
            let ending = async {
                tokio::time::sleep(lasting).await;
                let ended = store.end(kind);
                (Instant::now(), ended)
            };
            let (asked, (well_since, ended)) = tokio::join!(asking, ending);
            ended?;
            let asked = asked?;
            let recovered = probe.recover(well_since).await?;
            acks.extend(asked.acks.into_iter().chain([recovered]));
            ground.counts.add("troubles", 1);
            ground.counts.add("posts refused", asked.refused);
            ground.counts.add("reads answered", asked.read);
            ground.counts.add("reads refused", asked.unread);
            crew.check().await?;
        }
    }
    ground.counts.add("acked", u64::try_from(acks.len())?);
    let histories = crew.judge(&ground.counts, &reader).await?;
    let by_client_id = posted_once(&ground.counts, &histories);
    kept_promises(&ground.counts, &acks, &by_client_id);
    Ok(())
}
