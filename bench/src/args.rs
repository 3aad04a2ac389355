//! The command line.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use lexopt::prelude::*;

use crate::{
    bare::Gather,
    rows::{ALL, Row},
};

const HELP: &str = "\
Measures what Parlor costs, beside its peers, and writes bench/RESULTS.md when the whole table ran.

Usage: cargo xtask bench [OPTIONS] [ROW…]

  ROW is prove, P1, P2, …; none means the whole table.

  --rounds N       times that everything is measured [default: 5]
  --window S       seconds of each measurement [default: 3]
  --workers N      Parlor's worker threads [default: 1, for the one core it has]
  --sockets N      idle sockets in P3 and P12 [default: 10000, or what the limit of open files allows]
  --no-peers       Parlor and the bare peer only: nothing is installed
  --server PATH    this `parlor` instead of a new build
  --out FILE       write the results there; without it only the whole table is written";

/// What was asked for.
pub enum Task {
    Help(&'static str),
    /// The bare peer, for so long.
    ServeBare(Duration, Gather),
    Measure(Measure),
}

/// A run.
pub struct Measure {
    pub server: PathBuf,
    pub peers: Option<PathBuf>,
    pub rounds: usize,
    pub window: Duration,
    pub workers: u16,
    pub sockets: usize,
    pub rows: Vec<&'static Row>,
    /// Whether nothing was left out.
    pub is_whole: bool,
    pub out: Option<PathBuf>,
}

impl Measure {
    /// Where the results go: the whole table into its place, a part of it where that is asked for.
    pub fn results(&self) -> Option<PathBuf> {
        let own_place = concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS.md");
        let whole = self.is_whole.then(|| PathBuf::from(own_place));
        self.out.clone().or(whole)
    }
}

/// Reads this process's arguments. xtask sets `PARLOR_BIN` and `BENCH_PEERS` to what it built and
/// installed.
pub fn parse() -> Result<Task> {
    let mut parser = lexopt::Parser::from_env();
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    let (mut server, mut peers) = (variable("PARLOR_BIN"), variable("BENCH_PEERS"));
    let (mut rounds, mut window, mut workers, mut sockets) = (5, 3.0, 1, 10_000);
    let mut out = None;
    let mut rows: Vec<&'static Row> = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Task::Help(HELP)),
            Long("rounds") => rounds = parser.value()?.parse()?,
            Long("window") => window = parser.value()?.parse()?,
            Long("workers") => workers = parser.value()?.parse()?,
            Long("sockets") => sockets = parser.value()?.parse()?,
            Long("no-peers") => peers = None,
            Long("server") => server = Some(parser.value()?.into()),
            Long("out") => out = Some(parser.value()?.into()),
            Value(word) if word == "serve-bare" => return serve_bare(&mut parser),
            Value(name) => rows.push(row(&name.string()?)?),
            unexpected => return Err(unexpected.unexpected().into()),
        }
    }
    ensure!(rounds > 0, "--rounds must be at least 1");
    ensure!(sockets > 0, "--sockets must be at least 1");
    ensure!(workers > 0, "--workers must be at least 1");
    ensure!(
        (0.2..=60.0).contains(&window),
        "--window must be 0.2 to 60 seconds, not {window}"
    );
    let server = server
        .context("no server to measure: use `cargo xtask bench`, or name one by --server PATH")?;
    ensure!(
        server.is_file(),
        "there is no server at {}",
        server.display()
    );
    let is_whole = rows.is_empty() && peers.is_some();
    if rows.is_empty() {
        rows = ALL.iter().collect();
    }
    Ok(Task::Measure(Measure {
        server,
        peers,
        rounds,
        window: Duration::from_secs_f64(window),
        workers,
        sockets,
        rows,
        is_whole,
        out,
    }))
}

fn row(name: &str) -> Result<&'static Row> {
    let row = ALL.iter().find(|row| row.id.eq_ignore_ascii_case(name));
    row.with_context(|| {
        let all: Vec<_> = ALL.iter().map(|row| row.id).collect();
        format!("there is no row `{name}`; there are {}", all.join(", "))
    })
}

fn serve_bare(parser: &mut lexopt::Parser) -> Result<Task> {
    let seconds: u64 = parser.value()?.parse()?;
    let gather = match parser.value()?.string()?.as_str() {
        "burst" => Gather::Burst,
        "never" => Gather::Never,
        other => bail!("gather is burst or never, not {other}"),
    };
    Ok(Task::ServeBare(Duration::from_secs(seconds), gather))
}
