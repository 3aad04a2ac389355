//! All tests, in the order in which a failure is cheapest to learn.

use anyhow::Result;

use crate::browser;
use crate::client;
use crate::workspace::Workspace;

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
    let command = if nextest {
        workspace
            .cargo()
            .args(["nextest", "run", "--no-tests=pass"])
    } else {
        workspace.cargo().arg("test")
    };
    command
        .arg("--locked")
        .args(
            ["shared", "server", "client", "xtask"]
                .iter()
                .flat_map(|name| ["-p", name]),
        )
        .args(filter)
        .run()
}
