//! How long to wait before the next try: full jitter, from a quarter of a second to fifteen.

const FIRST_MS: u64 = 250;
const MOST_MS: u64 = 15_000;

/// Grows with every failed try.
#[derive(Debug, Clone, Copy, Default)]
pub struct Backoff {
    tries: u32,
}

impl Backoff {
    /// The wait before the next try, in ms; `random` is from 0 to below 1.
    ///
    /// Full jitter: clients that lost one server must not come back in step.
    pub fn next(&mut self, random: f64) -> u64 {
        let ceiling = FIRST_MS
            .saturating_mul(1 << self.tries.min(10))
            .min(MOST_MS);
        self.tries += 1;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "at most fifteen thousand, never negative"
        )]
        let wait = (random * ceiling as f64) as u64;
        wait
    }

    /// A try succeeded.
    pub fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_fifteen_seconds() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..9).map(|_| backoff.next(0.999_999)).collect();
        assert_eq!(
            waits,
            [249, 499, 999, 1_999, 3_999, 7_999, 14_999, 14_999, 14_999]
        );
    }

    #[test]
    fn jitter_reaches_down_to_no_wait() {
        assert_eq!(Backoff::default().next(0.0), 0);
    }

    #[test]
    fn success_starts_over() {
        let mut backoff = Backoff::default();
        for _ in 0..8 {
            backoff.next(0.5);
        }
        backoff.reset();
        assert_eq!(backoff.next(0.5), 125);
    }
}
