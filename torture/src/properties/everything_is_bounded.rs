//! R7: everything is bounded: twenty clients say as much as they can and read nothing, others announce
//! frames and bodies of gigabytes; the server does not grow, and two people go on talking.
//!
//! Once with the limits on rates that a server has by default, and once without any.

mod bystanders;
mod flooder;
mod giant;

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use shared::RoomId;
use tokio::time::sleep;

use crate::{
    account::Account,
    counts::Counts,
    figures::Figures,
    ground::Ground,
    memory::{Watch, held_kib},
    server::Server,
};
pub(super) use bystanders::Bystanders;

/// The server held more than it may.
const GREW: &str = "grew too much";
/// Who kept the rules waited for too long.
const WAITED: &str = "bystanders waited";
/// A giant was taken in.
const TAKEN: &str = "giants taken in";

const FLOODERS: usize = 20;
/// What the server may hold more than before the floods, in KiB, however long they last: the goal.
/// A debug binary on a busy machine has grown by 11 MiB on SQLite and by 36 on MongoDB.
const GROWTH_KIB: u64 = 50 * 1_024;
/// Between looks.
const LOOK: Duration = Duration::from_millis(100);

pub(super) async fn run(ground: &Ground) -> Result<()> {
    for fault in [GREW, WAITED, TAKEN] {
        ground.counts.expect_none(fault);
    }
    let mut server = ground.serve().await?;
    flood(ground, &server, "without limits: grew at most, KiB", 1).await?;
    server.stop().await?;
    let limits = ("PARLOR_RATE_LIMITS".to_owned(), "on".to_owned());
    server.launch_mut().env.push(limits);
    server.start_again().await?;
    flood(ground, &server, "with limits: grew at most, KiB", 2).await
}

/// Everything at once, on a server that was just started.
async fn flood(ground: &Ground, server: &Server, growth: &'static str, round: u64) -> Result<()> {
    let time = ground.pick(Duration::from_secs(4), Duration::from_secs(30));
    let counts = &ground.counts;
    let mut rng = ground.rng();
    let pair = Account::crowd(server.address, &format!("quiet{round}_"), 2).await?;
    let crowd = Account::crowd(server.address, &format!("loud{round}_"), FLOODERS).await?;
    let quiet = room_of(&pair).await?;
    let loud = room_of(&crowd).await?;
    let giant = pair[0].clone();
    let mut bystanders = Bystanders::come_in(pair, quiet, &mut rng, counts);
    // They are there, and what they need is.
    bystanders.talk_for(Duration::from_millis(500)).await?;

    let process = server.id().context("the server has ended")?;
    let before = held_kib(process)?;
    let memory = Watch::on(process);
    let floods = crowd
        .iter()
        .zip(flooder::Kind::all())
        .map(|(account, kind)| flooder::flood(account.clone(), loud, kind, time, rng.fork()));
    // By who does not hear the flood: that alone would end a connection.
    let giants = giant::all(&giant, quiet, counts);
    let (floods, giants, slowest, waiting) = tokio::join!(
        try_join_all(floods),
        giants,
        bystanders.talk_for(time),
        look(server.address, time, counts)
    );
    giants?;
    waiting?;
    counts.largest("slowest acknowledgment, ms", slowest?);
    for flood in floods? {
        counts.add("MB flooded", flood.bytes / 1_000_000);
        counts.add("floods cut off", flood.cuts);
    }
    let grown = memory.most_kib()?.saturating_sub(before);
    counts.add(growth, grown);
    if grown > GROWTH_KIB {
        counts.fault(GREW, || format!("{grown} KiB more than {before} KiB"));
    }
    bystanders.judge(counts).await
}

/// Looks how much waits where in the server, so that a growth can be explained.
async fn look(server: SocketAddr, time: Duration, counts: &Counts) -> Result<()> {
    let began = Instant::now();
    while began.elapsed() < time {
        let now = Figures::of(server).await?;
        let orders = now.sum("parlor_orders_waiting");
        counts.largest("writes waiting at most", now.get("parlor_writes_waiting")?);
        counts.largest("orders waiting at most", orders);
        let outboxes = now.get("parlor_outbox_bytes")? / 1_024;
        counts.largest("outboxes at most, KiB", outboxes);
        sleep(LOOK).await;
    }
    Ok(())
}

/// A room that the first makes, named after them, and that all are in.
async fn room_of(people: &[Account]) -> Result<RoomId> {
    let room = people[0].open_room(&people[0].name).await?;
    for person in &people[1..] {
        person.join(room).await?;
    }
    Ok(room)
}
