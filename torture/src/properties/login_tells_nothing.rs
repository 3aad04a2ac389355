//! S8: neither what a login is answered nor how long that takes tells whether the name is known.
//!
//! Known and unknown names in pairs, in either order, one at a time, so that whatever else the machine
//! does falls on both alike; then by rank and not by size, which one slow answer would move.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{account::Account, ground::Ground, http, rank::Ranks, server::Server};

/// By their times one knows better than by chance which names are known.
const TOLD_APART: &str = "names told apart";
/// By what is answered.
const DIFFER: &str = "answers that differ";

/// How many deviations from chance are none of chance's: it goes so far once in 16,000 runs.
const BEYOND: f64 = 4.0;
const PEOPLE: usize = 8;

pub(super) async fn run(ground: &Ground) -> Result<()> {
    // The long form at the work factor that servers have.
    let (pairs, cost) = ground.pick((60, "8"), (200, "12"));
    for fault in [TOLD_APART, DIFFER] {
        ground.counts.expect_none(fault);
    }
    let mut rng = ground.rng();
    let mut launch = ground.launch();
    launch
        .env
        .push(("PARLOR_BCRYPT_COST".to_owned(), cost.to_owned()));
    let server = Server::start(launch).await?;
    Account::crowd(server.address, "person", PEOPLE).await?;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let mut answers: Option<Vec<u8>> = None;
    for _ in 0..pairs {
        let n = rng.usize(1..=PEOPLE);
        let is_known_first = rng.bool();
        for is_known in [is_known_first, !is_known_first] {
            // As long, and as far as the store must look.
            let username = format!("{}{n}", if is_known { "person" } else { "nobody" });
            let login = json!({ "username": username, "password": "not what it is" });
            let began = Instant::now();
            let answer = http::tell(server.address, "POST", "/api/v1/sessions", None, &login);
            let answer = answer.await?;
            let took = began.elapsed();
            ensure!(answer.status == 401, "answered {}", answer.status);
            let first = answers.get_or_insert_with(|| answer.body.clone());
            if *first != answer.body {
                let told = || String::from_utf8_lossy(&answer.body).into_owned();
                ground.counts.fault(DIFFER, told);
            }
            let times = if is_known { &mut known } else { &mut unknown };
            times.push(u64::try_from(took.as_micros())?);
        }
    }
    let ranks = Ranks::of(&known, &unknown);
    ground
        .counts
        .add("logins", known.len() as u64 + unknown.len() as u64);
    ground
        .counts
        .add("median with a known name, us", median(known));
    ground
        .counts
        .add("median with an unknown name, us", median(unknown));
    ground.counts.add(
        "known took longer than unknown, per mille of all pairs",
        ranks.per_mille(),
    );
    if ranks.deviations().abs() > BEYOND {
        let told = || format!("{:.1} deviations from chance", ranks.deviations());
        ground.counts.fault(TOLD_APART, told);
    }
    Ok(())
}

fn median(mut times: Vec<u64>) -> u64 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
