//! What the disk itself takes: the yardstick of the durable rows.

use std::{
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;

use crate::swarm::{micros, tally::histogram};

/// What a small commit appends.
const PAGE: [u8; 4_096] = [0x5A; 4_096];

/// How long an append of 4 KiB and its `fdatasync` take, one after the other for so long, in µs, in
/// that directory. Goes on to 200 of them on a slow disk, so that there is a 99th percentile.
pub fn fdatasync(dir: &Path, time: Duration) -> Result<Histogram<u64>> {
    let mut file: File =
        tempfile::tempfile_in(dir).with_context(|| format!("no file in {}", dir.display()))?;
    let mut times = histogram()?;
    let began = Instant::now();
    while began.elapsed() < time || times.len() < 200 {
        let sync = Instant::now();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        times.saturating_record(micros(sync.elapsed()));
    }
    Ok(times)
}
