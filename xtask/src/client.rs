//! Builds the page: WebAssembly from the client, assets under hashed names, all of it in `dist/`.
//!
//! Does what `trunk build` does for the same client/index.html, without installing Trunk, and
//! without the inline start-up script that our Content-Security-Policy refuses.

mod assets;
mod bindgen;
mod dist;
mod hash;
mod link;
mod page;
mod short;
mod sources;

pub use dist::files_in;
pub use hash::Hash;
pub use link::Link;
pub use sources::Sources;

use anyhow::Result;

use crate::client::dist::Dist;
use crate::wasm_target;
use crate::workspace::Workspace;

/// Brings `dist/` up to date.
///
/// Cargo decides whether the client is compiled; the rest is skipped when neither the sources, nor
/// the WebAssembly, nor this program, nor what lies in `dist/` has changed.
pub fn build(workspace: &Workspace) -> Result<()> {
    wasm_target::ensure(workspace)?;
    workspace
        .cargo()
        .args(["build", "--locked", "-p", "client", "--bin", "client"])
        .args(["--target", wasm_target::NAME, "--profile", "client"])
        .run()?;
    let wasm = workspace.built(&format!("{}/client/client.wasm", wasm_target::NAME));

    let dist = Dist::lock(workspace)?;
    let sources = Sources::read(workspace, &wasm)?;
    if dist.is_made_from(&sources) {
        return Ok(());
    }
    let program = bindgen::run(&wasm)?;
    let files = page::assemble(&sources, &program)?;
    dist.replace(&sources, &files)
}
