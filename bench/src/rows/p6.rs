//! P6: connects, from TCP to `ready`.

use anyhow::Result;

use super::{League, Plan, Row};
use crate::{
    report::{Section, Verdict},
    rounds::Rounds,
    spread::{Spread, short},
    stage::{AT_ONCE, QUIET, Spent, Stage, to_f64},
    subject::Subject,
};

pub const ROW: Row = Row {
    id: "P6",
    title: "connects per server CPU-second: TCP, upgrade, authenticate, ready",
    league: League::Transport,
    run,
};

/// Clients, each another person in Parlor, all in one room.
const CLIENTS: u32 = 2_000;

const SUBJECTS: [Subject; 5] = [
    Subject::Bare,
    Subject::Parlor,
    Subject::UWebSockets,
    Subject::WsSend,
    Subject::SocketIo,
];

struct Sample {
    /// Until the last client was in.
    until_in: Spent,
    /// Until everybody had been told who came, too.
    until_told: Spent,
}

impl Sample {
    fn rate(&self) -> f64 {
        f64::from(CLIENTS) / self.until_in.cpu.total.as_secs_f64()
    }

    fn rate_with_presence(&self) -> f64 {
        f64::from(CLIENTS) / self.until_told.cpu.total.as_secs_f64()
    }
}

fn run(plan: &Plan) -> Result<Section> {
    let mut rounds = Rounds::default();
    for round in 0..plan.rounds {
        for subject in plan.order(round, &SUBJECTS) {
            let sample = connect(plan, subject)?;
            crate::progress(&format!(
                "round {} {subject}: {} connects / CPU s, {} with presence",
                round + 1,
                short(sample.rate()),
                short(sample.rate_with_presence()),
            ));
            rounds.add(round, subject, sample);
        }
    }
    Ok(section(plan, &rounds))
}

fn connect(plan: &Plan, subject: Subject) -> Result<Sample> {
    let (mut stage, doors) = Stage::prepare(&plan.launch, subject, CLIENTS as usize)?;
    let clock = stage.clock()?;
    stage.swarm.connect(doors.entries, AT_ONCE)?;
    let until_in = stage.since(&clock)?;
    stage.swarm.settle(QUIET)?;
    let until_told = stage.since(&clock)?;
    Ok(Sample {
        until_in,
        until_told,
    })
}

fn section(plan: &Plan, rounds: &Rounds<Sample>) -> Section {
    let shown = |spread: Option<Spread>| spread.map_or_else(String::new, |s| s.to_string());
    let spread = |subject, figure: &dyn Fn(&Sample) -> f64| shown(rounds.spread(subject, figure));
    let lines = rounds
        .subjects()
        .map(|subject| {
            vec![
                subject.to_string(),
                spread(subject, &Sample::rate),
                shown(rounds.ratio(subject, Subject::SocketIo, Sample::rate)),
                spread(subject, &|s| {
                    s.until_in.cpu.user.as_secs_f64() * 1e6 / f64::from(CLIENTS)
                }),
                spread(subject, &Sample::rate_with_presence),
                spread(subject, &|s| to_f64(s.until_told.others)),
                spread(subject, &|s| {
                    f64::from(CLIENTS) / s.until_in.wall.as_secs_f64()
                }),
                spread(subject, &|s| s.until_in.generator_share() * 100.0) + " %",
            ]
        })
        .collect();
    let verdicts = [
        rounds
            .spread(Subject::Parlor, Sample::rate)
            .map(|rate| Verdict::at_least("connects / CPU s", rate, Some(4_000.0), Some(10_000.0))),
        rounds
            .ratio(Subject::Parlor, Subject::SocketIo, Sample::rate)
            .map(|ratio| Verdict::at_least("/ Socket.IO", ratio, None, Some(8.0))),
    ];
    Section {
        id: ROW.id,
        title: ROW.title,
        method: format!(
            "{} rounds of {CLIENTS} clients, {AT_ONCE} on their way at once. Parlor's are as many people with a \
             bearer token each, in one lobby; the peers ask nobody who they are. *With presence*: until everybody had \
             been told who came, which only Parlor does.",
            plan.rounds
        ),
        columns: vec![
            "server",
            "connects / CPU s",
            "/ Socket.IO",
            "user µs / connect",
            "with presence",
            "presence frames",
            "connects / s",
            "generator busy",
        ],
        lines,
        verdicts: verdicts.into_iter().flatten().collect(),
    }
}
