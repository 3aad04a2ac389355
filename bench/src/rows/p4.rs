//! P4: from the send to everybody's screen, durable, at a fixed load.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;

use super::{League, Plan, Row, latency::Latency};
use crate::{
    crowd, disk,
    report::{Section, Verdict},
    spread::Spread,
    stage::{AT_ONCE, QUIET, Stage},
    swarm::tally::histogram,
};

pub const ROW: Row = Row {
    id: "P4",
    title: "end to end at 10,000 deliveries/s: 200 members, 50 messages/s, durable",
    league: League::Chat,
    run,
};

const MEMBERS: usize = 200;
const INTERVAL: Duration = Duration::from_millis(20);
const WARM_UP: Duration = Duration::from_secs(1);

/// A 99th percentile of 600 messages still has six behind it.
const AT_LEAST: Duration = Duration::from_secs(12);

struct Round {
    deliveries: Latency,
    fsync: Latency,
}

fn run(plan: &Plan) -> Result<Section> {
    let time = plan.window.max(AT_LEAST);
    let mut rounds = Vec::new();
    let (mut all, mut all_fsync) = (histogram()?, histogram()?);
    for round in 0..plan.rounds {
        let (deliveries, fsync) = measure(plan, time)?;
        all.add(&deliveries)?;
        all_fsync.add(&fsync)?;
        let found = Round {
            deliveries: Latency::of(&deliveries),
            fsync: Latency::of(&fsync),
        };
        crate::progress(&format!(
            "round {}: {}; fdatasync {}",
            round + 1,
            found.deliveries,
            found.fsync
        ));
        rounds.push(found);
    }
    let spread = |figure: &dyn Fn(&Round) -> f64| Spread::of(rounds.iter().map(figure));
    let verdicts = [
        spread(&|r| r.deliveries.p99_ms)
            .map(|ms| Verdict::at_most("p99, ms", ms, Some(25.0), None)),
        spread(&|r| r.deliveries.p50_ms / r.fsync.p50_ms)
            .map(|ratio| Verdict::at_most("p50 / fdatasync p50", ratio, None, Some(1.5))),
        spread(&|r| r.deliveries.p99_ms / r.fsync.p99_ms)
            .map(|ratio| Verdict::at_most("p99 / fdatasync p99", ratio, None, Some(2.0))),
    ];
    Ok(Section {
        id: ROW.id,
        title: ROW.title,
        method: format!(
            "{} rounds of {} s, open loop: a message every {} ms whatever happens, its intended time in its body, so \
             that a late send counts as late. fdatasync: appends of 4 KiB to a file in the store's directory, before and after each \
             round.",
            plan.rounds,
            time.as_secs(),
            INTERVAL.as_millis()
        ),
        columns: Latency::columns("what"),
        lines: vec![
            Latency::of(&all).line("deliveries"),
            Latency::of(&all_fsync).line("fdatasync"),
        ],
        verdicts: verdicts.into_iter().flatten().collect(),
    })
}

/// The deliveries' times and the disk's, in µs.
fn measure(plan: &Plan, time: Duration) -> Result<(Histogram<u64>, Histogram<u64>)> {
    let disk_time = Duration::from_secs(1);
    let (mut stage, doors) = Stage::prepare_durable(&plan.launch, MEMBERS, crowd::BCRYPT_COST)?;
    stage.swarm.connect(doors.entries, AT_ONCE)?;
    stage.swarm.settle(QUIET)?;
    let mut fsync = disk::fdatasync(&plan.launch.stores, disk_time)?;
    talk(&mut stage, WARM_UP)?;
    stage.swarm.tally.latency = Some(histogram()?);
    talk(&mut stage, time)?;
    fsync.add(disk::fdatasync(&plan.launch.stores, disk_time)?)?;
    let latency = stage.swarm.tally.latency.take();
    Ok((latency.context("no latency was asked for")?, fsync))
}

fn talk(stage: &mut Stage, time: Duration) -> Result<()> {
    let swarm = &mut stage.swarm;
    let before = swarm.tally.deliveries;
    let (began, mut sent) = (Instant::now(), 0_u32);
    while INTERVAL * sent < time {
        let at = began + INTERVAL * sent;
        while Instant::now() < at {
            swarm.turn_awake()?;
        }
        let intended_us = crate::swarm::micros(at.duration_since(swarm.began));
        swarm.publish_as_of(sent as usize % MEMBERS, 1, intended_us)?;
        sent += 1;
    }
    let all = before + u64::from(sent) * MEMBERS as u64;
    swarm.until(|tally| tally.deliveries >= all)
}
