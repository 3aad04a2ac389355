//! Directories that go with their server.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};

/// What hundreds of tests leave behind before it is dropped; containers often have only 64 MB.
const ENOUGH_MEMORY_KIB: u64 = 2 << 20;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Where a server of tests answers fastest: in memory where there is plenty, else where
/// temporary files go.
///
/// Measured with 40 databases of 10 collections and 15 indexes, journaled, 4 at once: 0.34 s for
/// each against 0.58 s on disk (replica set), 0.19 s against 0.46 s (standalone). A flag that made a
/// difference was not found. What tests `fsync` itself belongs on a disk.
pub fn fast_directory() -> PathBuf {
    let memory = Path::new("/dev/shm");
    match free_kib(memory) {
        Some(ENOUGH_MEMORY_KIB..) => memory.to_owned(),
        _ => env::temp_dir(),
    }
}

/// What `df` says is free there; `None` where there is no such place.
fn free_kib(place: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(place).output().ok()?;
    available(std::str::from_utf8(&output.stdout).ok()?)
}

/// The fourth column of the second line, as POSIX fixes it for `df -P`.
fn available(table: &str) -> Option<u64> {
    let row = table.lines().nth(1)?;
    row.split_whitespace().nth(3)?.parse().ok()
}

/// A new, empty directory below `parent`.
pub fn fresh(parent: &Path) -> Result<PathBuf> {
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("parlor-mongod-{}-{number}", process::id()));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            // Left behind by a process of the same number.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot make {}", path.display()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_space_is_read_from_df() {
        let table = "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
                     tmpfs 24576000 12 24575988 1% /dev/shm\n";
        assert_eq!(available(table), Some(24_575_988));
        for nothing in ["", "Filesystem 1024-blocks\n", "a b c\nd e f\n"] {
            assert_eq!(available(nothing), None, "{nothing:?}");
        }
        assert_eq!(free_kib(Path::new("/nowhere/at/all")), None);
        assert!(free_kib(Path::new("/")).is_some());
    }
}
