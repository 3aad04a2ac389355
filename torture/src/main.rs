//! `cargo xtask torture`: the properties, one after the other, and their counts.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command's output is its product"
)]

mod args;

use std::{process::ExitCode, sync::Arc, time::Instant};

use anyhow::Result;
use torture::{
    counts::{Counts, FAULTS, FIGURES},
    ground::{Ground, Scale, Setup},
    properties::Property,
};

use args::Task;

fn main() -> ExitCode {
    let (setup, properties) = match args::parse() {
        Ok(Task::Run(setup, properties)) => (setup, properties),
        Ok(Task::Help(help)) => {
            println!("{help}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("torture: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    match run(&setup, &properties) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("torture: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs them and prints what was counted; true when everything that must be zero is.
fn run(setup: &Setup, properties: &[&'static Property]) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let scale = match setup.scale {
        Scale::Short => "short",
        Scale::Long => "long",
    };
    println!("seed {}, {scale}, {:?}", setup.seed, setup.store);
    let mut all = Vec::new();
    let mut is_good = true;
    for property in properties {
        println!("{} {}", property.id, property.name);
        let ground = Ground::new(setup.clone(), property.id)?;
        let counts = Arc::clone(&ground.counts);
        let began = Instant::now();
        let end = runtime.block_on(property.run(&ground));
        for (name, count) in counts.all() {
            println!("  {name}: {count}");
        }
        for finding in counts.findings() {
            println!("  ! {finding}");
        }
        let is_done = end.is_ok();
        if let Err(error) = end {
            println!("  ! broke off: {error:#}");
        }
        println!("  took {:.1} s", began.elapsed().as_secs_f64());
        if !is_done || !counts.is_clean() {
            is_good = false;
            println!("  kept: {}", ground.keep().display());
        }
        all.push(counts);
    }
    let of_all = |name: &str| {
        all.iter()
            .map(|counts: &Arc<Counts>| counts.of(name))
            .sum::<u64>()
    };
    let totals = FIGURES.iter().chain(&FAULTS);
    let totals: Vec<_> = totals
        .map(|name| format!("{name}: {}", of_all(name)))
        .collect();
    println!("seed {}", setup.seed);
    println!("{}", totals.join(", "));
    Ok(is_good)
}
