//! P1: one message in flight to a room of 500.

use anyhow::Result;

use super::{League, Plan, Row, fan_out};
use crate::{
    report::{Section, Verdict},
    subject::Subject,
};

pub const ROW: Row = Row {
    id: "P1",
    title: "fan-out: one room, 500 members, 200 B, one message in flight",
    league: League::Transport,
    run,
};

const SUBJECTS: [Subject; 6] = [
    Subject::Bare,
    Subject::Parlor,
    Subject::UWebSockets,
    Subject::WsPrebuilt,
    Subject::WsSend,
    Subject::SocketIo,
];

fn run(plan: &Plan) -> Result<Section> {
    let rounds = fan_out::measure(plan, &SUBJECTS, 1)?;
    let ratio = |to| rounds.ratio(Subject::Parlor, to, fan_out::rate);
    let user = rounds.spread(Subject::Parlor, |sample| sample.spent.user_us());
    let verdicts = [
        ratio(Subject::Bare)
            .map(|ratio| Verdict::at_least("/ bare", ratio, Some(0.78), Some(0.93))),
        user.map(|user| Verdict::at_most("user µs / delivery", user, Some(0.8), Some(0.2))),
        ratio(Subject::SocketIo)
            .map(|ratio| Verdict::at_least("/ Socket.IO", ratio, Some(1.15), Some(1.4))),
        ratio(Subject::UWebSockets)
            .map(|ratio| Verdict::at_least("/ uWebSockets", ratio, None, Some(1.0))),
    ];
    Ok(Section {
        id: ROW.id,
        title: ROW.title,
        method: format!(
            "{} rounds of {} s each; the sender is a member; 500 people in Parlor's lobby.",
            plan.rounds,
            plan.window.as_secs_f64()
        ),
        columns: fan_out::COLUMNS.to_vec(),
        lines: fan_out::lines(&rounds),
        verdicts: verdicts.into_iter().flatten().collect(),
    })
}
