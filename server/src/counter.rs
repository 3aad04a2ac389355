//! A number that grows, read by whoever asks for `/metrics`.
//!
//! Not the `metrics` crate: its one recorder is a static, which several servers in one process (as
//! the tests run them) would share, and a delivery would pay for finding its counter by name.

mod histogram;

use std::sync::atomic::{AtomicU64, Ordering};

pub use histogram::{BOUNDS, Histogram, SIZE_BOUNDS, SizeHistogram, Sizes, Times};

/// Counts since the start of the process. A reader may see one counter newer than another: each is
/// right by itself, and sums are right once nothing moves.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// So many more.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How many by now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// What is so many now, for what goes up and down.
    pub fn set(&self, now: u64) {
        self.0.store(now, Ordering::Relaxed);
    }
}
