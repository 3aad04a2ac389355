//! The `parlor` command: the server with the page inside.

use std::process::ExitCode;

use rust_embed::RustEmbed;
use server::http::PageFile;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What `cargo xtask client` wrote. Release builds hold it; others read it where it lies.
#[derive(RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

/// Cargo notices a file that changed and not a page that was not there before: `cargo xtask` says
/// here which page it is.
const _: Option<&str> = option_env!("PARLOR_PAGE");

fn main() -> ExitCode {
    server::command::run(|path| {
        let file = Dist::get(path)?;
        Some(PageFile {
            sha256: file.metadata.sha256_hash(),
            bytes: file.data,
        })
    })
}
