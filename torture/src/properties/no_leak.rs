//! R17: whoever comes, joins, talks, leaves and goes leaves nothing behind in the process.

use std::{
    fs,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use shared::{ClientFrame, RoomId};
use tokio::{io::AsyncWriteExt, time::sleep};

use crate::{
    account::Account,
    client::client_id,
    crew::open_rooms,
    ground::{Ground, StoreKind},
    memory,
    raw::{self, opcode},
    server::Server,
};

const PEOPLE: usize = 16;
/// A connection that ended is forgotten for good after so long: the grace of its person's presence.
const GRACE: Duration = Duration::from_secs(7);

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let (time, cycles) = ground.pick((Duration::from_secs(3), 2), (Duration::from_mins(1), 3));
    // MongoDB's driver opens another connection in the moment in which all it has are busy.
    let pool = match ground.setup.store {
        StoreKind::Sqlite => 0,
        StoreKind::MongoDb | StoreKind::MongoDbStandalone => 3,
    };
    // The allocator's spare pages are not returned at once. A short first cycle fills neither the
    // store's caches nor its pool of readers, two descriptors each.
    let (spare_kib, spare_descriptors) = ground.pick((24 * 1024, 16), (4 * 1024, pool));
    let server = ground.serve().await?;
    let people = Account::crowd(server.address, "person", PEOPLE).await?;
    let room = open_rooms(&people[..1], 1).await?[0];
    for fault in ["memory grew", "descriptors grew"] {
        ground.counts.expect_none(fault);
    }
    let mut after_first = None;
    // The first cycle fills caches and pools, the others must not add to them.
    for cycle in 0..=cycles {
        let end = Instant::now() + time;
        // The first stays: a room that is empty is gone.
        let coming = people[1..]
            .iter()
            .map(|one| come_and_go(one, room, end, ground));
        for done in futures_util::future::join_all(coming).await {
            done?;
        }
        sleep(GRACE).await;
        let now = State::of(&server)?;
        ground.counts.largest("held, KiB", now.kib);
        ground.counts.largest("descriptors", now.descriptors);
        let Some(first) = after_first else {
            after_first = Some(now);
            continue;
        };
        if now.kib > first.kib + spare_kib {
            let told = || format!("{} KiB, then {} in cycle {cycle}", first.kib, now.kib);
            ground.counts.fault("memory grew", told);
        }
        if now.descriptors > first.descriptors + spare_descriptors {
            let told = || format!("{}, then {}", first.descriptors, now.descriptors);
            ground.counts.fault("descriptors grew", told);
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy)]
struct State {
    kib: u64,
    descriptors: u64,
}

impl State {
    fn of(server: &Server) -> Result<Self> {
        let process = server.id().context("the server has ended")?;
        Ok(Self {
            kib: memory::held_kib(process)?,
            descriptors: fs::read_dir(format!("/proc/{process}/fd"))?.count() as u64,
        })
    }
}

/// Joins, connects, says something, goes in one of three ways, leaves; and again.
async fn come_and_go(person: &Account, room: RoomId, end: Instant, ground: &Ground) -> Result<()> {
    let mut rng = ground.rng();
    let mut round = 0_u64;
    while Instant::now() < end {
        person.join(room).await?;
        let (mut stream, _) = raw::upgrade(person.address, &person.token).await?;
        let post = ClientFrame::SendMessage {
            room,
            client_id: client_id(&mut rng),
            body: "here and gone".parse()?,
            reply_to: None,
        };
        let post = raw::frame(opcode::TEXT, &serde_json::to_vec(&post)?);
        stream.write_all(&post).await?;
        match round % 3 {
            0 => stream.write_all(&raw::frame(opcode::CLOSE, &[])).await?,
            1 => stream.shutdown().await?,
            _ => {}
        }
        drop(stream);
        person
            .ask("DELETE", &format!("/rooms/{room}/members/me"), None)
            .await?;
        round += 1;
        ground.counts.add("came and went", 1);
    }
    Ok(())
}
