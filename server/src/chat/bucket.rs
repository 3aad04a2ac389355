//! How fast one client may talk: a bucket of frames that fills by itself.

use shared::Timestamp;

/// Frames at once: a client that comes back may have a full outbox.
const CAPACITY: u32 = 1_000;
/// Frames a second in the long run.
const PER_SECOND: i64 = 200;

/// What one client has left to say for now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    left: u32,
    filled_at: Timestamp,
}

impl Bucket {
    /// A full one.
    pub fn new(now: Timestamp) -> Self {
        Self {
            left: CAPACITY,
            filled_at: now,
        }
    }

    /// Takes one out; false when it is empty.
    pub fn take(&mut self, now: Timestamp) -> bool {
        let passed = now
            .as_millis()
            .saturating_sub(self.filled_at.as_millis())
            .max(0);
        let filled = u32::try_from(passed.saturating_mul(PER_SECOND) / 1_000).unwrap_or(CAPACITY);
        if filled > 0 {
            self.left = self.left.saturating_add(filled).min(CAPACITY);
            self.filled_at = now;
        }
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_a_flood_does_not() {
        let at = Timestamp::from_millis;
        let mut bucket = Bucket::new(at(0));
        assert_eq!((0..2_000).filter(|_| bucket.take(at(0))).count(), 1_000);
        assert_eq!((0..2_000).filter(|_| bucket.take(at(1_000))).count(), 200);
        assert!(bucket.take(at(1_005)), "one more after five milliseconds");
    }
}
