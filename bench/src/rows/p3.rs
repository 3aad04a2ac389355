//! P3: memory per idle socket, and what a burst leaves behind.

use std::time::Duration;

use anyhow::Result;

use super::{League, Plan, Row, p2::BURST};
use crate::{
    report::{Section, Verdict},
    rounds::Rounds,
    spread::{Spread, short},
    stage::{AT_ONCE, QUIET, Stage},
    subject::Subject,
};

pub const ROW: Row = Row {
    id: "P3",
    title: "user-space memory per idle logged-in socket",
    league: League::Transport,
    run,
};

/// How long nothing happens before memory is looked at.
const IDLE: Duration = Duration::from_secs(10);

/// Memory does not vary from run to run as time does.
const MOST_ROUNDS: usize = 2;

const SUBJECTS: [Subject; 5] = [
    Subject::Bare,
    Subject::Parlor,
    Subject::UWebSockets,
    Subject::WsSend,
    Subject::SocketIo,
];

/// In KiB.
struct Sample {
    before: f64,
    per_idle: f64,
    per_after_burst: f64,
}

fn run(plan: &Plan) -> Result<Section> {
    let sockets = plan.sockets;
    let mut rounds = Rounds::default();
    for round in 0..plan.rounds.min(MOST_ROUNDS) {
        for subject in plan.order(round, &SUBJECTS) {
            let sample = weigh(plan, subject, sockets)?;
            crate::progress(&format!(
                "round {} {subject}: {} KiB per idle socket, {} after a burst, {} KiB before",
                round + 1,
                short(sample.per_idle),
                short(sample.per_after_burst),
                short(sample.before),
            ));
            rounds.add(round, subject, sample);
        }
    }
    Ok(section(&rounds, sockets))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "KiB of one process, and thousands of sockets"
)]
fn weigh(plan: &Plan, subject: Subject, sockets: usize) -> Result<Sample> {
    let (mut stage, doors) = Stage::prepare_fresh(&plan.launch, subject, sockets)?;
    stage.swarm.idle(Duration::from_secs(1))?;
    let before = stage.server.pss_kib()?;
    stage.swarm.connect(doors.entries, AT_ONCE)?;
    stage.swarm.settle(QUIET)?;
    stage.swarm.idle(IDLE)?;
    let idle = stage.server.pss_kib()?;
    let all = stage.swarm.tally.deliveries + (BURST * sockets) as u64;
    stage.swarm.publish(0, BURST)?;
    stage.swarm.until(|tally| tally.deliveries >= all)?;
    stage.swarm.idle(IDLE)?;
    let after = stage.server.pss_kib()?;
    let per_socket = |kib: u64| (kib as f64 - before as f64) / sockets as f64;
    Ok(Sample {
        before: before as f64,
        per_idle: per_socket(idle),
        per_after_burst: per_socket(after),
    })
}

fn section(rounds: &Rounds<Sample>, sockets: usize) -> Section {
    let spread = |subject, figure: &dyn Fn(&Sample) -> f64| {
        let spread: Option<Spread> = rounds.spread(subject, figure);
        spread.map_or_else(String::new, |spread| spread.to_string())
    };
    let lines = rounds
        .subjects()
        .map(|subject| {
            vec![
                subject.to_string(),
                spread(subject, &|sample| sample.before),
                spread(subject, &|sample| sample.per_idle),
                spread(subject, &|sample| sample.per_after_burst),
            ]
        })
        .collect();
    let parlor = |figure: &dyn Fn(&Sample) -> f64| rounds.spread(Subject::Parlor, figure);
    let verdicts = [
        parlor(&|sample| sample.per_idle)
            .map(|kib| Verdict::at_most("KiB / idle socket", kib, Some(16.0), Some(12.0))),
        parlor(&|sample| sample.per_after_burst)
            .map(|kib| Verdict::at_most("KiB / socket after a burst", kib, Some(32.0), Some(14.0))),
    ];
    Section {
        id: ROW.id,
        title: ROW.title,
        method: format!(
            "Proportional set size by `smaps_rollup` before {sockets} sockets and after they have been idle for {} s; \
             then {BURST} messages at once to all of them, and {} s of rest again. Parlor's are as many people in one \
             lobby, registered in an earlier life of the server, so that what registering leaves in its heap is not \
             handed to the sockets. The kernel's own memory per socket is not in it.",
            IDLE.as_secs(),
            IDLE.as_secs()
        ),
        columns: vec![
            "server",
            "KiB before",
            "KiB / idle socket",
            "KiB / socket after a burst",
        ],
        lines,
        verdicts: verdicts.into_iter().flatten().collect(),
    }
}
