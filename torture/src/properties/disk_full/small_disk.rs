//! A disk of 16 MB, which can be filled; or, where nothing may be mounted, the shim's word that it
//! is full.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Result, bail};

use crate::{
    ground::Ground,
    server::Launch,
    shim::{Fault, Shim},
};

pub(super) enum SmallDisk {
    /// A file system in memory. Unmounted when dropped.
    Mounted(PathBuf),
    /// Without the right to mount, writes are made to fail as they would.
    Shim(Shim),
}

impl SmallDisk {
    /// The disk of a server that is about to be started.
    pub fn under(ground: &Ground, launch: &mut Launch) -> Result<Self> {
        fs::create_dir_all(&launch.data_dir)?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs"])
            .arg(&launch.data_dir)
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Ok(Self::Mounted(launch.data_dir.clone()));
        }
        let shim = Shim::build(ground.dir(), &launch.data_dir)?;
        shim.under(launch);
        Ok(Self::Shim(shim))
    }

    /// What it is, to be counted.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Mounted(_) => "disks of 16 MB",
            Self::Shim(_) => "disks that only say they are full",
        }
    }

    /// Leaves no space.
    pub fn fill(&self) -> Result<()> {
        match self {
            Self::Mounted(dir) => fill(&filler(dir)),
            Self::Shim(shim) => shim.set(Fault::Space),
        }
    }

    /// Gives the space back.
    pub fn free(&self) -> Result<()> {
        match self {
            Self::Mounted(dir) => Ok(fs::remove_file(filler(dir))?),
            Self::Shim(shim) => shim.set(Fault::None),
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Self::Mounted(dir) = self {
            // Lazily: the server may be about to end. What is left over is in memory only.
            let _ = Command::new("umount").arg("-l").arg(dir).status();
        }
    }
}

fn filler(dir: &Path) -> PathBuf {
    dir.join("filler")
}

fn fill(path: &Path) -> Result<()> {
    let mut file = File::create(path)?;
    let mut size = 64 * 1024;
    while size > 0 {
        match file.write_all(&vec![1; size]) {
            Ok(()) => {}
            // Smaller and smaller, to the last byte.
            Err(error) if error.kind() == io::ErrorKind::StorageFull => size /= 2,
            Err(error) => bail!("cannot fill the disk: {error}"),
        }
    }
    Ok(())
}
