//! Undoing: the journals that `shim/power.c` keeps, applied backwards.

use std::{
    fs::{self, OpenOptions},
    os::unix::fs::FileExt,
    path::Path,
};

use anyhow::{Context, Result};
use fastrand::Rng;

/// What a power cut took.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Undone {
    /// Writes that no sync had followed.
    pub unsynced: u64,
    /// Of these, how many were undone.
    pub undone: u64,
}

/// `struct head`: three numbers in native byte order.
const HEAD: usize = 24;

struct Record<'a> {
    offset: u64,
    /// How long the file was.
    size: u64,
    bytes: &'a [u8],
}

/// A record that is not all there was not followed by its write.
fn records(mut journal: &[u8]) -> Vec<Record<'_>> {
    let mut records = Vec::new();
    while let Some((head, rest)) = journal.split_first_chunk::<HEAD>() {
        let number = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&head[at..at + 8]);
            u64::from_ne_bytes(bytes)
        };
        let Some((bytes, rest)) = usize::try_from(number(8))
            .ok()
            .and_then(|length| rest.split_at_checked(length))
        else {
            break;
        };
        records.push(Record {
            offset: number(0),
            size: number(16),
            bytes,
        });
        journal = rest;
    }
    records
}

/// Undoes in all files of a directory that have a journal, and takes the journals away.
pub(super) fn undo(dir: &Path, mut rng: Option<&mut Rng>) -> Result<Undone> {
    let mut total = Undone::default();
    // Sorted: the same seed meets the same files in the same order.
    let mut names: Vec<_> = fs::read_dir(dir)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    for name in &names {
        let Some(file) = name.strip_suffix(".undo") else {
            continue;
        };
        let journal = fs::read(dir.join(name))?;
        let records = records(&journal);
        let kept = rng
            .as_deref_mut()
            .map_or(0, |rng| rng.usize(..=records.len()));
        let path = dir.join(file);
        if !path.exists() {
            // SQLite has taken it away since, as it does with a rollback journal.
            fs::remove_file(dir.join(name))?;
            continue;
        }
        let file = OpenOptions::new().write(true).open(&path);
        let file = file.with_context(|| path.display().to_string())?;
        for record in records[kept..].iter().rev() {
            file.write_all_at(record.bytes, record.offset)?;
            file.set_len(record.size)?;
        }
        total.unsynced += u64::try_from(records.len())?;
        total.undone += u64::try_from(records.len() - kept)?;
        fs::remove_file(dir.join(name))?;
    }
    // Shared memory does not outlive the power.
    let shared = dir.join("parlor.db-shm");
    if shared.exists() {
        fs::remove_file(shared)?;
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(offset: u64, size: u64, bytes: &[u8]) -> Vec<u8> {
        let head = [offset, bytes.len() as u64, size];
        let mut record: Vec<u8> = head.iter().flat_map(|n| n.to_ne_bytes()).collect();
        record.extend_from_slice(bytes);
        record
    }

    #[test]
    fn undoing_goes_backwards_and_ignores_what_was_cut_short() {
        let dir = tempfile::tempdir().unwrap();
        // "hello", then "J" at 0, then " you" at 5, then a record without its write.
        fs::write(dir.path().join("parlor.db"), "Jello you").unwrap();
        let mut journal = record(0, 5, b"h");
        journal.extend(record(5, 5, b""));
        journal.extend(&record(0, 9, b"Jello you")[..30]);
        fs::write(dir.path().join("parlor.db.undo"), journal).unwrap();
        let undone = undo(dir.path(), None).unwrap();
        assert_eq!((undone.unsynced, undone.undone), (2, 2));
        assert_eq!(fs::read(dir.path().join("parlor.db")).unwrap(), b"hello");
        assert!(!dir.path().join("parlor.db.undo").exists());
    }
}
