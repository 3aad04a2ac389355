//! R6: who stops reading harms nobody: the others hear as fast as without them, little is held for
//! them, they are let go soon, and when they come back they miss nothing.
//!
//! Hundreds of members listen in one room while a few speak at a fixed rate. In every second phase
//! one of them stops reading; what the others wait is compared between the phases of one run.

mod crowd;
mod phase;

use std::time::Duration;

use anyhow::{Context, Result};

use crate::{
    crew::Crew,
    ground::{Ground, Scale},
    listener::CUT_OFF,
};
use crowd::Crowd;
use phase::{Phase, Reader, Stage};

/// The others waited longer while one of them did not read.
const SLOWED: &str = "others slowed";
/// It was not let go in time.
const NOT_EVICTED: &str = "not evicted";
/// More was held for it.
const HELD: &str = "held too much";

/// What is 1.3 times as long, and no longer, is not called harm.
const SLOWER_PERCENT: u64 = 130;
/// Nor is what is within this: the scheduler's grain on a machine of two cores, in µs.
const GRAIN_US: u64 = 2_000;
/// The server may hold so much for one reader, in KiB.
const HELD_KIB: u64 = 1_024;
/// It is let go within this.
const EVICTION: Duration = Duration::from_secs(10);

/// How much of it.
struct Size {
    listeners: usize,
    /// Messages a second: the goal, then what is tried where the machine cannot carry it.
    rates: &'static [u32],
    phase: Duration,
    pairs: usize,
    /// Whether times are judged, too: a test among others shares its cores with them.
    is_timed: bool,
}

/// Seconds, on the debug binary, beside other tests.
const SHORT: Size = Size {
    listeners: 40,
    rates: &[120],
    phase: Duration::from_secs(11),
    pairs: 1,
    is_timed: false,
};

/// 500 members. The goal is 2,000 messages a second, which are a million deliveries; where server
/// and listeners cannot share the machine so, the highest of these rates that they can.
const LONG: Size = Size {
    listeners: 495,
    rates: &[2_000, 1_400, 1_000, 700, 500, 350, 250, 170, 120],
    phase: Duration::from_secs(12),
    pairs: 4,
    is_timed: true,
};

const SENDERS: usize = 4;
/// The one who stops reading: the last of the crew.
const VICTIM: usize = SENDERS;

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let size = match ground.setup.scale {
        Scale::Short => SHORT,
        Scale::Long => LONG,
    };
    let counts = &ground.counts;
    for fault in [SLOWED, NOT_EVICTED, HELD, CUT_OFF] {
        counts.expect_none(fault);
    }
    let mut rng = ground.rng();
    let server = ground.serve().await?;
    let mut crew = Crew::gather(&server, SENDERS + 1, 1).await?;
    let room = crew.rooms[0];
    let crowd = Crowd::gather(&server, room, size.listeners, counts).await?;
    crew.come_in(100, &mut rng, counts);
    let process = server.id().context("the server has ended")?;
    let mut stage = Stage::new(crew, crowd, server.address, process);

    let rate = stage.highest_rate(size.rates).await?;
    counts.add("members", u64::try_from(size.listeners + SENDERS + 1)?);
    counts.add("messages a second", u64::from(rate));
    counts.add("messages a second wanted", u64::from(size.rates[0]));
    let (mut calm, mut stalled) = (Vec::new(), Vec::new());
    for pair in 0..size.pairs {
        // A B, B A, …: what drifts over the run falls on both alike.
        for is_stalled in [pair % 2 == 1, pair % 2 == 0] {
            let phase = stage.phase(rate, size.phase, is_stalled).await?;
            match phase.reader {
                Reader::Reads => {
                    calm.push(phase);
                    continue;
                }
                Reader::LetGo(after, how) => {
                    let milliseconds = u64::try_from(after.as_millis())?;
                    counts.largest("slowest eviction, ms", milliseconds);
                    counts.add(how, 1);
                    if after > EVICTION {
                        counts.fault(NOT_EVICTED, || format!("only after {milliseconds} ms"));
                    }
                }
                Reader::Kept => {
                    counts.fault(NOT_EVICTED, || format!("after {:?}", size.phase));
                }
            }
            stalled.push(phase);
        }
    }
    let (without, with) = (p99(&calm)?, p99(&stalled)?);
    counts.add("p99 without, us", without);
    counts.add("p99 with, us", with);
    if size.is_timed && with > without * SLOWER_PERCENT / 100 + GRAIN_US {
        counts.fault(SLOWED, || {
            format!("p99 {without} µs without, {with} µs with")
        });
    }
    let waiting = |phases: &[Phase]| median(phases.iter().map(|phase| phase.outbox_kib).collect());
    let (waiting_without, waiting_with) = (waiting(&calm), waiting(&stalled));
    counts.add("in outboxes at most without, KiB", waiting_without);
    counts.add("in outboxes at most with, KiB", waiting_with);
    let grew = |phases: &[Phase]| median(phases.iter().map(|phase| phase.grown_kib).collect());
    let (grew_without, grew_with) = (grew(&calm), grew(&stalled));
    counts.add("server grew without, KiB", grew_without);
    counts.add("server grew with, KiB", grew_with);
    // What waits for the others, and what the store's caches take, is there without it, too.
    let held = u64::max(
        waiting_with.saturating_sub(waiting_without),
        grew_with.saturating_sub(grew_without),
    );
    if size.is_timed && held > HELD_KIB {
        counts.fault(HELD, || format!("{held} KiB"));
    }
    stage.judge(counts).await
}

/// Of the phases together.
fn p99(phases: &[Phase]) -> Result<u64> {
    let mut all = crate::listener::latencies();
    for phase in phases {
        all.add(&phase.latencies)?;
    }
    Ok(all.value_at_quantile(0.99))
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}
