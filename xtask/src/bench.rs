//! The bench, with the server it measures and the peers beside it.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::command::Command;
use crate::node;
use crate::workspace::Workspace;

/// Builds what is asked for and runs the bench on it: a server that is named is not built, and
/// peers that are not wanted are not installed.
pub fn run(workspace: &Workspace, args: &[OsString]) -> Result<()> {
    let has = |flag: &str| {
        args.iter().filter_map(|arg| arg.to_str()).any(|arg| {
            arg == flag
                || arg
                    .strip_prefix(flag)
                    .is_some_and(|rest| rest.starts_with('='))
        })
    };
    let is_help = has("--help") || has("-h");
    let packages: &[_] = if is_help || has("--server") {
        &["bench"]
    } else {
        &["server", "bench"]
    };
    for package in packages {
        workspace
            .cargo()
            .args(["build", "--release", "--locked", "-p", package])
            .run()?;
    }
    let built = |name: &str| workspace.built(&format!("release/{name}{EXE_SUFFIX}"));
    let mut bench = workspace
        .command(&built("bench").to_string_lossy())
        .args(args)
        .env("PARLOR_BIN", built("parlor"));
    if !is_help && !has("--no-peers") {
        bench = bench.env("BENCH_PEERS", install_peers(workspace)?);
    }
    bench.replace_this_process()
}

/// Installs what bench/peers names, once per version of its lock files, below the target directory.
fn install_peers(workspace: &Workspace) -> Result<PathBuf> {
    const LOCKS: [&str; 3] = ["package.json", "package-lock.json", "requirements.txt"];
    let (from, to) = (
        workspace.path("bench/peers"),
        workspace.built("bench-peers"),
    );
    let wanted = LOCKS.map(|lock| fs::read(from.join(lock)));
    let wanted: Vec<_> = wanted.into_iter().collect::<Result<_, _>>()?;
    let stamp = to.join("installed");
    let wanted = wanted.concat();
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(to);
    }
    node::require()?;
    fs::create_dir_all(&to)?;
    for lock in LOCKS {
        fs::copy(from.join(lock), to.join(lock))?;
    }
    let npm = ["ci", "--no-audit", "--no-fund", "--omit=dev"];
    Command::new("npm", &to).args(npm).run()?;
    Command::new("python3", &to)
        .args(["-m", "venv", "venv"])
        .run()
        .context("uWebSockets needs Python 3 with venv: `apt-get install python3-venv`")?;
    let pip = ["-m", "pip", "install", "--quiet", "-r", "requirements.txt"];
    Command::new("venv/bin/python", &to).args(pip).run()?;
    Command::new("venv/bin/python", &to)
        .args(["-c", "import socketify"])
        .run()
        .context("socketify needs libuv: `apt-get install libuv1`")?;
    fs::write(stamp, wanted)?;
    Ok(to)
}
