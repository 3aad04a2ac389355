//! P12: what idle sockets cost.

use std::time::Duration;

use anyhow::Result;

use super::{League, Plan, Row};
use crate::{
    report::{Section, Verdict},
    rounds::Rounds,
    spread::short,
    stage::{AT_ONCE, QUIET, Stage, to_f64},
    subject::Subject,
};

pub const ROW: Row = Row {
    id: "P12",
    title: "idle sockets with heartbeats",
    league: League::Transport,
    run,
};

/// Two heartbeats of Parlor and of Socket.IO (25 s each), and some.
const TIME: Duration = Duration::from_mins(1);

const SUBJECTS: [Subject; 5] = [
    Subject::Bare,
    Subject::Parlor,
    Subject::UWebSockets,
    Subject::WsSend,
    Subject::SocketIo,
];

struct Sample {
    percent: f64,
    user_percent: f64,
    pings: u64,
}

fn run(plan: &Plan) -> Result<Section> {
    let sockets = plan.sockets;
    let mut rounds = Rounds::default();
    for subject in plan.order(0, &SUBJECTS) {
        let (mut stage, doors) = Stage::prepare(&plan.launch, subject, sockets)?;
        stage.swarm.connect(doors.entries, AT_ONCE)?;
        stage.swarm.settle(QUIET)?;
        let pings = stage.swarm.tally.pings;
        let clock = stage.clock()?;
        stage.swarm.idle(TIME)?;
        let spent = stage.since(&clock)?;
        let sample = Sample {
            percent: spent.server_share() * 100.0,
            user_percent: spent.cpu.user.as_secs_f64() * 100.0 / spent.wall.as_secs_f64(),
            pings: stage.swarm.tally.pings - pings,
        };
        crate::progress(&format!(
            "{subject}: {} % of a core, {} pings",
            short(sample.percent),
            sample.pings
        ));
        rounds.add(0, subject, sample);
    }
    let lines = rounds
        .subjects()
        .map(|subject| {
            let figure = |figure: &dyn Fn(&Sample) -> f64| {
                let spread = rounds.spread(subject, figure);
                spread.map_or_else(String::new, |spread| short(spread.median))
            };
            vec![
                subject.to_string(),
                figure(&|sample| sample.percent),
                figure(&|sample| sample.user_percent),
                figure(&|sample| to_f64(sample.pings)),
            ]
        })
        .collect();
    let parlor = rounds.spread(Subject::Parlor, |sample| sample.percent);
    let verdict = parlor.map(|share| Verdict::at_most("% of a core", share, Some(2.0), Some(0.3)));
    Ok(Section {
        id: ROW.id,
        title: ROW.title,
        method: format!(
            "{sockets} sockets that only answer pings, {} s, once. Parlor pings each every 25 s and so does Socket.IO (in \
             Engine.IO's own packets, not counted here); uWebSockets pings after 120 s of silence; ws and bare never.",
            TIME.as_secs()
        ),
        columns: vec![
            "server",
            "% of a core",
            "of that in user mode",
            "WebSocket pings",
        ],
        lines,
        verdicts: verdict.into_iter().collect(),
    })
}
