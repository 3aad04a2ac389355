//! The release binary: the server with the page inside.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;

use crate::client;
use crate::workspace::Workspace;

/// Builds the page and the server, and prints the binary's path.
pub fn build(workspace: &Workspace) -> Result<()> {
    let binary = release(workspace)?;
    println!("{}", binary.display());
    Ok(())
}

/// Builds, then becomes `parlor serve ARGS`.
pub fn run(workspace: &Workspace, args: &[OsString]) -> Result<()> {
    let binary = release(workspace)?;
    workspace
        .command(&binary.to_string_lossy())
        .arg("serve")
        .args(args)
        .replace_this_process()
}

fn release(workspace: &Workspace) -> Result<PathBuf> {
    client::build(workspace)?;
    workspace
        .cargo()
        .args(["build", "--release", "--locked", "-p", "server"])
        .run()?;
    Ok(workspace.built(&format!("release/parlor{}", std::env::consts::EXE_SUFFIX)))
}
