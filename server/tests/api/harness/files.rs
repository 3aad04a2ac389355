//! A page small enough to look at.

use server::http::PageFile;

/// A page with one script, plain and as if compressed.
pub fn page(path: &str) -> Option<PageFile> {
    let (bytes, number): (&'static [u8], u8) = match path {
        "index.html" => (b"the page", 1),
        "assets/app-1a2b.js" => (b"plain script", 2),
        "assets/app-1a2b.js.br" => (b"short", 3),
        "worker.js" => (b"the worker", 4),
        "manifest.webmanifest" => (b"{}", 5),
        _ => return None,
    };
    Some(PageFile {
        bytes: bytes.into(),
        sha256: [number; 32],
    })
}
