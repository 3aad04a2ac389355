//! R3: a message that is sent several times is posted once, and every answer says the same.
//!
//! Each is sent one to four times: twice over one socket, over two sockets at once, over REST, and
//! seconds later over whichever connection is there by then, while sockets are dropped and the
//! server is killed.

mod author;

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use tokio::{task::JoinSet, time::sleep};

use crate::{
    account::Account,
    counts::FAULTS,
    crew::open_rooms,
    ground::Ground,
    judge::{histories, kept_promises, posted_once},
    killing::Killer,
};
use author::Author;

const AUTHORS: usize = 8;
const ROOMS: usize = 4;

/// An answer that names another number than an earlier one did.
const DIFFERING: &str = "differing seq";

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let messages = ground.pick(600, 10_000);
    let every_ms = ground.pick(700..1_400, 2_000..5_000);
    for fault in FAULTS.iter().chain(&[DIFFERING]) {
        ground.counts.expect_none(fault);
    }
    let mut rng = ground.rng();
    let mut server = ground.serve().await?;
    let people = Account::crowd(server.address, "author", AUTHORS).await?;
    let rooms = open_rooms(&people, ROOMS).await?;
    let mut writing = JoinSet::new();
    for account in &people {
        let counts = Arc::clone(&ground.counts);
        let author = Author::new(account.clone(), rooms.clone(), rng.fork(), counts);
        writing.spawn(author.write(messages / AUTHORS));
    }
    let mut killer = Killer::new(rng.fork(), every_ms);
    let mut acks = std::collections::HashMap::new();
    while !writing.is_empty() {
        while let Some(ended) = writing.try_join_next() {
            acks.extend(ended??);
        }
        let answers = ground.counts.of("answers");
        killer.tick(&mut server, &ground.counts, answers).await?;
        sleep(Duration::from_millis(10)).await;
    }
    let histories = histories(&people[0], &rooms).await?;
    kept_promises(
        &ground.counts,
        &acks,
        &posted_once(&ground.counts, &histories),
    );
    ground.counts.add("acked", u64::try_from(acks.len())?);
    let kept: usize = histories.values().map(|(messages, _)| messages.len()).sum();
    ground.counts.add("messages kept", u64::try_from(kept)?);
    Ok(())
}
