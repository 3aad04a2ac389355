//! How long things took, and how many there were at a time, in buckets.

use std::time::Duration;

use super::Counter;

/// Upper ends of a time's buckets; one more is without end.
pub const BOUNDS: [Duration; 11] = [
    Duration::from_millis(1),
    Duration::from_millis(2),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(20),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(5),
];

/// Upper ends of a size's buckets; one more is without end.
pub const SIZE_BOUNDS: [u64; 11] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];

const BUCKETS: usize = BOUNDS.len() + 1;

/// Counts times by bucket.
#[derive(Debug, Default)]
pub struct Histogram(Buckets);

/// Counts sizes by bucket.
#[derive(Debug, Default)]
pub struct SizeHistogram(Buckets);

#[derive(Debug, Default)]
struct Buckets {
    counts: [Counter; BUCKETS],
    total: Counter,
}

/// What a histogram has counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// How many took at most each of [`BOUNDS`], those of the buckets before included; the last:
    /// how many there are at all.
    pub at_most: [u64; BUCKETS],
    /// How long all took together.
    pub total: Duration,
}

/// What a histogram of sizes has counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// How many were at most each of [`SIZE_BOUNDS`], as in [`Times`].
    pub at_most: [u64; BUCKETS],
    /// All of them together.
    pub total: u64,
}

impl Histogram {
    /// One that took so long.
    pub fn add(&self, took: Duration) {
        let bucket = BOUNDS.partition_point(|bound| *bound < took);
        let ns = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.0.add(bucket, ns);
    }

    /// By now.
    pub fn read(&self) -> Times {
        Times {
            at_most: self.0.at_most(),
            total: Duration::from_nanos(self.0.total.get()),
        }
    }
}

impl SizeHistogram {
    /// So many at a time.
    pub fn add(&self, size: u64) {
        let bucket = SIZE_BOUNDS.partition_point(|bound| *bound < size);
        self.0.add(bucket, size);
    }

    /// By now.
    pub fn read(&self) -> Sizes {
        Sizes {
            at_most: self.0.at_most(),
            total: self.0.total.get(),
        }
    }
}

impl Buckets {
    fn add(&self, bucket: usize, amount: u64) {
        self.counts[bucket].add(1);
        self.total.add(amount);
    }

    fn at_most(&self) -> [u64; BUCKETS] {
        let mut sum = 0;
        std::array::from_fn(|bucket| {
            sum += self.counts[bucket].get();
            sum
        })
    }
}

impl Times {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.at_most[BUCKETS - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_counted_in_every_bucket_it_fits_in() {
        let histogram = Histogram::default();
        for millis in [0, 1, 3, 6_000] {
            histogram.add(Duration::from_millis(millis));
        }
        let times = histogram.read();
        assert_eq!(times.at_most[..4], [2, 2, 3, 3]);
        assert_eq!(times.at_most[BOUNDS.len() - 1..], [3, 4]);
        assert_eq!(
            (times.count(), times.total),
            (4, Duration::from_millis(6_004))
        );
    }

    #[test]
    fn a_size_is_counted_in_every_bucket_it_fits_in() {
        let histogram = SizeHistogram::default();
        for size in [1, 2, 3, 1_024, 1_025] {
            histogram.add(size);
        }
        let sizes = histogram.read();
        assert_eq!(sizes.at_most[..4], [1, 2, 3, 3]);
        assert_eq!(sizes.at_most[SIZE_BOUNDS.len() - 2..], [3, 4, 5]);
        assert_eq!(sizes.total, 2_055);
    }
}
