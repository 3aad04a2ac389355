//! wasm-bindgen in this process: no tool to install, no version to mismatch.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

/// The program as the browser takes it.
pub struct Program {
    /// The JavaScript glue that loads `wasm`.
    pub glue: Vec<u8>,
    pub wasm: Vec<u8>,
}

/// Turns cargo's output into what a browser loads; `scratch` is wiped first.
pub fn run(wasm: &Path, scratch: &Path) -> Result<Program> {
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    Bindgen::new()
        .input_path(wasm)
        .out_name("client")
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(scratch)
        .context("wasm-bindgen could not process the client")?;
    if scratch.join("snippets").exists() {
        // They are imported by a path without a hash: after an update a browser would mix versions.
        bail!(
            "the client brings JavaScript snippets (inline_js or module = \"/…\"), which the build cannot hash"
        );
    }
    Ok(Program {
        glue: fs::read(scratch.join("client.js"))?,
        wasm: fs::read(scratch.join("client_bg.wasm"))?,
    })
}
