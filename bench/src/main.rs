//! `cargo xtask bench`: what Parlor costs, beside its peers, measured and never estimated.
#![expect(clippy::print_stderr, reason = "a command's output is its product")]

mod args;
mod bare;
mod cores;
mod crowd;
mod disk;
mod machine;
mod million;
mod process;
mod report;
mod rest;
mod results;
mod rounds;
mod rows;
mod script;
mod spread;
mod stage;
mod subject;
mod swarm;
mod ws;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context, Result};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use args::{Measure, Task};
use report::Section;
use rows::Plan;
use subject::Launch;

/// Files that a process needs beside its sockets.
const OTHER_FILES: u64 = 200;

fn main() -> ExitCode {
    let done = args::parse().and_then(|task| match task {
        Task::Help(help) => say(help).map(|()| true),
        Task::ServeBare(lives, gather) => bare::serve(lives, gather).map(|()| true),
        Task::Measure(measure) => run(&measure),
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Measures; false when something that must hold to ship does not.
fn run(measure: &Measure) -> Result<bool> {
    cores::check()?;
    cores::stay_on(cores::GENERATOR)?;
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    let plan = Plan {
        launch: Launch {
            parlor: measure.server.clone(),
            workers: measure.workers,
            stores: stores()?,
            peers: measure.peers.clone(),
        },
        rounds: measure.rounds,
        window: measure.window,
        sockets: measure
            .sockets
            .min(usize::try_from(most.saturating_sub(OTHER_FILES))?),
    };
    let mut sections: Vec<Section> = Vec::new();
    for row in &measure.rows {
        progress(&format!("{}: {}", row.id, row.title));
        let began = Instant::now();
        let section = (row.run)(&plan).with_context(|| row.id.to_owned())?;
        say(&section.to_markdown())?;
        progress(&format!("took {:.0} s", began.elapsed().as_secs_f64()));
        sections.push(section);
    }
    if let Some(path) = measure.results() {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let document = results::document(&plan.launch, &arguments, &sections);
        fs::write(&path, document).with_context(|| format!("cannot write {}", path.display()))?;
        progress(&format!("written: {}", path.display()));
    }
    Ok(sections
        .iter()
        .flat_map(|section| &section.verdicts)
        .all(report::Verdict::ships))
}

/// The directory for stores: beside the release directory this program was built into.
fn stores() -> Result<PathBuf> {
    let program = std::env::current_exe().context("who am I?")?;
    let target = program.parent().and_then(Path::parent);
    let stores = target.context("no target directory")?.join("bench-stores");
    fs::create_dir_all(&stores).with_context(|| format!("cannot make {}", stores.display()))?;
    Ok(stores)
}

/// A line of the product, on standard output.
fn say(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// A line for whoever waits.
fn progress(text: &str) {
    eprintln!("{text}");
}
