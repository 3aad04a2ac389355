//! Schemathesis: asks a real server what its document allows, and what it does not, and holds every
//! answer against the document.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::command::Command;
use crate::parlor::Parlor;
use crate::workspace::Workspace;

const REQUIREMENTS: &str = "xtask/schemathesis/requirements.txt";
const HOME: &str = "xtask/schemathesis";

/// How much is asked.
struct Extent {
    /// Random cases of each route, beside those that cover every rule of its schemas once.
    per_route: u32,
    /// Fewer than that in all, and the run counts as failed: something was left out.
    at_least: u64,
    /// Of which the same cases follow.
    seed: &'static str,
}

const SHORT: Extent = Extent {
    per_route: 5,
    at_least: 1_000,
    seed: "1",
};
const LONG: Extent = Extent {
    per_route: 400,
    at_least: 10_000,
    seed: "2",
};

/// Builds the server, runs Schemathesis against it, and fails on any answer of 500, on any answer that
/// the document does not allow, and on fewer cases than promised.
pub fn run(workspace: &Workspace, is_long: bool) -> Result<()> {
    let extent = if is_long { LONG } else { SHORT };
    // What people run for the long form, what the tests build for the short.
    let (profile, flags): (_, &[_]) = if is_long {
        ("release", &["--release"])
    } else {
        ("debug", &[])
    };
    workspace
        .cargo()
        .args(["build", "--locked", "-p", "server"])
        .args(flags)
        .run()?;
    let program = install(workspace)?;
    let place = workspace.built("schemathesis-run");
    let server = Parlor::start(
        &workspace.built(&format!("{profile}/parlor{EXE_SUFFIX}")),
        &place,
    )?;
    let report = place.join("report.json");
    // There, since its configuration names the hooks by a path from where it runs.
    let result = Command::new(&program.to_string_lossy(), &workspace.path(HOME))
        .args(["--config-file", "schemathesis.toml"])
        .args([
            "run",
            "--no-color",
            "--phases=coverage,fuzzing",
            // Two threads of CPython 3.11 that parse at once can fail (python/cpython#106905).
            "--workers=1",
        ])
        .args(["--seed", extent.seed])
        .args(["--max-examples", &extent.per_route.to_string()])
        .arg("--report-json-path")
        .arg(&report)
        .arg(format!("{}/api/openapi.json", server.url()))
        .env("PARLOR_URL", server.url())
        // Nothing is left in the checkout.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("HYPOTHESIS_STORAGE_DIRECTORY", place.join("hypothesis"))
        .run();
    let log = server.stop()?;
    result?;
    let asked = cases(&report)?;
    ensure!(
        asked >= extent.at_least,
        "only {asked} cases were asked, and {} are promised: the document or the settings leave something out",
        extent.at_least
    );
    let failures = log
        .lines()
        .filter(|line| line.contains("internal error") || line.contains("panicked"));
    let failures: Vec<_> = failures.collect();
    ensure!(failures.is_empty(), "the server logged: {failures:#?}");
    println!("{asked} cases: 0 answers of 500, 0 that the document does not allow");
    Ok(())
}

/// How many cases the run's report counts.
fn cases(report: &Path) -> Result<u64> {
    let report: serde_json::Value = serde_json::from_slice(&fs::read(report)?)?;
    report["test_cases"]["generated"]
        .as_u64()
        .context("the report counts no cases")
}

/// The program, in a virtual environment of its own that is made anew when the requirements change.
fn install(workspace: &Workspace) -> Result<PathBuf> {
    let place = workspace.built("schemathesis-venv");
    let wanted = fs::read(workspace.path(REQUIREMENTS))?;
    let installed = place.join("requirements.txt");
    let program = place.join("bin/schemathesis");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    let missing = "it takes Python 3.11 or later with pip: `apt-get install -y --no-install-recommends python3 python3-pip`";
    // Without pip in it: Debian has what that takes in a package of its own.
    python(workspace)
        .args(["-m", "venv", "--clear", "--without-pip"])
        .arg(&place)
        .run()
        .context(missing)?;
    python(workspace)
        .args(["-m", "pip", "--python"])
        .arg(place.join("bin/python"))
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(["--require-hashes", "--only-binary=:all:", "--requirement"])
        .arg(workspace.path(REQUIREMENTS))
        .run()
        .context(missing)?;
    // Last: half an installation does not count.
    fs::write(&installed, wanted)?;
    Ok(program)
}

fn python(workspace: &Workspace) -> Command {
    workspace.command("python3")
}
