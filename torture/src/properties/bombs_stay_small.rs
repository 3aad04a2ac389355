//! S13: what is small on the wire and large once it is read stays small: JSON of great depth, a million
//! keys, compressed bodies and frames, many at once.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::future::join_all;
use shared::RoomId;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    account::Account,
    bomb,
    ground::Ground,
    memory::{Watch, held_kib},
    raw::{self, opcode},
};

/// The server held more for them than it may.
const GREW: &str = "grew too much";
/// One of them was taken for something.
const TAKEN: &str = "bombs taken in";

/// In KiB.
const GROWTH_KIB: u64 = 32 * 1_024;
/// Beside each other, of each kind.
const AT_ONCE: usize = 8;
/// An answer that takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let rounds = ground.pick(1, 20);
    for fault in [GREW, TAKEN] {
        ground.counts.expect_none(fault);
    }
    let server = ground.serve().await?;
    let people = Account::crowd(server.address, "person", 1).await?;
    let room = crate::crew::open_rooms(&people, 1).await?[0];
    let bombs = bomb::all();
    // What the first of each kind fills of pools and caches is no bomb's.
    throw(&bombs, &people[0], room, ground, 1).await;
    let process = server.id().context("the server has ended")?;
    let before = held_kib(process)?;
    let memory = Watch::on(process);
    for _ in 0..rounds {
        throw(&bombs, &people[0], room, ground, AT_ONCE).await;
    }
    let grew = memory.most_kib()?.saturating_sub(before);
    ground.counts.add("grew at most, KiB", grew);
    if grew > GROWTH_KIB {
        ground.counts.fault(GREW, || format!("{grew} KiB"));
    }
    ensure!(server.id() == Some(process), "the server has ended");
    Ok(())
}

async fn throw(
    bombs: &[bomb::Bomb],
    person: &Account,
    room: RoomId,
    ground: &Ground,
    count: usize,
) {
    let paths = [format!("/rooms/{room}/messages"), "/sessions".to_owned()];
    for bomb in bombs {
        let thrown = (0..count).map(|n| {
            let path = &paths[n % paths.len()];
            async move { [body(person, path, bomb).await, frame(person, bomb).await] }
        });
        for refused in join_all(thrown).await {
            for refused in refused {
                match refused {
                    Ok(()) => ground.counts.add("bombs refused", 1),
                    Err(error) => {
                        let told = || format!("{}: {error:#}", bomb.name);
                        ground.counts.fault(TAKEN, told);
                    }
                }
            }
        }
    }
}

/// As a body: refused with 4xx.
async fn body(person: &Account, path: &str, bomb: &bomb::Bomb) -> Result<()> {
    let request = format!(
        "POST /api/v1{path} HTTP/1.1\r\nhost: parlor\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\n{}content-length: {}\r\n\r\n",
        person.token,
        bomb.header,
        bomb.bytes.len()
    );
    let stream = TcpStream::connect(person.address).await?;
    let (mut from, mut to) = stream.into_split();
    let telling = async {
        // Refused by its length, the rest of it is not read.
        let _ = to.write_all(request.as_bytes()).await;
        let _ = to.write_all(&bomb.bytes).await;
        to
    };
    let mut answer = Vec::new();
    let hearing = async {
        while answer.len() < 12 {
            ensure!(from.read_buf(&mut answer).await? > 0, "cut off unanswered");
        }
        Ok(String::from_utf8_lossy(&answer[9..12]).into_owned())
    };
    let both = async {
        tokio::pin!(hearing);
        tokio::select! {
            heard = &mut hearing => heard,
            _to = telling => hearing.await,
        }
    };
    let status = timeout(PATIENCE, both).await.context("no answer")??;
    ensure!(status.starts_with('4'), "answered with {status}");
    Ok(())
}

/// As a message in frames of 8 KiB: refused in words or closed.
async fn frame(person: &Account, bomb: &bomb::Bomb) -> Result<()> {
    let (stream, mut heard) = raw::upgrade(person.address, &person.token).await?;
    let (mut from, mut to) = stream.into_split();
    let telling = async {
        let pieces = bomb.bytes.chunks(8 * 1_024);
        let last = pieces.len() - 1;
        for (n, piece) in pieces.enumerate() {
            let mut frame = raw::frame(if n == 0 { opcode::TEXT } else { 0 }, piece);
            if n < last {
                frame[0] &= 0x7f;
            }
            if n == 0 && bomb.is_compressed() {
                // "Compressed" (RFC 7692), which was not agreed on.
                frame[0] |= 0x40;
            }
            if to.write_all(&frame).await.is_err() {
                break;
            }
        }
        to
    };
    let hearing = async {
        loop {
            while let Some(frame) = raw::Frame::first(&heard) {
                let is_refusal = frame.opcode == opcode::CLOSE
                    || memchr::memmem::find(frame.payload, b"\"error\"").is_some();
                let is_accepted = memchr::memmem::find(frame.payload, b"message_accepted");
                ensure!(is_accepted.is_none(), "accepted");
                let len = frame.len;
                if is_refusal {
                    return Ok(());
                }
                heard.drain(..len);
            }
            // A connection that was ended refused it, too.
            match from.read_buf(&mut heard).await {
                Ok(0) | Err(_) => return Ok(()),
                Ok(_) => {}
            }
        }
    };
    let both = async {
        tokio::pin!(hearing);
        tokio::select! {
            heard = &mut hearing => heard,
            _to = telling => hearing.await,
        }
    };
    timeout(PATIENCE, both).await.context("no answer")?
}
