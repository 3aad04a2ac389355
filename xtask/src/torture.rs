//! The torture tool, with the server it tortures.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;

use anyhow::Result;

use crate::workspace::Workspace;

/// Builds both and runs the tool: on the release binary for the long form, since that is what
/// people run and what keeps two hundred clients busy.
pub fn run(workspace: &Workspace, args: &[OsString]) -> Result<()> {
    let is_long = args.iter().any(|arg| arg == "--long");
    let (profile, flags): (_, &[_]) = if is_long {
        ("release", &["--release"])
    } else {
        ("debug", &[])
    };
    for package in ["server", "torture"] {
        workspace
            .cargo()
            .args(["build", "--locked", "-p", package])
            .args(flags)
            .run()?;
    }
    let built = |name: &str| workspace.built(&format!("{profile}/{name}{EXE_SUFFIX}"));
    workspace
        .command(&built("torture").to_string_lossy())
        .args(args)
        .env("PARLOR_BIN", built("parlor"))
        .replace_this_process()
}
