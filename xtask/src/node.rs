//! Node.js, which drives the browser, and its one package.

use std::env;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::command::Command;
use crate::workspace::Workspace;

/// `node --test` as the specs use it came with 20.
const OLDEST: u32 = 20;

/// Fails with a line that says what to install.
pub fn require() -> Result<()> {
    let missing = format!(
        "the browser tests need Node.js {OLDEST} or later: `apt-get install -y --no-install-recommends nodejs npm`, or https://nodejs.org"
    );
    let here = env::current_dir()?;
    let version = Command::new("node", &here)
        .arg("--version")
        .read()
        .with_context(|| missing.clone())?;
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .unwrap_or_default();
    match major.parse() {
        Ok(OLDEST..) => Ok(()),
        _ => bail!("{missing} (found {})", version.trim_end()),
    }
}

/// Installs what e2e/package-lock.json names, unless npm did so since that file changed.
pub fn install(workspace: &Workspace) -> Result<()> {
    let modified = |path: &str| fs::metadata(workspace.path(path)).and_then(|file| file.modified());
    let wanted = modified("e2e/package-lock.json").context("cannot read e2e/package-lock.json")?;
    // npm writes this file last, so half an installation does not count.
    if modified("e2e/node_modules/.package-lock.json").is_ok_and(|installed| installed >= wanted) {
        return Ok(());
    }
    workspace
        .command("npm")
        .args(["--prefix", "e2e", "ci", "--no-audit", "--no-fund"])
        .run()
}
