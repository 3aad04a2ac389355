//! The release binary: the server with the page inside.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::thread;

use anyhow::{Result, bail};

use crate::client::{self, Hash};
use crate::wasm_target;
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

/// The page compiles and links on one core for most of its time, so the server's library compiles
/// beside it; only the binary, which holds the page, waits for it.
fn release(workspace: &Workspace) -> Result<PathBuf> {
    wasm_target::ensure(workspace)?;
    let cargo = || {
        workspace
            .cargo()
            .args(["build", "--release", "--locked", "-p", "server"])
    };
    let library = cargo().args(["--lib", "--quiet"]);
    thread::scope(|scope| {
        let library = scope.spawn(|| library.run());
        let page = client::build(workspace);
        // Both are waited for, so that neither writes into the end of a failure of the other.
        let library = library
            .join()
            .unwrap_or_else(|_| bail!("the server's build broke off"));
        page.and(library)
    })?;
    let page = Hash::of(&fs::read(workspace.dist().join("index.html"))?);
    cargo()
        .args(["--bin", "parlor"])
        .env("PARLOR_PAGE", page.to_string())
        .run()?;
    Ok(workspace.built(&format!("release/parlor{}", std::env::consts::EXE_SUFFIX)))
}
