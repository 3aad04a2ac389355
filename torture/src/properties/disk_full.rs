//! R10: the disk fills up: nothing is acknowledged falsely, what is there can be read, and when
//! there is space again posting goes on by itself.

mod small_disk;

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use crate::{
    crew::Crew,
    ground::{Ground, StoreKind},
    judge::{kept_promises, posted_once},
    probe::Probe,
    server::Server,
};
use small_disk::SmallDisk;

const SENDERS: usize = 4;
const ROOMS: usize = 2;

/// A read that failed for want of space to write.
const UNREAD: &str = "reads failed";

/// The log that was there already can take some more; then it must be over.
const FILLING: Duration = Duration::from_mins(1);

pub(super) async fn run(ground: &Ground) -> Result<()> {
    ensure!(
        ground.setup.store == StoreKind::Sqlite,
        "the disk of a MongoDB server is its own operator's"
    );
    let rounds = ground.pick(1, 10);
    ground.counts.expect_none(UNREAD);
    let mut rng = ground.rng();
    let mut launch = ground.launch();
    let disk = SmallDisk::under(ground, &mut launch)?;
    ground.counts.add(disk.kind(), 1);
    let server = Server::start(launch).await?;
    let mut crew = Crew::gather(&server, SENDERS, ROOMS).await?;
    // One message at a time: a refused one overtakes nobody.
    crew.come_in(1, &mut rng, &ground.counts);
    let reader = crew.people[0].clone();
    let counts = std::sync::Arc::clone(&ground.counts);
    let mut probe = Probe::new(reader.clone(), crew.rooms[0], rng.fork(), counts);
    let mut acks = HashMap::new();
    for _ in 0..rounds {
        disk.fill()?;
        let began = Instant::now();
        let mut refused = 0;
        // Until it is really full: SQLite's log has some space of its own left.
        while refused == 0 {
            ensure!(began.elapsed() < FILLING, "nothing was ever refused");
            for who in 0..SENDERS {
                (0..8).for_each(|_| crew.say(who, &mut rng));
            }
            let asked = probe.ask_for(Duration::from_millis(500)).await?;
            refused += asked.refused;
            ground.counts.add("posts refused", asked.refused);
            ground.counts.add("reads answered", asked.read);
            for _ in 0..asked.unread {
                ground.counts.fault(UNREAD, || "on a full disk".to_owned());
            }
            acks.extend(asked.acks);
        }
        disk.free()?;
        acks.extend([probe.recover(Instant::now()).await?]);
        ground.counts.add("times full", 1);
        crew.check().await?;
    }
    ground.counts.add("acked", u64::try_from(acks.len())?);
    let histories = crew.judge(&ground.counts, &reader).await?;
    let by_client_id = posted_once(&ground.counts, &histories);
    kept_promises(&ground.counts, &acks, &by_client_id);
    Ok(())
}
