//! Where things are: the checkout and cargo's target directory.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::command::Command;

/// Which packages one cargo call takes together when all are checked or tested.
///
/// Cargo unites the features of what it builds together, so another grouping would compile actix-web
/// and the C code below it once more. `server` alone is what `cargo build -p server` means too.
/// `bench` has its own group for the same reason. `torture` comes after it: its tests start the binary that the server's tests leave.
pub const GROUPS: [&[&str]; 5] = [
    &["xtask", "mongod"],
    &["shared", "client"],
    &["bench"],
    &["server"],
    &["torture"],
];

pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the checkout that `cargo xtask` was called in, or this xtask was compiled from.
    pub fn find() -> Result<Self> {
        // Two checkouts with one target directory share the compiled xtask too.
        let own = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = own
            .as_deref()
            .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")))
            .parent()
            .context("xtask lies at the top of the file system")?
            .to_owned();
        // Asked, not guessed: CARGO_TARGET_DIR and cargo's configuration may both move it.
        let metadata = Command::cargo(&root)
            .args(["metadata", "--format-version=1", "--no-deps", "--locked"])
            .read()?;
        let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
        let target = metadata["target_directory"]
            .as_str()
            .context("cargo metadata names no target directory")?
            .into();
        Ok(Self { root, target })
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A file below cargo's target directory.
    pub fn built(&self, relative: &str) -> PathBuf {
        self.target.join(relative)
    }

    /// The page as the server embeds it.
    pub fn dist(&self) -> PathBuf {
        self.path("dist")
    }

    pub fn cargo(&self) -> Command {
        Command::cargo(&self.root)
    }

    /// The arguments that select one of the [`GROUPS`].
    pub fn selection(group: &'static [&'static str]) -> impl Iterator<Item = &'static str> {
        group.iter().flat_map(|package| ["-p", package])
    }

    pub fn command(&self, program: &str) -> Command {
        Command::new(program, &self.root)
    }
}
