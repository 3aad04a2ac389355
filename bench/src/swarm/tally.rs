//! What a swarm counted.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Counts since the swarm was made.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Clients that are in.
    pub joined: u64,
    /// Times that one was told to come again later.
    pub sent_away: u64,
    /// Messages that reached a client whole and in order.
    pub deliveries: u64,
    /// Own messages the server said are durable.
    pub accepted: u64,
    /// Rooms that were caught up after a resume.
    pub caught_up: u64,
    /// Pings answered.
    pub pings: u64,
    /// Frames that are no deliveries: presence and the like.
    pub others: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Time spent on readiness that brought something; the rest was waiting.
    pub busy: Duration,
    /// From the intended send to the delivery, in µs, while it is asked for.
    pub latency: Option<Histogram<u64>>,
    /// From the send to the server's word that it is durable, in µs, while it is asked for.
    pub ack_latency: Option<Histogram<u64>>,
    /// When each room was caught up, in µs of the run, while it is asked for.
    pub caught_up_at: Option<Histogram<u64>>,
}

/// A histogram from 1 µs to a minute, to three digits.
///
/// # Errors
/// Never with these bounds.
pub fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000, 3)?)
}
