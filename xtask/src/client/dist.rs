//! The `dist/` directory: replaced as a whole, never seen half-written, never trusted unread.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::client::assets::Files;
use crate::client::hash::Hash;
use crate::client::sources::Sources;
use crate::workspace::Workspace;

pub struct Dist {
    path: PathBuf,
    stamp: PathBuf,
    /// Beside `dist/`, so that a rename suffices; hidden from git by a file of its own.
    work: PathBuf,
    _lock: File,
}

impl Dist {
    /// Waits until no other xtask of this checkout is writing.
    pub fn lock(workspace: &Workspace) -> Result<Self> {
        // Always the checkout's own target directory: CARGO_TARGET_DIR may differ between two
        // builds that write the same `dist/`.
        let folder = workspace.path("target");
        fs::create_dir_all(&folder)?;
        let lock = File::create(folder.join("dist.lock"))?;
        lock.lock().context("cannot lock target/dist.lock")?;
        Ok(Self {
            path: workspace.dist(),
            stamp: workspace.built("xtask/dist.stamp"),
            work: workspace.path(".dist-work"),
            _lock: lock,
        })
    }

    /// Tells whether `dist/` is what we made from the same sources, byte for byte.
    pub fn is_made_from(&self, sources: &Sources) -> bool {
        let Ok(files) = files_in(&self.path) else {
            return false;
        };
        fs::read_to_string(&self.stamp).is_ok_and(|stamp| stamp == stamp_of(sources, &files))
    }

    /// Puts `files` in place of whatever is there.
    pub fn replace(&self, sources: &Sources, files: &Files) -> Result<()> {
        self.clean()?;
        let (new, old) = (self.work.join("new"), self.work.join("old"));
        for (name, bytes) in files {
            let path = new.join(name);
            fs::create_dir_all(path.parent().unwrap_or(&new))?;
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        }
        fs::write(self.work.join(".gitignore"), "*\n")?;
        if self.path.exists() {
            fs::rename(&self.path, &old)?;
        }
        fs::rename(&new, &self.path).context("cannot move the new dist/ into place")?;
        fs::create_dir_all(self.stamp.parent().unwrap_or(&self.work))?;
        fs::write(&self.stamp, stamp_of(sources, files))?;
        self.clean()
    }

    fn clean(&self) -> Result<()> {
        if self.work.exists() {
            fs::remove_dir_all(&self.work)?;
        }
        Ok(())
    }
}

/// What we made it from and what came out.
fn stamp_of(sources: &Sources, files: &Files) -> String {
    let made = files.iter().fold(Hash::EMPTY, |hash, (name, bytes)| {
        hash.and_file(name, bytes)
    });
    format!("{} {made}\n", sources.hash())
}

/// Every file below `folder`, by its path in it with `/` between.
pub fn files_in(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            let inside = files_in(&path)?.into_iter();
            files.extend(inside.map(|(rest, bytes)| (format!("{name}/{rest}"), bytes)));
        } else {
            files.insert(name, fs::read(&path)?);
        }
    }
    Ok(files)
}
