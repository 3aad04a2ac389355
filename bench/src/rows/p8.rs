//! P8: a page of a room with a million messages, at its newest end and far from it.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use hdrhistogram::Histogram;
use serde_json::Value;

use super::{League, Plan, Row, latency::Latency};
use crate::{
    million::{MESSAGES, Million},
    report::{Section, Verdict},
    rest::Rest,
    spread::Spread,
    swarm::{micros, tally::histogram},
};

pub const ROW: Row = Row {
    id: "P8",
    title: "history: a page of 50 of a million-message room",
    league: League::Chat,
    run,
};

const PAGE: u64 = 50;

/// Pages of each kind in a round.
const PAGES: usize = 1_000;

/// How far below the newest message the deep pages begin.
const DEPTH: u64 = 900_000;

/// Pages begin anywhere in so many messages: not one page that is warm.
const AROUND: u64 = 20_000;

struct Round {
    newest: Latency,
    deep: Latency,
}

fn run(plan: &Plan) -> Result<Section> {
    let million = Million::prepare(&plan.launch)?;
    let server = million.serve(&plan.launch)?;
    let token = Million::log_in(&server)?;
    let mut rest = Rest::connect_as(server.address, &token)?;
    let lobby = rest.lobby()?;
    let path = format!("/api/v1/rooms/{lobby}/messages?limit={PAGE}");
    let (mut rng, mut rounds) = (fastrand::Rng::with_seed(8), Vec::new());
    let (mut all_newest, mut all_deep) = (histogram()?, histogram()?);
    for round in 0..plan.rounds {
        let (mut newest, mut deep) = (histogram()?, histogram()?);
        // In turn, so that neither has the warmer caches.
        for _ in 0..PAGES {
            let back = rng.u64(..AROUND);
            read(&mut rest, &path, MESSAGES + 1 - back, &mut newest)?;
            read(&mut rest, &path, MESSAGES + 1 - DEPTH - back, &mut deep)?;
        }
        all_newest.add(&newest)?;
        all_deep.add(&deep)?;
        let (newest, deep) = (Latency::of(&newest), Latency::of(&deep));
        crate::progress(&format!(
            "round {}: newest {newest}; deep {deep}",
            round + 1
        ));
        rounds.push(Round { newest, deep });
    }
    let spread = |figure: &dyn Fn(&Round) -> f64| Spread::of(rounds.iter().map(figure));
    let verdicts = [
        spread(&|round| round.newest.p99_ms)
            .map(|ms| Verdict::at_most("newest end: p99, ms", ms, Some(10.0), Some(3.0))),
        spread(&|round| round.deep.p99_ms)
            .map(|ms| Verdict::at_most("900,000 deep: p99, ms", ms, Some(10.0), Some(3.0))),
        spread(&|round| round.deep.p50_ms / round.newest.p50_ms)
            .map(|ratio| Verdict::at_most("900,000 deep / newest, p50", ratio, None, Some(1.1))),
    ];
    Ok(Section {
        id: ROW.id,
        title: ROW.title,
        method: format!(
            "{} rounds of {PAGES} pages each over REST, one after the other on one connection, each beginning at another of {AROUND} \
             messages; a page counts when it has the {PAGE} messages it must have.",
            plan.rounds
        ),
        columns: Latency::columns("where"),
        lines: vec![
            Latency::of(&all_newest).line("newest end"),
            Latency::of(&all_deep).line("900,000 deep"),
        ],
        verdicts: verdicts.into_iter().flatten().collect(),
    })
}

/// Reads the page below that `seq` and checks it once the clock has stopped.
fn read(rest: &mut Rest, path: &str, before: u64, times: &mut Histogram<u64>) -> Result<()> {
    let path = format!("{path}&before={before}");
    let began = Instant::now();
    let bytes = rest.bytes("GET", &path, None)?;
    times.saturating_record(micros(began.elapsed()));
    let page: Value = serde_json::from_slice(&bytes)?;
    let messages = page["messages"].as_array().context("no messages")?;
    let seqs = messages.iter().map(|message| message["seq"].as_u64());
    ensure!(
        seqs.eq((before - PAGE..before).map(Some)),
        "not the page before {before}"
    );
    Ok(())
}
