//! R2: a message is acknowledged after it was synced: a power cut loses nothing that was promised.
//!
//! At every cut the server is killed and what no sync had followed is undone. At the end the disk
//! is made to lie, and the same cut must lose messages: a test that cannot fail shows nothing.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};
use fastrand::Rng;
use rusqlite::Connection;
use shared::{MessageAnswer, NewMessage};
use tokio::time::sleep;

use crate::{
    client::client_id,
    counts::{Counts, LOST},
    crew::Crew,
    ground::Ground,
    judge::until,
    server::Server,
    shim::{Fault, Shim},
};

const SENDERS: usize = 8;
const ROOMS: usize = 4;

/// A file that SQLite finds damaged after a cut.
const DAMAGED: &str = "damaged files";
/// The lying disk was not found out: the test is blind.
const BLIND: &str = "lies not found out";

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let cuts = ground.pick(3, 30);
    ground.counts.expect_none(DAMAGED);
    ground.counts.expect_none(BLIND);
    let mut rng = ground.rng();
    let mut launch = ground.launch();
    let shim = Shim::build(ground.dir(), &launch.data_dir)?;
    shim.under(&mut launch);
    let mut server = Server::start(launch).await?;
    let mut crew = Crew::gather(&server, SENDERS, ROOMS).await?;
    crew.come_in(16, &mut rng, &ground.counts);
    for cut in 0..cuts {
        for _ in 0..rng.u32(15..60) {
            for who in 0..SENDERS {
                crew.say(who, &mut rng);
            }
            sleep(Duration::from_millis(25)).await;
        }
        crew.check().await?;
        // Two of three cuts fall where it matters: something is written and not synced, however
        // fast the disk is. Whoever acknowledges now promises too early.
        let is_aimed = cut % 3 != 2;
        if is_aimed {
            shim.set(Fault::SyncStall)?;
            for who in 0..SENDERS {
                crew.say(who, &mut rng);
            }
            let patience = Duration::from_secs(10);
            until("an unsynced write", patience, || shim.has_unsynced()).await?;
            ground.counts.add("cuts before a sync", 1);
            sleep(Duration::from_millis(rng.u64(..200))).await;
        }
        server.kill().await?;
        shim.set(Fault::None)?;
        // All that was not synced, or any part of it: a disk writes what it likes before a sync.
        let undone = shim.cut_power((cut % 2 == 1).then_some(&mut rng))?;
        ground.counts.add("kills", 1);
        ground.counts.add("power cuts", 1);
        ground.counts.add("unsynced writes", undone.unsynced);
        ground.counts.add("undone writes", undone.undone);
        let copy = shim.copy_store(&ground.dir().join(format!("copy{cut}")))?;
        check_integrity(&copy, &ground.counts)?;
        server.start_again().await?;
    }
    let reader = crew.people[0].clone();
    let room = crew.rooms[0];
    crew.judge(&ground.counts, &reader).await?;

    shim.set(Fault::Lie)?;
    let mut promised = Vec::new();
    for _ in 0..20 {
        let new = new_message(&mut rng)?;
        let path = format!("/rooms/{room}/messages");
        let answer = reader.tell("POST", &path, &new).await?;
        promised.push(answer.decode::<MessageAnswer>()?.message.id);
    }
    server.kill().await?;
    shim.cut_power(None)?;
    shim.set(Fault::None)?;
    server.start_again().await?;
    let (history, _) = reader.history(room).await?;
    let is_gone = |id| !history.iter().any(|message| message.id == id);
    let gone = promised.into_iter().filter(|id| is_gone(*id)).count();
    ground
        .counts
        .add("lost to a lying disk", u64::try_from(gone)?);
    if gone == 0 {
        let what = || format!("a disk that lied about 20 messages {LOST} none");
        ground.counts.fault(BLIND, what);
    }
    Ok(())
}

fn new_message(rng: &mut Rng) -> Result<NewMessage> {
    Ok(NewMessage {
        client_id: client_id(rng),
        body: "on a disk that lies".parse()?,
        reply_to: None,
    })
}

/// Has SQLite recover a copy and look through all of it; the original is the server's to recover.
fn check_integrity(copy: &Path, counts: &Counts) -> Result<()> {
    let conn = Connection::open(copy)?;
    let found: String = conn
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .context("the integrity check did not run")?;
    if found != "ok" {
        counts.fault(DAMAGED, || found);
    }
    Ok(())
}
