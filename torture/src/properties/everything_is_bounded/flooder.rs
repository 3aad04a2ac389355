//! A client that says as much as it can, and reads nothing.

use std::time::Duration;

use anyhow::Result;
use fastrand::Rng;
use shared::{ClientFrame, RoomId};
use tokio::{
    io::AsyncWriteExt,
    time::{Instant, sleep, timeout_at},
};

use crate::{
    account::Account,
    client::client_id,
    raw::{self, opcode},
};

/// Written at once.
const BATCH: usize = 64 * 1024;
/// Before it comes again when it was cut off.
const PAUSE: Duration = Duration::from_millis(10);

/// What it says.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Valid messages of the greatest length, each as new.
    LongPosts,
    /// Short ones.
    ShortPosts,
    /// Text that is no JSON, up to the greatest frame.
    Garbage,
    /// WebSocket pings, which want a pong each.
    Pings,
    /// The protocol's own, which want one too.
    JsonPings,
    /// All of it, as it comes.
    Mixed,
}

impl Kind {
    /// One after the other, for ever.
    pub fn all() -> impl Iterator<Item = Self> {
        use Kind::{Garbage, JsonPings, LongPosts, Mixed, Pings, ShortPosts};
        [LongPosts, ShortPosts, Garbage, Pings, JsonPings, Mixed]
            .into_iter()
            .cycle()
    }

    fn frame(self, room: RoomId, rng: &mut Rng) -> Result<Vec<u8>> {
        let simple = [
            Self::LongPosts,
            Self::ShortPosts,
            Self::Garbage,
            Self::Pings,
            Self::JsonPings,
        ];
        Ok(match self {
            Self::LongPosts => raw::frame(opcode::TEXT, &post(room, &"€".repeat(2_700), rng)?),
            Self::ShortPosts => raw::frame(opcode::TEXT, &post(room, "so on", rng)?),
            Self::Garbage => raw::frame(opcode::TEXT, &vec![b'['; rng.usize(1..16_000)]),
            Self::Pings => raw::frame(opcode::PING, &[b'x'; 125]),
            Self::JsonPings => raw::frame(opcode::TEXT, br#"{"type":"ping"}"#),
            Self::Mixed => return simple[rng.usize(..simple.len())].frame(room, rng),
        })
    }
}

fn post(room: RoomId, body: &str, rng: &mut Rng) -> Result<Vec<u8>> {
    let frame = ClientFrame::SendMessage {
        room,
        client_id: client_id(rng),
        body: body.parse()?,
        reply_to: None,
    };
    Ok(serde_json::to_vec(&frame)?)
}

/// What was done.
#[derive(Debug, Default)]
pub struct Flood {
    pub bytes: u64,
    /// How often the server had enough of it.
    pub cuts: u64,
}

/// Floods for so long, by one connection after the other.
pub async fn flood(
    account: Account,
    room: RoomId,
    kind: Kind,
    time: Duration,
    mut rng: Rng,
) -> Result<Flood> {
    let end = Instant::now() + time;
    let mut flood = Flood::default();
    while Instant::now() < end {
        // A server that is busy may refuse it.
        if let Ok((mut stream, _)) = raw::upgrade(account.address, &account.token).await {
            loop {
                let mut batch = Vec::with_capacity(BATCH);
                while batch.len() < BATCH {
                    batch.extend(kind.frame(room, &mut rng)?);
                }
                match timeout_at(end, stream.write_all(&batch)).await {
                    Ok(Ok(())) => flood.bytes += batch.len() as u64,
                    Ok(Err(_)) => {
                        flood.cuts += 1;
                        break;
                    }
                    Err(_) => return Ok(flood),
                }
            }
        }
        sleep(PAUSE).await;
    }
    Ok(flood)
}
