//! What the page costs a visitor to download.

use anyhow::{Result, bail};

use crate::client::{self, files_in};
use crate::workspace::Workspace;

/// Compressed, all files together: about two seconds on a slow phone connection (1.6 Mbit/s).
const BUDGET: usize = 350 * 1024;

/// Builds the page, prints its sizes by type, and fails above the budget.
pub fn run(workspace: &Workspace) -> Result<()> {
    client::build(workspace)?;
    let files = files_in(&workspace.dist())?;
    println!("{:<6}{:>12}{:>12}", "", "raw", "brotli");
    let mut sum = (0, 0);
    for extension in ["wasm", "js", "css", "html", "svg"] {
        let of_type = files
            .iter()
            .filter(|(path, _)| path.ends_with(&format!(".{extension}")));
        let (raw, compressed) = of_type.fold((0, 0), |(raw, compressed), (path, bytes)| {
            let sibling = files.get(&format!("{path}.br")).unwrap_or(bytes);
            (raw + bytes.len(), compressed + sibling.len())
        });
        println!("{extension:<6}{:>12}{:>12}", kib(raw), kib(compressed));
        sum = (sum.0 + raw, sum.1 + compressed);
    }
    println!(
        "{:<6}{:>12}{:>12}   budget {}",
        "sum",
        kib(sum.0),
        kib(sum.1),
        kib(BUDGET)
    );
    if sum.1 > BUDGET {
        bail!(
            "the page is over its budget: `twiggy top` on target/{}/client/client.wasm shows what grew",
            crate::wasm_target::NAME
        );
    }
    Ok(())
}

fn kib(bytes: usize) -> String {
    format!("{}.{} KiB", bytes / 1024, bytes % 1024 * 10 / 1024)
}
