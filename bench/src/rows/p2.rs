//! P2: 64 messages that wait already, published in one write.

use anyhow::Result;

use super::{League, Plan, Row, fan_out};
use crate::{
    report::{Section, Verdict},
    subject::Subject,
};

pub const ROW: Row = Row {
    id: "P2",
    title: "burst fan-out: one room, 500 members, 200 B, 64 messages waiting",
    league: League::Transport,
    run,
};

/// Messages that the sender's one write holds.
pub const BURST: usize = 64;

const SUBJECTS: [Subject; 6] = [
    Subject::Bare,
    Subject::Parlor,
    Subject::UWebSockets,
    Subject::WsPrebuilt,
    Subject::WsSend,
    Subject::SocketIo,
];

fn run(plan: &Plan) -> Result<Section> {
    let rounds = fan_out::measure(plan, &SUBJECTS, BURST)?;
    let rate = rounds.spread(Subject::Parlor, fan_out::rate);
    let ratio = rounds.ratio(Subject::Parlor, Subject::SocketIo, fan_out::rate);
    let verdicts = [
        rate.map(|rate| Verdict::at_least("deliveries / CPU s", rate, Some(3e6), Some(8e6))),
        ratio.map(|ratio| Verdict::at_least("/ Socket.IO", ratio, Some(15.0), Some(50.0))),
    ];
    Ok(Section {
        id: ROW.id,
        title: ROW.title,
        method: format!(
            "{} rounds of {} s each; the next burst is sent when everybody has the last one whole. Its goal \"latency \
             at low load unchanged\" is P1's column *send → last delivery*.",
            plan.rounds,
            plan.window.as_secs_f64()
        ),
        columns: fan_out::COLUMNS.to_vec(),
        lines: fan_out::lines(&rounds),
        verdicts: verdicts.into_iter().flatten().collect(),
    })
}
