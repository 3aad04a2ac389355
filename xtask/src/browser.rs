//! The browser tests in e2e/: a real server, a real Chromium.

use std::env;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Result, bail};

use crate::client;
use crate::node;
use crate::workspace::Workspace;

/// Fails with a line that says what to install.
pub fn require() -> Result<()> {
    node::require()?;
    if chromium().is_none() {
        bail!(
            "the browser tests need Chromium: `apt-get install -y --no-install-recommends chromium`, \
             or CHROMIUM=/path/to/it; `cargo xtask test --no-browser` leaves them out"
        );
    }
    Ok(())
}

/// Runs the browser tests; `name` is part of a spec's file name or of a test's title.
pub fn test(workspace: &Workspace, name: Option<&str>) -> Result<()> {
    let server = prepare(workspace)?;
    let specs = specs(workspace, name)?;
    if specs.is_empty() {
        eprintln!("no browser test matches {:?}", name.unwrap_or_default());
        return Ok(());
    }
    let mut command =
        workspace
            .command("node")
            .args(["--test", "--test-concurrency=2", "--test-reporter=spec"]);
    if let Some(name) = name
        && !specs.iter().all(|spec| spec.contains(name))
    {
        command = command.arg(format!("--test-name-pattern={name}"));
    }
    command.env("PARLOR_BIN", server).args(specs).run()
}

/// Takes a picture of every page into `directory`.
pub fn screenshots(workspace: &Workspace, directory: &Path) -> Result<()> {
    let directory = absolute(directory)?;
    let server = prepare(workspace)?;
    workspace
        .command("node")
        .arg("e2e/screenshots.js")
        .arg(&directory)
        .env("PARLOR_BIN", server)
        .run()
}

/// Builds the page and the server in the profile of the tests; returns the server's binary.
fn prepare(workspace: &Workspace) -> Result<PathBuf> {
    require()?;
    client::build(workspace)?;
    workspace
        .cargo()
        .args(["build", "--locked", "-p", "server"])
        .run()?;
    node::install(workspace)?;
    Ok(workspace.built(&format!("debug/parlor{}", env::consts::EXE_SUFFIX)))
}

/// The spec files that `name` means, relative to the workspace, sorted.
fn specs(workspace: &Workspace, name: Option<&str>) -> Result<Vec<String>> {
    let mut named = Vec::new();
    let mut mentioning = Vec::new();
    for (file, bytes) in client::files_in(&workspace.path("e2e/specs"))? {
        let spec = format!("e2e/specs/{file}");
        match name {
            Some(name) if file.contains(name) => named.push(spec),
            Some(name) if String::from_utf8_lossy(&bytes).contains(name) => mentioning.push(spec),
            Some(_) => {}
            None => named.push(spec),
        }
    }
    Ok(if named.is_empty() { mentioning } else { named })
}

fn chromium() -> Option<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM") {
        return Some(path.into());
    }
    let folders: Vec<_> = env::split_paths(&env::var_os("PATH")?).collect();
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}
