//! The generator, proven: is it the server that is measured?

use std::time::{Duration, Instant};

use anyhow::Result;

use super::{League, Plan, Row};
use crate::{
    report::{Section, Verdict},
    spread::Spread,
    stage::Stage,
    subject::Subject,
};

pub const ROW: Row = Row {
    id: "prove",
    title: "the generator, driving the bare peer to its limit",
    league: League::Transport,
    run,
};

const MEMBERS: usize = 500;

/// Messages on their way at once: the next one waits at the server before the last is through.
const IN_FLIGHT: u64 = 4;

const WARM_UP: Duration = Duration::from_millis(700);

fn run(plan: &Plan) -> Result<Section> {
    let mut all = Vec::new();
    for _ in 0..plan.rounds {
        let mut stage = Stage::open(&plan.launch, Subject::BareOneByOne, MEMBERS)?;
        drive(&mut stage, WARM_UP)?;
        let clock = stage.clock()?;
        drive(&mut stage, plan.window)?;
        all.push(stage.since(&clock)?);
    }
    let spread = |figure: &dyn Fn(&crate::stage::Spent) -> f64| Spread::of(all.iter().map(figure));
    let server = spread(&|spent| spent.server_share() * 100.0);
    let generator = spread(&|spent| spent.generator_share() * 100.0);
    let rate = spread(&|spent| spent.per_cpu_second());
    let shown =
        |spread: Option<Spread>| spread.map_or_else(String::new, |spread| spread.to_string());
    let verdicts = [
        server.map(|share| Verdict::at_least("server's core, %", share, Some(95.0), None)),
        generator.map(|share| Verdict::at_most("generator's core, %", share, None, Some(80.0))),
    ];
    Ok(Section {
        id: ROW.id,
        title: ROW.title,
        method: format!(
            "{} rounds of {} s: {IN_FLIGHT} messages on their way at once to {MEMBERS} sockets, one send per socket and \
             message. A receive costs about as much as a send, so where the generator is busier than 80 % its core is \
             nearly the bottleneck in *wall* time; deliveries per second of the server's CPU stay valid, and nothing \
             else is reported from these rows.",
            plan.rounds,
            plan.window.as_secs_f64()
        ),
        columns: vec![
            "server",
            "deliveries / CPU s",
            "server's core",
            "generator busy",
            "lost",
        ],
        lines: vec![vec![
            Subject::BareOneByOne.to_string(),
            shown(rate),
            shown(server) + " %",
            shown(generator) + " %",
            "0".to_owned(),
        ]],
        verdicts: verdicts.into_iter().flatten().collect(),
    })
}

fn drive(stage: &mut Stage, time: Duration) -> Result<()> {
    let swarm = &mut stage.swarm;
    let first = swarm.tally.deliveries;
    let mut sent = 0;
    let began = Instant::now();
    while began.elapsed() < time {
        let through = (swarm.tally.deliveries - first) / MEMBERS as u64;
        if sent - through < IN_FLIGHT {
            swarm.publish(0, 1)?;
            sent += 1;
        }
        swarm.turn_awake()?;
    }
    let all = first + sent * MEMBERS as u64;
    swarm.until(|tally| tally.deliveries >= all)
}
