//! The journal of posts: what makes an answered message durable before the database has it.
//!
//! A commit of SQLite writes each page that it touched, at least seven for one message, and writes
//! them a second time into the file; the disk's time for that is what answers would wait for. So
//! a batch of posts is appended here, one small write and one sync, and answered; the database
//! gets hundreds of them in one transaction that nobody waits for. At the next start what the
//! database lacks is posted again from here.
//!
//! The file is two halves. One is written from its start to its end, then the other, once the
//! database's log is synced with all that the other one holds. A record begins at a multiple of
//! 512 bytes, the piece that a disk writes whole or not at all, so a torn one harms no other.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use aws_lc_rs::digest::{SHA256, digest};
use shared::Message;
use uuid::Uuid;

use super::aside::{named, sync_directory};

/// Of the file's name, after the store's.
pub const ENDING: &str = "-posts";

/// Where records begin.
const BLOCK: usize = 512;

/// Bytes of a half: 8,192 posts that come one by one, four seconds of 2,000 each.
const HALF: u64 = 4 * 1024 * 1024;

/// The file begins with so many bytes and grows to twice as many, in zeros: a write into what is
/// there changes no metadata, which would be a second thing to sync.
const FIRST: u64 = 64 * 1024;

const MAGIC: [u8; 8] = *b"PARLPOST";
const HEAD: usize = 8 + 16 + 8 + 8 + 32;

/// The journal of an open store.
pub struct Journal {
    path: PathBuf,
    /// The store's, so that no other store's posts are taken for its own.
    id: Uuid,
    /// None before the first record.
    file: Option<File>,
    /// Bytes of the file.
    size: u64,
    half: usize,
    /// Bytes of the half that are taken.
    at: u64,
    /// The last record's number, from 1 on.
    last: u64,
    /// The number of the last record in each half.
    ends: [u64; 2],
    settled: Arc<AtomicU64>,
    is_trusted: bool,
}

impl Journal {
    /// The journal of the store at `store`, empty, for records under `id`.
    pub fn new(store: &Path, id: Uuid) -> Self {
        Self {
            path: named(store, ENDING),
            id,
            file: None,
            size: 0,
            half: 0,
            at: 0,
            last: 0,
            ends: [0; 2],
            settled: Arc::default(),
            is_trusted: true,
        }
    }

    /// Up to which record the database has everything, synced. For whoever syncs it.
    pub fn settled(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.settled)
    }

    /// The number of the last record.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Takes no more posts until [`Self::begin_anew`]: something was written, here or into the
    /// database, of which nobody knows whether it is there.
    pub fn distrust(&mut self) {
        self.is_trusted = false;
    }

    /// The database has everything, synced, and knows the journal by another id.
    pub fn begin_anew(&mut self, id: Uuid) {
        self.id = id;
        self.at = 0;
        self.is_trusted = true;
        self.settled.store(self.last, Ordering::Release);
    }

    /// Makes the posts durable, in one record. False where the database has to be synced first:
    /// nothing was written.
    ///
    /// # Errors
    /// What the disk says. Whether the record is there nobody knows, so it takes no more.
    pub fn append(&mut self, posts: &[Message]) -> io::Result<bool> {
        let record = encode(self.id, self.last + 1, posts)?;
        let length = record.len() as u64;
        if !self.is_trusted || length > HALF {
            return Ok(false);
        }
        if self.at + length > HALF {
            let other = 1 - self.half;
            if self.ends[other] > self.settled.load(Ordering::Acquire) {
                return Ok(false);
            }
            self.half = other;
            self.at = 0;
        }
        if let Err(error) = self.write(record, self.half as u64 * HALF + self.at) {
            self.distrust();
            return Err(error);
        }
        self.at += length;
        self.last += 1;
        self.ends[self.half] = self.last;
        Ok(true)
    }

    fn write(&mut self, mut record: Vec<u8>, offset: u64) -> io::Result<()> {
        let end = offset + record.len() as u64;
        if end > self.size {
            let grown = end.max(FIRST).next_power_of_two().min(2 * HALF);
            record.resize(usize::try_from(grown - offset).unwrap_or(record.len()), 0);
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(create(&self.path)?),
        };
        file.write_all_at(&record, offset)?;
        file.sync_data()?;
        self.size = self.size.max(offset + record.len() as u64);
        Ok(())
    }

    /// Removes the file: the database has everything, synced.
    pub fn remove(&self) {
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            // It is not read again: the next start gives it another id.
            tracing::warn!(%error, "the journal of posts could not be removed");
        }
    }
}

fn create(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        // Read by tests that stand between it and the disk.
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    sync_directory(path)?;
    Ok(file)
}

fn encode(id: Uuid, number: u64, posts: &[Message]) -> io::Result<Vec<u8>> {
    let mut record = vec![0; HEAD];
    serde_json::to_writer(&mut record, posts)?;
    let length = (record.len() - HEAD) as u64;
    record[..8].copy_from_slice(&MAGIC);
    record[8..24].copy_from_slice(id.as_bytes());
    record[24..32].copy_from_slice(&number.to_be_bytes());
    record[32..40].copy_from_slice(&length.to_be_bytes());
    let sum = digest(&SHA256, &record);
    record[40..HEAD].copy_from_slice(sum.as_ref());
    record.resize(record.len().next_multiple_of(BLOCK), 0);
    Ok(record)
}

/// The posts in the journal beside `store` that are of `id`, in the order in which they were made
/// durable. Among them are posts that the database has; what is torn is none.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read(store: &Path, id: Uuid) -> io::Result<Vec<Message>> {
    let bytes = match std::fs::read(named(store, ENDING)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut records: Vec<_> = (0..bytes.len())
        .step_by(BLOCK)
        .filter_map(|at| decode(&bytes[at..], id))
        .collect();
    records.sort_by_key(|(number, _)| *number);
    Ok(records.into_iter().flat_map(|(_, posts)| posts).collect())
}

fn decode(bytes: &[u8], id: Uuid) -> Option<(u64, Vec<Message>)> {
    let head = bytes.get(..HEAD)?;
    if head[..8] != MAGIC || head[8..24] != *id.as_bytes() {
        return None;
    }
    let number = |at: usize| Some(u64::from_be_bytes(head.get(at..at + 8)?.try_into().ok()?));
    let length = usize::try_from(number(32)?).ok()?;
    let mut record = bytes.get(..HEAD.checked_add(length)?)?.to_vec();
    record[40..HEAD].fill(0);
    if digest(&SHA256, &record).as_ref() != &head[40..HEAD] {
        return None;
    }
    let posts = serde_json::from_slice(&record[HEAD..]).ok()?;
    Some((number(24)?, posts))
}
