//! The finished files by their path in `dist/`, and their compressed siblings.

use std::collections::BTreeMap;
use std::io::Write;
use std::thread;

use anyhow::Result;

use crate::client::hash::hashed_name;

pub type Files = BTreeMap<String, Vec<u8>>;

/// Adds `bytes` under a hashed name and returns the path to link to.
pub fn add_hashed(files: &mut Files, source: &str, bytes: &[u8]) -> String {
    let name = source.rsplit('/').next().unwrap_or(source);
    let path = format!("assets/{}", hashed_name(name, bytes));
    files.insert(path.clone(), bytes.to_vec());
    format!("/{path}")
}

/// Adds `NAME.br` for every file that shrinks, each in its own thread.
pub fn compress(files: &mut Files) -> Result<()> {
    let siblings = thread::scope(|scope| {
        let compressible = files.iter().filter(|(path, _)| is_compressible(path));
        let running: Vec<_> = compressible
            .map(|(path, bytes)| scope.spawn(move || Ok((format!("{path}.br"), brotli(bytes)?))))
            .collect();
        let joined = running.into_iter().map(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err(anyhow::anyhow!("a compressing thread panicked")))
        });
        joined.collect::<Result<Vec<_>>>()
    })?;
    files.extend(siblings);
    Ok(())
}

fn is_compressible(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["css", "html", "js", "svg", "wasm"].contains(&extension)
}

/// Brotli at its best: done once here, so that the server never compresses.
fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    // Quality 11 of 11; a window of 2^22 bytes holds every file whole.
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 4096, 11, 22);
    writer.write_all(bytes)?;
    drop(writer);
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_compressed_sibling_holds_the_same_bytes() {
        let text = b"hello ".repeat(100);
        let mut files = Files::from([
            ("a.css".to_owned(), text.clone()),
            ("a.png".to_owned(), text.clone()),
        ]);
        compress(&mut files).unwrap();

        let mut read = Vec::new();
        let mut reader = brotli::Decompressor::new(files["a.css.br"].as_slice(), 4096);
        reader.read_to_end(&mut read).unwrap();
        assert_eq!(read, text);
        assert!(files["a.css.br"].len() < text.len());
        assert!(
            !files.contains_key("a.png.br"),
            "pictures are compressed already"
        );
    }

    #[test]
    fn assets_lose_their_folder_and_gain_a_hash() {
        let mut files = Files::new();
        let path = add_hashed(&mut files, "css/app.css", b"a");
        assert_eq!(path, "/assets/app-af63dc4c8601ec8c.css");
        assert_eq!(files["assets/app-af63dc4c8601ec8c.css"], b"a");
    }
}
