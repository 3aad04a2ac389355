//! How fast one client may talk: a bucket of frames that fills by itself.

use shared::Timestamp;

use crate::limits::Rate;

/// What one client has said lately. Beside the limits by person: whoever floods is closed, and
/// asking a table of everybody for each frame would cost more than the frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    /// Frames not yet made up for.
    taken: u32,
    /// Since when they are being made up for.
    since: Timestamp,
}

impl Bucket {
    /// With nothing said.
    pub fn new(now: Timestamp) -> Self {
        Self {
            taken: 0,
            since: now,
        }
    }

    /// Takes a frame out; false when it is empty.
    pub fn take(&mut self, now: Timestamp, rate: Rate) -> bool {
        let Rate::Limited { burst, every } = rate else {
            return true;
        };
        let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX).max(1);
        let passed = now
            .as_millis()
            .saturating_sub(self.since.as_millis())
            .max(0);
        let made_up = u32::try_from(passed / every).unwrap_or(u32::MAX);
        if made_up >= self.taken {
            (self.taken, self.since) = (0, now);
        } else {
            self.taken -= made_up;
            // What is over counts for the next.
            self.since = self.since.plus_millis(i64::from(made_up) * every);
        }
        if self.taken >= burst.get() {
            return false;
        }
        self.taken += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_a_flood_does_not() {
        let at = Timestamp::from_millis;
        let rate = "1000/5ms".parse().unwrap();
        let mut bucket = Bucket::new(at(0));
        let mut passed = |now| (0..2_000).filter(|_| bucket.take(at(now), rate)).count();
        assert_eq!(passed(0), 1_000);
        assert_eq!(passed(1_000), 200);
        assert_eq!(passed(1_004), 0);
        assert_eq!(passed(1_005), 1, "one more after five milliseconds");
        assert_eq!(passed(100_000), 1_000);
    }

    #[test]
    fn time_that_is_over_is_not_lost() {
        let at = Timestamp::from_millis;
        let rate = "1/10ms".parse().unwrap();
        let mut bucket = Bucket::new(at(0));
        let passed = (0..1_000).filter(|ms| bucket.take(at(*ms), rate)).count();
        assert_eq!(passed, 100);
    }

    #[test]
    fn without_a_limit_everything_passes() {
        let now = Timestamp::from_millis(0);
        let mut bucket = Bucket::new(now);
        assert!((0..100_000).all(|_| bucket.take(now, Rate::Off)));
    }
}
