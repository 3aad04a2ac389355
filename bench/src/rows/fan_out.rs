//! What P1 and P2 share: one sender, one room, everybody hears everything.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::Plan;
use crate::{
    rounds::Rounds,
    spread::short,
    stage::{Spent, Stage, to_f64},
    subject::Subject,
};

/// Members of the room, the sender among them.
pub const MEMBERS: usize = 500;

/// Until caches and branch predictors know the way.
const WARM_UP: Duration = Duration::from_millis(700);

pub const COLUMNS: [&str; 10] = [
    "server",
    "deliveries / CPU s",
    "/ bare",
    "/ Socket.IO",
    "user µs / delivery",
    "bytes / delivery",
    "send → last delivery, median µs",
    "server's core",
    "generator busy",
    "lost",
];

/// One window.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub spent: Spent,
    /// From a send to its last delivery, the median, in µs.
    pub round_trip_us: u64,
}

/// Measures all subjects, so many messages waiting each time.
pub fn measure(plan: &Plan, subjects: &[Subject], burst: usize) -> Result<Rounds<Sample>> {
    let mut rounds = Rounds::default();
    for round in 0..plan.rounds {
        for subject in plan.order(round, subjects) {
            let sample = window(plan, subject, burst)?;
            let spent = &sample.spent;
            crate::progress(&format!(
                "round {} {subject}: {} deliveries / CPU s, {} user µs, {} other frames",
                round + 1,
                short(spent.per_cpu_second()),
                short(spent.user_us()),
                spent.others,
            ));
            rounds.add(round, subject, sample);
        }
    }
    Ok(rounds)
}

fn window(plan: &Plan, subject: Subject, burst: usize) -> Result<Sample> {
    let mut stage = Stage::open(&plan.launch, subject, MEMBERS)?;
    run(&mut stage, burst, WARM_UP)?;
    let clock = stage.clock()?;
    let round_trip_us = run(&mut stage, burst, plan.window)?;
    let spent = stage.since(&clock)?;
    Ok(Sample {
        spent,
        round_trip_us,
    })
}

/// Sends, waits until everybody has it, sends again; the median of how long that took.
fn run(stage: &mut Stage, burst: usize, time: Duration) -> Result<u64> {
    let swarm = &mut stage.swarm;
    let mut trips = crate::swarm::tally::histogram()?;
    let began = Instant::now();
    while began.elapsed() < time {
        let sent = Instant::now();
        swarm.publish(0, burst)?;
        let all = swarm.tally.deliveries + (burst * MEMBERS) as u64;
        swarm.until(|tally| tally.deliveries >= all)?;
        trips.saturating_record(crate::swarm::micros(sent.elapsed()));
    }
    Ok(trips.value_at_quantile(0.5))
}

/// A line for each subject.
pub fn lines(rounds: &Rounds<Sample>) -> Vec<Vec<String>> {
    let spread = |subject, figure: &dyn Fn(&Sample) -> f64| {
        let spread = rounds.spread(subject, figure);
        spread.map_or_else(String::new, |spread| spread.to_string())
    };
    let ratio = |subject, to| {
        let ratio = rounds.ratio(subject, to, rate);
        ratio.map_or_else(String::new, |spread| spread.to_string())
    };
    let percent = |share: f64| share * 100.0;
    rounds
        .subjects()
        .map(|subject| {
            vec![
                subject.to_string(),
                spread(subject, &rate),
                ratio(subject, Subject::Bare),
                ratio(subject, Subject::SocketIo),
                spread(subject, &|sample| sample.spent.user_us()),
                spread(subject, &|sample| {
                    to_f64(sample.spent.bytes) / to_f64(sample.spent.deliveries)
                }),
                spread(subject, &|sample| to_f64(sample.round_trip_us)),
                spread(subject, &|sample| percent(sample.spent.server_share())) + " %",
                spread(subject, &|sample| percent(sample.spent.generator_share())) + " %",
                "0".to_owned(),
            ]
        })
        .collect()
}

/// What is compared.
pub fn rate(sample: &Sample) -> f64 {
    sample.spent.per_cpu_second()
}
