//! All tests, in the order in which a failure is cheapest to learn.

use anyhow::Result;

use crate::browser;
use crate::client;
use crate::mongo;
use crate::workspace::{GROUPS, Workspace};

/// Runs unit and server tests, then the browser's; `filter` is part of a test's name.
pub fn run(workspace: &Workspace, filter: Option<&str>, with_browser: bool) -> Result<()> {
    if with_browser {
        // Before a long build, not after it.
        browser::require()?;
        // Before the server: it embeds the page, and should be compiled once.
        client::build(workspace)?;
    }
    native(workspace, filter)?;
    if with_browser {
        browser::test(workspace, filter)?;
    }
    Ok(())
}

fn native(workspace: &Workspace, filter: Option<&str>) -> Result<()> {
    let nextest = workspace.cargo().args(["nextest", "--version"]).succeeds();
    let runner: &[_] = if nextest {
        &["nextest", "run", "--no-tests=pass"]
    } else {
        &["test", "--no-fail-fast"]
    };
    // Before a long build, not after it. They end when this function does.
    let servers = mongo::TestServers::start()?;
    GROUPS.iter().try_for_each(|group| {
        let mut command = workspace
            .cargo()
            .args(runner)
            .arg("--locked")
            .args(Workspace::selection(group))
            .args(filter);
        for (variable, uri) in servers.variables() {
            command = command.env(variable, uri);
        }
        command.run()
    })?;
    // What people see must not depend on where it is kept.
    let mut on_mongodb = workspace
        .cargo()
        .args(runner)
        .args(["--locked", "--package", "server", "--test", "api"])
        .args(filter)
        .env("PARLOR_TEST_STORE", "mongodb");
    for (variable, uri) in servers.variables() {
        on_mongodb = on_mongodb.env(variable, uri);
    }
    on_mongodb.run()
}
