//! wasm-bindgen in this process: no tool to install, no version to mismatch.

use std::collections::HashMap;
use std::mem;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::short;

/// The program as the browser takes it.
pub struct Program {
    /// The JavaScript glue that loads `wasm`.
    pub glue: Vec<u8>,
    pub wasm: Vec<u8>,
}

/// Turns cargo's output into what a browser loads.
pub fn run(wasm: &Path) -> Result<Program> {
    let mut output = Bindgen::new()
        .input_path(wasm)
        .out_name("client")
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen could not process the client")?;
    let mut inline = output.snippets().values().flatten();
    if inline.next().is_some() || !output.local_modules().is_empty() {
        // They are imported by a path without a hash: after an update a browser would mix versions.
        bail!(
            "the client brings JavaScript snippets (inline_js or module = \"/…\"), which the build cannot hash"
        );
    }
    let mut names = HashMap::new();
    for (number, import) in output.wasm_mut().imports.iter_mut().enumerate() {
        let short = short::name(number);
        let long = mem::replace(&mut import.name, short.clone());
        if let Some(twice) = names.insert(long, short) {
            bail!("two modules have an import of the same name, {twice}");
        }
    }
    Ok(Program {
        glue: short::glue(output.js(), &names).into_bytes(),
        wasm: output.wasm_mut().emit_wasm(),
    })
}
