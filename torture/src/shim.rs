//! The power and the disk, under SQLite's feet: a preloaded library that undoes and fails writes.
//!
//! `shim/power.c` is that library; this is its other end.

mod undo;

use std::{
    fs::{self, OpenOptions},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use fastrand::Rng;

use crate::server::Launch;

pub use undo::Undone;

/// What the disk does from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// What it should.
    None,
    /// Writes fail with an I/O error.
    Writes,
    /// Syncs do.
    Syncs,
    /// Reads do.
    Reads,
    /// Writes find no space.
    Space,
    /// Writes and syncs wait.
    Stall,
    /// Only syncs do: what is written then is not on the disk yet.
    SyncStall,
    /// Syncs are forgotten by a power cut, as on a disk that lies.
    Lie,
}

impl Fault {
    /// As `shim/power.c` reads it.
    const fn byte(self) -> u8 {
        match self {
            Self::None => b'0',
            Self::Writes => b'W',
            Self::Syncs => b'S',
            Self::Reads => b'R',
            Self::Space => b'N',
            Self::Stall => b'Z',
            Self::SyncStall => b'D',
            Self::Lie => b'L',
        }
    }
}

/// The library, and the data directory that it watches.
#[derive(Debug)]
pub struct Shim {
    library: PathBuf,
    dir: PathBuf,
}

impl Shim {
    /// Compiles it into `place`, for a server whose data will be in `dir`.
    ///
    /// # Errors
    /// There is no C compiler, which SQLite needs as well.
    pub fn build(place: &Path, dir: &Path) -> Result<Self> {
        let source = place.join("power.c");
        fs::write(&source, include_str!("../shim/power.c"))?;
        let library = place.join("power.so");
        let compiled = Command::new("cc")
            .args(["-O2", "-Wall", "-shared", "-fPIC", "-o"])
            .args([&library, &source])
            .args(["-ldl", "-lpthread"])
            .status()
            .context("cannot start the C compiler, cc")?;
        if !compiled.success() {
            bail!("the shim did not compile");
        }
        fs::create_dir_all(dir)?;
        let shim = Self {
            library,
            // As the kernel names it in /proc: without links.
            dir: dir.canonicalize()?,
        };
        fs::write(shim.fault_path(), [Fault::None.byte()])?;
        Ok(shim)
    }

    fn fault_path(&self) -> PathBuf {
        self.dir.join("fault")
    }

    /// Puts it under a server.
    pub fn under(&self, launch: &mut Launch) {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        launch.env.extend([
            ("LD_PRELOAD".to_owned(), text(&self.library)),
            ("TORTURE_SHIM_DIR".to_owned(), text(&self.dir)),
        ]);
    }

    /// Changes what the disk does, now.
    pub fn set(&self, fault: Fault) -> Result<()> {
        // In place: the server has the file mapped, and a shorter one would kill it.
        let file = OpenOptions::new().write(true).open(self.fault_path())?;
        Ok(file.write_all_at(&[fault.byte()], 0)?)
    }

    /// The power goes, of a server that was just killed: what no sync followed is undone, all of
    /// it or, where a generator is given, a random number of the last writes to each file.
    pub fn cut_power(&self, rng: Option<&mut Rng>) -> Result<Undone> {
        undo::undo(&self.dir, rng)
    }

    /// Whether something was written to the journal of posts or to the log that no sync has
    /// followed.
    pub fn has_unsynced(&self) -> bool {
        ["parlor.db-posts.undo", "parlor.db-wal.undo"]
            .map(|name| self.dir.join(name))
            .iter()
            .any(|undo| fs::metadata(undo).is_ok_and(|undo| undo.len() > 0))
    }

    /// The database's files as they are, in a directory of their own, which is made.
    pub fn copy_store(&self, to: &Path) -> Result<PathBuf> {
        fs::create_dir_all(to)?;
        for name in ["parlor.db", "parlor.db-wal"] {
            let from = self.dir.join(name);
            if from.exists() {
                fs::copy(&from, to.join(name))?;
            }
        }
        Ok(to.join("parlor.db"))
    }
}
