//! How long things took, in buckets.

use std::time::Duration;

use super::Counter;

/// Upper ends of the buckets; the last is without end.
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

/// Counts times by bucket.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [Counter; BOUNDS.len() + 1],
    total_ns: Counter,
}

/// What a histogram has counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// How many took at most each of [`BOUNDS`], those of the buckets before included; the last:
    /// how many there are at all.
    pub at_most: [u64; BOUNDS.len() + 1],
    /// How long all took together.
    pub total: Duration,
}

impl Histogram {
    /// One that took so long.
    pub fn add(&self, took: Duration) {
        let bucket = BOUNDS.partition_point(|bound| *bound < took);
        self.buckets[bucket].add(1);
        self.total_ns
            .add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    /// By now.
    pub fn read(&self) -> Times {
        let mut sum = 0;
        let at_most = std::array::from_fn(|bucket| {
            sum += self.buckets[bucket].get();
            sum
        });
        Times {
            at_most,
            total: Duration::from_nanos(self.total_ns.get()),
        }
    }
}

impl Times {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.at_most[BOUNDS.len()]
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
}
