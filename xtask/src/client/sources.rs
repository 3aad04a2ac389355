//! Everything the page is made from, read once: what is hashed is what is built.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::client::dist::files_in;
use crate::client::hash::Hash;
use crate::client::link::Link;
use crate::workspace::Workspace;

pub struct Sources {
    pub html: String,
    pub boot: String,
    pub worker: String,
    /// By `href`, and for directories by `href/name`.
    pub files: BTreeMap<String, Vec<u8>>,
    hash: Hash,
}

impl Sources {
    pub fn read(workspace: &Workspace, wasm: &Path) -> Result<Self> {
        let folder = workspace.path("client");
        let html = read_text(&folder.join("index.html"))?;
        let boot = read_text(&folder.join("boot.js"))?;
        let worker = read_text(&folder.join("worker.js"))?;
        let mut files = BTreeMap::new();
        for (_, link) in Link::find_all(&html).context("in client/index.html")? {
            let Some(href) = link.href() else { continue };
            let path = folder.join(href);
            if let Link::CopyDir { .. } = link {
                let inside = files_in(&path)?;
                files.extend(
                    inside
                        .into_iter()
                        .map(|(name, bytes)| (format!("{href}/{name}"), bytes)),
                );
            } else {
                files.insert(href.to_owned(), read(&path)?);
            }
        }
        let hash = Hash::EMPTY
            .and_file("index.html", html.as_bytes())
            .and_file("boot.js", boot.as_bytes())
            .and_file("worker.js", worker.as_bytes())
            .and_file("client.wasm", &read(wasm)?)
            .and(&this_program()?);
        let hash = files
            .iter()
            .fold(hash, |hash, (name, bytes)| hash.and_file(name, bytes));
        Ok(Self {
            html,
            boot,
            worker,
            files,
            hash,
        })
    }

    pub fn hash(&self) -> Hash {
        self.hash
    }

    pub fn file(&self, href: &str) -> Result<&[u8]> {
        let bytes = self.files.get(href);
        bytes
            .map(Vec::as_slice)
            .with_context(|| format!("client/{href} was not read"))
    }
}

/// A mark of the running xtask: another xtask may make another page of the same sources.
fn this_program() -> Result<Vec<u8>> {
    let metadata = fs::metadata(std::env::current_exe()?)?;
    let modified = metadata.modified()?.duration_since(std::time::UNIX_EPOCH)?;
    Ok([
        modified.as_nanos().to_le_bytes(),
        u128::from(metadata.len()).to_le_bytes(),
    ]
    .concat())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn read_text(path: &Path) -> Result<String> {
    String::from_utf8(read(path)?).with_context(|| format!("{} is not UTF-8", path.display()))
}

#[cfg(test)]
impl Sources {
    pub fn for_test<const N: usize>(html: &str, boot: &str, files: [(&str, &str); N]) -> Self {
        let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
        Self {
            html: html.to_owned(),
            boot: boot.to_owned(),
            worker: "const [CACHE, FILES] = [\"__VERSION__\", __FILES__];".to_owned(),
            files: files.into(),
            hash: Hash::EMPTY,
        }
    }
}
