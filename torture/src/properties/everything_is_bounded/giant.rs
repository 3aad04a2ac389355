//! Frames and bodies of gigabytes: refused by what they announce, or where they don't, by what came.

use std::{sync::Arc, time::Duration};

use anyhow::{Result, bail, ensure};
use shared::RoomId;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::TAKEN;
use crate::{
    account::Account,
    counts::Counts,
    raw::{self, Frame, opcode},
};

const GIANT: u64 = 8 << 30;
/// Who takes in so much, takes in everything.
const ENOUGH: usize = 64 << 20;
static CHUNK: [u8; 64 * 1024] = [b' '; 64 * 1024];
/// An answer that takes longer on a flooded machine does not come.
const PATIENCE: Duration = Duration::from_secs(15);
/// RFC 6455 §7.4.1: the message is too big.
const TOO_BIG: u16 = 1009;

/// All kinds of them, one after the other.
pub async fn all(account: &Account, room: RoomId, counts: &Arc<Counts>) -> Result<()> {
    note(counts, "an announced frame", announced(account).await);
    note(counts, "a frame in pieces", in_pieces(account).await);
    let chunk = format!("{:x}\r\n", CHUNK.len());
    let announced = format!("content-length: {GIANT}");
    let paths = [format!("/rooms/{room}/messages"), "/sessions".to_owned()];
    for path in paths {
        for (framing, before, after) in [
            (announced.as_str(), "", ""),
            ("transfer-encoding: chunked", chunk.as_str(), "\r\n"),
        ] {
            let piece = [before.as_bytes(), &CHUNK, after.as_bytes()].concat();
            let refused = body(account, &path, framing, &piece).await;
            note(counts, framing, refused);
        }
    }
    Ok(())
}

fn note(counts: &Counts, what: &str, refused: Result<()>) {
    match refused {
        Ok(()) => counts.add("giants refused", 1),
        Err(error) => counts.fault(TAKEN, || format!("{what}: {error:#}")),
    }
}

/// One frame that says how long it will be.
async fn announced(account: &Account) -> Result<()> {
    let (stream, early) = raw::upgrade(account.address, &account.token).await?;
    let head = raw::header(opcode::TEXT, GIANT);
    let code = close_code(stream, early, &head, &CHUNK).await?;
    ensure!(code == TOO_BIG, "closed with {code}");
    Ok(())
}

/// One message in frames that are each short enough, without an end.
async fn in_pieces(account: &Account) -> Result<()> {
    let (stream, early) = raw::upgrade(account.address, &account.token).await?;
    // Without the bit that says it is the last.
    let unfinished = |opcode| {
        let mut frame = raw::frame(opcode, &CHUNK[..8_000]);
        frame[0] &= 0x7f;
        frame
    };
    let code = close_code(stream, early, &unfinished(opcode::TEXT), &unfinished(0)).await?;
    ensure!(code == TOO_BIG, "closed with {code}");
    Ok(())
}

/// What the server closes with, while it is told more and more.
async fn close_code(
    stream: TcpStream,
    mut bytes: Vec<u8>,
    head: &[u8],
    more: &[u8],
) -> Result<u16> {
    let (mut from, mut to) = stream.into_split();
    let telling = async {
        to.write_all(head).await?;
        for _ in 0..ENOUGH / more.len() {
            to.write_all(more).await?;
        }
        anyhow::Ok(())
    };
    let hearing = async {
        loop {
            while let Some(frame) = Frame::first(&bytes) {
                if frame.opcode == opcode::CLOSE {
                    let code = frame.payload.first_chunk().copied().unwrap_or_default();
                    return Ok(u16::from_be_bytes(code));
                }
                let len = frame.len;
                bytes.drain(..len);
            }
            if from.read_buf(&mut bytes).await? == 0 {
                bail!("it ended without a close");
            }
        }
    };
    first(hearing, telling).await
}

/// A request whose body does not end.
async fn body(account: &Account, path: &str, framing: &str, piece: &[u8]) -> Result<()> {
    let stream = TcpStream::connect(account.address).await?;
    let (mut from, mut to) = stream.into_split();
    let head = format!(
        "POST /api/v1{path} HTTP/1.1\r\nhost: parlor\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\n{framing}\r\n\r\n",
        account.token
    );
    let telling = async {
        to.write_all(head.as_bytes()).await?;
        for _ in 0..ENOUGH / piece.len() {
            to.write_all(piece).await?;
        }
        anyhow::Ok(())
    };
    let mut answer = Vec::new();
    let hearing = async {
        while answer.len() < 12 {
            ensure!(from.read_buf(&mut answer).await? > 0, "cut off unanswered");
        }
        Ok(String::from_utf8_lossy(&answer[9..12]).into_owned())
    };
    let status = first(hearing, telling).await?;
    ensure!(status.starts_with('4'), "answered with {status}");
    Ok(())
}

/// What is heard while it is told. That the way to the server is closed is no answer yet.
async fn first<T>(
    hearing: impl Future<Output = Result<T>>,
    telling: impl Future<Output = Result<()>>,
) -> Result<T> {
    let hearing = async {
        tokio::pin!(hearing);
        tokio::select! {
            heard = &mut hearing => heard,
            told = telling => match told {
                Ok(()) => bail!("{ENOUGH} bytes were taken"),
                Err(_) => hearing.await,
            },
        }
    };
    match timeout(PATIENCE, hearing).await {
        Ok(heard) => heard,
        Err(_) => bail!("no answer in {} s", PATIENCE.as_secs()),
    }
}
