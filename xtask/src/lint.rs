//! Everything that CI refuses before it runs a test.

mod licenses;
mod trunk;

use anyhow::Result;

use crate::wasm_target;
use crate::workspace::Workspace;

/// Checks format, the page's configuration, licenses, then clippy natively and for the browser.
pub fn run(workspace: &Workspace) -> Result<()> {
    workspace.cargo().args(["fmt", "--all", "--check"]).run()?;
    trunk::check(workspace)?;
    licenses::check(workspace)?;
    wasm_target::ensure(workspace)?;
    workspace
        .cargo()
        .args([
            "clippy",
            "--locked",
            "--all-targets",
            "-p",
            "shared",
            "-p",
            "server",
            "-p",
            "client",
            "-p",
            "xtask",
        ])
        .args(["--", "-D", "warnings"])
        .run()?;
    workspace
        .cargo()
        .args([
            "clippy",
            "--locked",
            "-p",
            "client",
            "--target",
            wasm_target::NAME,
        ])
        .args(["--", "-D", "warnings"])
        .run()
}
