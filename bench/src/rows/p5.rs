//! P5: durable acknowledgments, as many as go and as fast as they come.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;

use super::{League, Plan, Row, latency::Latency};
use crate::{
    crowd, disk,
    report::{Section, Verdict},
    rest::Rest,
    spread::{Spread, short},
    stage::{AT_ONCE, QUIET, Stage, to_f64},
    swarm::{
        ear::{Ear, Room},
        micros,
        tally::histogram,
    },
};

pub const ROW: Row = Row {
    id: "P5",
    title: "durable acknowledgments",
    league: League::Chat,
    run,
};

/// People who write, each alone in a room: what is measured is the way to the disk and back, not
/// the fan-out.
const SENDERS: usize = 64;

/// Messages of one sender on their way in the closed loop: 2,048 in all, half of what the writer's
/// queue may hold.
const WINDOW: usize = 32;

/// The fixed load of the open loop, messages per second.
const FIXED: u32 = 2_000;

const WARM_UP: Duration = Duration::from_secs(1);
const AT_LEAST: Duration = Duration::from_secs(5);

struct Round {
    per_cpu_second: f64,
    per_second: f64,
    per_fsync: f64,
    server_share: f64,
    closed: Latency,
    open: Latency,
    /// How much later than meant the generator sent: the open loop's times contain it.
    late: Latency,
    fsync: Latency,
}

fn run(plan: &Plan) -> Result<Section> {
    let time = plan.window.max(AT_LEAST);
    let mut rounds = Vec::new();
    for round in 0..plan.rounds {
        let found = measure(plan, time)?;
        crate::progress(&format!(
            "round {}: {} acks/s, {} / CPU s, {} per fsync; at {FIXED}/s {} (sent late: {}); fdatasync {}",
            round + 1,
            short(found.per_second),
            short(found.per_cpu_second),
            short(found.per_fsync),
            found.open,
            found.late,
            found.fsync,
        ));
        rounds.push(found);
    }
    let spread = |figure: &dyn Fn(&Round) -> f64| Spread::of(rounds.iter().map(figure));
    let shown = |figure: &dyn Fn(&Round) -> f64| {
        spread(figure).map_or_else(String::new, |spread| spread.to_string())
    };
    let line = |what: &str, latency: &dyn Fn(&Round) -> Latency, rate: String| {
        vec![
            what.to_owned(),
            rate,
            shown(&|round| latency(round).p50_ms),
            shown(&|round| latency(round).p99_ms),
            shown(&|round| latency(round).max_ms),
        ]
    };
    let lines = vec![
        line(
            "closed loop",
            &|round| round.closed,
            shown(&|round| round.per_second),
        ),
        line("open loop", &|round| round.open, FIXED.to_string()),
        line(
            "sent later than meant",
            &|round| round.late,
            FIXED.to_string(),
        ),
        line("fdatasync", &|round| round.fsync, String::new()),
    ];
    let verdicts = [
        spread(&|r| r.open.p99_ms / r.fsync.p99_ms).map(|ratio| {
            Verdict::at_most("at 2,000/s: p99 / fdatasync p99", ratio, Some(3.0), None)
        }),
        spread(&|r| r.open.p50_ms / r.fsync.p50_ms).map(|ratio| {
            Verdict::at_most("at 2,000/s: p50 / fdatasync p50", ratio, None, Some(1.5))
        }),
        spread(&|r| r.per_second)
            .map(|rate| Verdict::at_least("acks/s, one core", rate, None, Some(10_000.0))),
        spread(&|r| r.per_fsync)
            .map(|per| Verdict::at_least("messages per fsync under load", per, None, Some(40.0))),
    ];
    Ok(Section {
        id: ROW.id,
        title: ROW.title,
        method: format!(
            "{} rounds of {} s each: {SENDERS} senders, each alone in a room. Closed loop: {WINDOW} of each always on \
             their way ({} acks per second of the server's CPU, which used {} of its core; {} writes per commit, by \
             `parlor_committed_jobs_total / parlor_commits_total`). Open loop: after a second of it, {FIXED} a second, timed from when each was meant to be \
             sent.",
            plan.rounds,
            time.as_secs(),
            shown(&|round| round.per_cpu_second),
            shown(&|round| round.server_share),
            shown(&|round| round.per_fsync),
        ),
        columns: vec!["what", "acks/s", "p50, ms", "p99, ms", "max, ms"],
        lines,
        verdicts: verdicts.into_iter().flatten().collect(),
    })
}

fn measure(plan: &Plan, time: Duration) -> Result<Round> {
    let disk_time = Duration::from_secs(1);
    let mut stage = alone_each(plan)?;
    let mut fsync = disk::fdatasync(&plan.launch.stores, disk_time)?;
    closed_loop(&mut stage, WARM_UP)?;
    let before = commits(&stage)?;
    let clock = stage.clock()?;
    let accepted = stage.swarm.tally.accepted;
    let closed = closed_loop(&mut stage, time)?;
    let spent = stage.since(&clock)?;
    let acks = to_f64(stage.swarm.tally.accepted - accepted);
    let after = commits(&stage)?;

    // What the closed loop has left to be moved into the file is not this load's.
    open_loop(&mut stage, WARM_UP)?;
    let (open, late) = open_loop(&mut stage, time)?;
    fsync.add(disk::fdatasync(&plan.launch.stores, disk_time)?)?;
    Ok(Round {
        per_cpu_second: acks / spent.cpu.total.as_secs_f64(),
        per_second: acks / spent.wall.as_secs_f64(),
        per_fsync: (after.0 - before.0) / (after.1 - before.1),
        server_share: spent.server_share(),
        closed: Latency::of(&closed),
        open: Latency::of(&open),
        late: Latency::of(&late),
        fsync: Latency::of(&fsync),
    })
}

/// Writes made durable, and the commits that it took.
fn commits(stage: &Stage) -> Result<(f64, f64)> {
    let mut metrics = Rest::connect(stage.server.address)?;
    let mut counter = |name| metrics.counter(name)?.context(name);
    Ok((
        counter("parlor_committed_jobs_total")?,
        counter("parlor_commits_total")?,
    ))
}

/// A durable Parlor whose people have a room each.
fn alone_each(plan: &Plan) -> Result<Stage> {
    let (mut stage, mut doors) = Stage::prepare_durable(&plan.launch, SENDERS, crowd::BCRYPT_COST)?;
    stage.swarm.rooms.clear();
    for (number, entry) in doors.entries.iter_mut().enumerate() {
        let token = entry.token.as_deref().context("nobody is logged in")?;
        let room =
            Rest::connect_as(stage.server.address, token)?.open_room(&format!("desk{number}"))?;
        stage.swarm.rooms.push(Room::new(room, number as u64));
        entry.ear = Ear::of(number);
    }
    stage.swarm.connect(doors.entries, AT_ONCE)?;
    stage.swarm.settle(QUIET)?;
    Ok(stage)
}

/// Keeps everybody's window full for so long, then lets it drain; how long each message took.
fn closed_loop(stage: &mut Stage, time: Duration) -> Result<Histogram<u64>> {
    let swarm = &mut stage.swarm;
    swarm.tally.ack_latency = Some(histogram()?);
    let began = Instant::now();
    while began.elapsed() < time {
        for sender in 0..SENDERS {
            let free = WINDOW - swarm.outstanding(sender);
            if free > 0 {
                swarm.publish(sender, free)?;
            }
        }
        swarm.turn_awake()?;
    }
    drain(stage)
}

/// Sends at the fixed rate for so long; how long each message took from when it was due, and how
/// late it was sent.
fn open_loop(stage: &mut Stage, time: Duration) -> Result<(Histogram<u64>, Histogram<u64>)> {
    let swarm = &mut stage.swarm;
    swarm.tally.ack_latency = Some(histogram()?);
    let mut late = histogram()?;
    let interval = Duration::from_secs(1) / FIXED;
    let (began, mut sent) = (Instant::now(), 0_u32);
    while interval * sent < time {
        let at = began + interval * sent;
        while Instant::now() < at {
            swarm.turn_awake()?;
        }
        late.saturating_record(micros(at.elapsed()).max(1));
        let intended_us = micros(at.duration_since(swarm.began));
        swarm.publish_as_of(sent as usize % SENDERS, 1, intended_us)?;
        sent += 1;
    }
    Ok((drain(stage)?, late))
}

/// Waits until each message was accepted and came back, and takes the times.
fn drain(stage: &mut Stage) -> Result<Histogram<u64>> {
    let swarm = &mut stage.swarm;
    let said: u64 = swarm.rooms.iter().map(|room| room.script.len()).sum();
    swarm.until(|tally| tally.accepted >= said && tally.deliveries >= said)?;
    let times = swarm.tally.ack_latency.take();
    times.context("no times were asked for")
}
