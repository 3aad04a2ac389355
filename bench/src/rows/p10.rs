//! P10: logins beside talk, at the cost that passwords really have.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;

use super::{League, Plan, Row, latency::Latency};
use crate::{
    cores, crowd,
    report::{Section, Verdict},
    rest::{PASSWORD, Rest},
    spread::{Spread, short},
    stage::{AT_ONCE, QUIET, Stage, to_f64},
    swarm::{micros, tally::histogram},
};

pub const ROW: Row = Row {
    id: "P10",
    title: "logins: their rate beside raw hashes, and what they do to a quiet room",
    league: League::Chat,
    run,
};

/// Parlor's default.
const COST: u32 = 12;

/// People in the quiet room.
const MEMBERS: usize = 20;

/// Logins on their way at once: always one that waits for a core.
const LOGINS_AT_ONCE: usize = 4;

/// A message so often.
const INTERVAL: Duration = Duration::from_millis(50);

/// At five hashes a second: enough of them.
const AT_LEAST: Duration = Duration::from_secs(15);

/// It takes minutes.
const MOST_ROUNDS: usize = 3;

struct Round {
    raw: f64,
    logins: f64,
    quiet: Latency,
    flooded: Latency,
}

fn run(plan: &Plan) -> Result<Section> {
    let time = plan.window.max(AT_LEAST);
    let mut rounds = Vec::new();
    for round in 0..plan.rounds.min(MOST_ROUNDS) {
        let found = measure(plan, time)?;
        crate::progress(&format!(
            "round {}: {} logins/s of {} hashes/s; deliveries {}; among logins {}",
            round + 1,
            short(found.logins),
            short(found.raw),
            found.quiet,
            found.flooded
        ));
        rounds.push(found);
    }
    let spread = |figure: &dyn Fn(&Round) -> f64| Spread::of(rounds.iter().map(figure));
    let shown = |figure: &dyn Fn(&Round) -> f64| {
        spread(figure).map_or_else(String::new, |spread| spread.to_string())
    };
    let verdicts = [
        spread(&|round| round.logins / round.raw)
            .map(|ratio| Verdict::at_least("logins / raw hashes", ratio, Some(0.85), Some(0.97))),
        spread(&|round| round.flooded.p99_ms / round.quiet.p99_ms).map(|ratio| {
            Verdict::at_most("delivery p99, flood / quiet", ratio, Some(3.0), Some(1.5))
        }),
    ];
    let line = |what: &str, rate: String, latency: &dyn Fn(&Round) -> Latency| {
        vec![
            what.to_owned(),
            rate,
            shown(&|round| latency(round).p50_ms),
            shown(&|round| latency(round).p99_ms),
        ]
    };
    Ok(Section {
        id: ROW.id,
        title: ROW.title,
        method: format!(
            "{} rounds of {} s. bcrypt at cost {COST}; raw: the same crate's `verify`, one after the other on the server's \
             core, before and after ({} /s). The server has that one core for hashes, deliveries and the disk alike, so this is the hardest form: \
             {LOGINS_AT_ONCE} logins always on their way; {MEMBERS} members hear {} messages a second.",
            rounds.len(),
            time.as_secs(),
            shown(&|round| round.raw),
            1_000 / INTERVAL.as_millis(),
        ),
        columns: vec!["", "logins/s", "delivery p50, ms", "delivery p99, ms"],
        lines: vec![
            line("quiet", "0".to_owned(), &|round| round.quiet),
            line("login flood", shown(&|round| round.logins), &|round| {
                round.flooded
            }),
        ],
        verdicts: verdicts.into_iter().flatten().collect(),
    })
}

fn measure(plan: &Plan, time: Duration) -> Result<Round> {
    let raw_before = raw_hashes(time / 5)?;
    let (mut stage, doors) = Stage::prepare_durable(&plan.launch, MEMBERS, COST)?;
    stage.swarm.connect(doors.entries, AT_ONCE)?;
    stage.swarm.settle(QUIET)?;
    let quiet = talk(&mut stage, time)?;
    let is_over = AtomicBool::new(false);
    let address = stage.server.address;
    let (flooded, logins) = thread::scope(|scope| {
        let is_over = &is_over;
        let flood: Vec<_> = (0..LOGINS_AT_ONCE)
            .map(|number| scope.spawn(move || log_in_until(address, is_over, number)))
            .collect();
        let flooded = talk(&mut stage, time);
        is_over.store(true, Ordering::Relaxed);
        let ends: Result<Vec<_>> = flood
            .into_iter()
            .map(|one| {
                one.join()
                    .unwrap_or_else(|_| anyhow::bail!("a thread broke off"))
            })
            .collect();
        anyhow::Ok((flooded?, ends?.concat()))
    })?;
    // Beside the logins in time, since the machine's mood changes; not with them on the core.
    drop(stage);
    let raw_after = raw_hashes(time / 5)?;
    Ok(Round {
        raw: f64::midpoint(raw_before, raw_after),
        logins: rate(logins).context("too few logins to tell their rate")?,
        quiet: Latency::of(&quiet),
        flooded: Latency::of(&flooded),
    })
}

/// Hashes per second of the crate itself, on the server's core.
fn raw_hashes(time: Duration) -> Result<f64> {
    cores::on(cores::SERVER, || {
        let hash = bcrypt::hash(PASSWORD, COST)?;
        let (began, mut count) = (Instant::now(), 0_u64);
        while began.elapsed() < time {
            anyhow::ensure!(bcrypt::verify(PASSWORD, &hash)?, "bcrypt is broken");
            count += 1;
        }
        Ok(to_f64(count) / began.elapsed().as_secs_f64())
    })
}

/// When each login was answered.
fn log_in_until(address: SocketAddr, is_over: &AtomicBool, number: usize) -> Result<Vec<Instant>> {
    let mut rest = Rest::connect(address)?;
    let mut ends = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        rest.log_in(&crowd::name(number))?;
        ends.push(Instant::now());
    }
    Ok(ends)
}

/// Answers per second, between the first and the last.
fn rate(mut ends: Vec<Instant>) -> Option<f64> {
    ends.sort_unstable();
    let (first, last) = (ends.first()?, ends.last()?);
    let intervals = to_f64(ends.len() as u64 - 1);
    (ends.len() > 2).then(|| intervals / last.duration_since(*first).as_secs_f64())
}

/// A message every so often; how long each delivery took from when its message was due.
fn talk(stage: &mut Stage, time: Duration) -> Result<Histogram<u64>> {
    let swarm = &mut stage.swarm;
    swarm.tally.latency = Some(histogram()?);
    let before = swarm.tally.deliveries;
    let (began, mut sent) = (Instant::now(), 0_u32);
    while INTERVAL * sent < time {
        let at = began + INTERVAL * sent;
        let now = Instant::now();
        // Asleep: the threads that log in need this core, too.
        swarm.idle(at.saturating_duration_since(now))?;
        let intended_us = micros(at.duration_since(swarm.began));
        swarm.publish_as_of(0, 1, intended_us)?;
        sent += 1;
    }
    let all = before + u64::from(sent) * MEMBERS as u64;
    swarm.until(|tally| tally.deliveries >= all)?;
    let latency = swarm.tally.latency.take();
    latency.context("no latency was asked for")
}
