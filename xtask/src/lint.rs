//! Everything that CI refuses before it runs a test.

mod deny;
mod supply;
mod trunk;

use anyhow::Result;

use crate::wasm_target;
use crate::workspace::{GROUPS, Workspace};

/// Checks format, the page's configuration, what it is built from, then clippy natively and for the browser.
pub fn run(workspace: &Workspace) -> Result<()> {
    workspace.cargo().args(["fmt", "--all", "--check"]).run()?;
    trunk::check(workspace)?;
    supply::check(workspace)?;
    wasm_target::ensure(workspace)?;
    for group in GROUPS {
        workspace
            .cargo()
            .args(["clippy", "--locked", "--all-targets"])
            .args(Workspace::selection(group))
            .args(["--", "-D", "warnings"])
            .run()?;
    }
    workspace
        .cargo()
        .args(["clippy", "--locked", "-p", "client"])
        .args(["--target", wasm_target::NAME, "--", "-D", "warnings"])
        .run()
}
