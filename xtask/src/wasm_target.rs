//! The compiler's WebAssembly half, which a fresh machine lacks.

use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

pub const NAME: &str = "wasm32-unknown-unknown";

/// Installs the target when it is missing.
///
/// Listing it in rust-toolchain.toml is not enough: rustup ignores that where automatic
/// installation is switched off, and distributions' own toolchains never read it.
pub fn ensure(workspace: &Workspace) -> Result<()> {
    let sysroot = workspace
        .command("rustc")
        .args(["--print", "sysroot"])
        .read()?;
    let libraries = Path::new(sysroot.trim_end()).join("lib/rustlib").join(NAME);
    if libraries.is_dir() {
        return Ok(());
    }
    workspace
        .command("rustup")
        .args(["target", "add", NAME])
        .run()
        .with_context(|| {
            format!("the page needs Rust's {NAME} target; rustup (https://rustup.rs) installs it")
        })
}
