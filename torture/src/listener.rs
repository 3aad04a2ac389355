//! Members who only listen: hundreds of them in one process, each checking every message's number.
//!
//! No JSON is parsed: half a million deliveries a second leave a microsecond for each. A frame is
//! taken apart by its length, and its number and its time stamp are found by their names.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use anyhow::Result;
use hdrhistogram::Histogram;
use memchr::memmem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
};

use crate::{
    counts::{Counts, HOLES},
    raw::{Frame, opcode, upgrade},
};

/// Who reads and is closed all the same.
pub const CUT_OFF: &str = "readers cut off";

/// Read at once; more than one burst.
const CHUNK: usize = 64 * 1024;

/// From when a message was to be said to when it was heard, in µs, to two digits, up to a minute.
pub type Latencies = Histogram<u32>;

/// An empty one.
pub fn latencies() -> Latencies {
    // The bounds are good ones.
    Histogram::new_with_max(60_000_000, 2).unwrap_or_else(|_| unreachable!("good bounds"))
}

/// A body that says when it was to be said: µs since the run began.
pub fn stamped(at_us: u64, filler: &str) -> String {
    format!("{at_us} {filler}")
}

/// What a listener's task and its owner both see.
#[derive(Debug)]
struct Seen {
    /// The last message's number.
    rev: AtomicU64,
    heard: AtomicU64,
    latencies: Mutex<Latencies>,
    is_leaving: AtomicBool,
}

/// Somebody who listens in one room, from its first message on.
#[derive(Debug)]
pub struct Listener {
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Comes in.
    pub async fn start(
        address: SocketAddr,
        token: &str,
        origin: Instant,
        counts: Arc<Counts>,
    ) -> Result<Self> {
        let (stream, early) = upgrade(address, token).await?;
        let seen = Arc::new(Seen {
            rev: AtomicU64::new(0),
            heard: AtomicU64::new(0),
            latencies: Mutex::new(latencies()),
            is_leaving: AtomicBool::new(false),
        });
        let ear = Ear {
            stream,
            bytes: early,
            origin,
            seen: Arc::clone(&seen),
            counts,
        };
        let task = tokio::spawn(ear.listen());
        Ok(Self { seen, task })
    }

    /// The number of the last message that was heard.
    pub fn rev(&self) -> u64 {
        self.seen.rev.load(Ordering::Relaxed)
    }

    /// How many messages were heard.
    pub fn heard(&self) -> u64 {
        self.seen.heard.load(Ordering::Relaxed)
    }

    /// How long they took since this was last asked, added to others'.
    pub fn take_latencies(&self, sum: &mut Latencies) {
        let mut latencies = lock(&self.seen.latencies);
        // Both have the same bounds.
        let _ = sum.add(&*latencies);
        latencies.reset();
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.seen.is_leaving.store(true, Ordering::Relaxed);
        self.task.abort();
    }
}

struct Ear {
    stream: TcpStream,
    bytes: Vec<u8>,
    origin: Instant,
    seen: Arc<Seen>,
    counts: Arc<Counts>,
}

impl Ear {
    async fn listen(mut self) {
        self.bytes.reserve(CHUNK);
        while let Ok(true) = self.take_in().await {}
        if !self.seen.is_leaving.load(Ordering::Relaxed) {
            let rev = self.seen.rev.load(Ordering::Relaxed);
            self.counts.fault(CUT_OFF, || format!("after {rev}"));
        }
    }

    /// Hears what is there, then waits for more; false when the connection has ended.
    async fn take_in(&mut self) -> std::io::Result<bool> {
        let now = u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mut taken = 0;
        let mut pongs = Vec::new();
        {
            let mut latencies = lock(&self.seen.latencies);
            while let Some(frame) = Frame::first(&self.bytes[taken..]) {
                taken += frame.len;
                match frame.opcode {
                    opcode::CLOSE => return Ok(false),
                    opcode::PING => pongs.extend(crate::raw::frame(opcode::PONG, frame.payload)),
                    opcode::TEXT => self.hear(frame.payload, now, &mut latencies),
                    _ => {}
                }
            }
        }
        self.bytes.drain(..taken);
        if !pongs.is_empty() {
            self.stream.write_all(&pongs).await?;
        }
        Ok(self.stream.read_buf(&mut self.bytes).await? > 0)
    }

    fn hear(&self, json: &[u8], now: u64, latencies: &mut Latencies) {
        if !json.starts_with(br#"{"type":"message_posted""#) {
            return;
        }
        let rev = number_after(json, br#""rev":"#);
        let said_at = number_after(json, br#""body":""#);
        let last = self.seen.rev.load(Ordering::Relaxed);
        match (rev, said_at) {
            (Some(rev), Some(said_at)) if rev == last + 1 => {
                self.seen.rev.store(rev, Ordering::Relaxed);
                latencies.saturating_record(now.saturating_sub(said_at));
            }
            _ => {
                let told = || format!("after {last}: {}", String::from_utf8_lossy(json));
                self.counts.fault(HOLES, told);
            }
        }
        self.seen.heard.fetch_add(1, Ordering::Relaxed);
    }
}

/// The number that follows the first occurrence of a name.
fn number_after(json: &[u8], name: &[u8]) -> Option<u64> {
    let start = memmem::find(json, name)? + name.len();
    let rest = &json[start..];
    let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    str::from_utf8(&rest[..end]).ok()?.parse().ok()
}

fn lock(latencies: &Mutex<Latencies>) -> MutexGuard<'_, Latencies> {
    latencies.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_by_its_name() {
        let json = br#"{"type":"message_posted","message":{"rev":1234,"body":"56 so on"}}"#;
        assert_eq!(number_after(json, br#""rev":"#), Some(1234));
        assert_eq!(number_after(json, br#""body":""#), Some(56));
        assert_eq!(number_after(json, br#""seq":"#), None);
        assert_eq!(number_after(br#"{"rev":}"#, br#""rev":"#), None);
    }
}
