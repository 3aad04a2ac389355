//! What a process holds in memory.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::{task::JoinHandle, time::sleep};

/// How often is looked: often enough for what is held for a tenth of a second.
const EVERY: Duration = Duration::from_millis(100);

/// A process's proportional set size, in KiB: what it holds alone, and its share of the rest.
/// What the kernel buffers for its sockets is not in it.
pub fn held_kib(process: u32) -> Result<u64> {
    let path = format!("/proc/{process}/smaps_rollup");
    let rollup = fs::read_to_string(&path).with_context(|| path.clone())?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kib = line.and_then(|rest| rest.trim().strip_suffix("kB"));
    kib.and_then(|kib| kib.trim().parse().ok())
        .with_context(|| format!("no Pss in {path}"))
}

/// Looks how much a process holds, again and again, until it is dropped.
#[derive(Debug)]
pub struct Watch {
    process: u32,
    most: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Watch {
    /// Begins to look.
    pub fn on(process: u32) -> Self {
        let most = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&most);
        let task = tokio::spawn(async move {
            // A process that has ended holds nothing any more.
            while let Ok(held) = held_kib(process) {
                seen.fetch_max(held, Ordering::Relaxed);
                sleep(EVERY).await;
            }
        });
        Self {
            process,
            most,
            task,
        }
    }

    /// The most that was seen since it was last asked, in KiB.
    pub fn most_kib(&self) -> Result<u64> {
        let now = held_kib(self.process)?;
        Ok(self.most.swap(0, Ordering::Relaxed).max(now))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}
