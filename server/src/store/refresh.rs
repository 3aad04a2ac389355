//! What a refresh value is worth, decided once for every backend.

use shared::{REFRESH_GRACE_MS, Timestamp};

use super::Digest;

/// The refresh values of a login that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RefreshValues {
    /// What is good now.
    pub current: Digest,
    /// What it replaced.
    pub last_spent: Option<Digest>,
    /// When it did.
    pub rotated_at: Option<Timestamp>,
}

/// What somebody showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// The current value: it is to be replaced by the next.
    Current,
    /// The value just replaced, within the grace: what replaced it still stands.
    JustReplaced,
    /// Neither: a replay if the login ever had it, else nothing.
    Spent,
}

impl RefreshValues {
    /// What `presented` is now. The grace ends with its last millisecond.
    pub fn judge(&self, presented: &Digest, now: Timestamp) -> Shown {
        if *presented == self.current {
            return Shown::Current;
        }
        let is_in_grace = self
            .rotated_at
            .is_some_and(|at| now < at.plus_millis(REFRESH_GRACE_MS));
        if self.last_spent.as_ref() == Some(presented) && is_in_grace {
            Shown::JustReplaced
        } else {
            Shown::Spent
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_current_then_just_replaced_then_spent() {
        let at = Timestamp::from_millis;
        let values = RefreshValues {
            current: [2; 32],
            last_spent: Some([1; 32]),
            rotated_at: Some(at(0)),
        };
        let end = REFRESH_GRACE_MS;
        for (presented, now, shown) in [
            (2, 0, Shown::Current),
            (2, end * 9, Shown::Current),
            (1, 0, Shown::JustReplaced),
            (1, end - 1, Shown::JustReplaced),
            (1, end, Shown::Spent),
            (0, 0, Shown::Spent),
        ] {
            let found = values.judge(&[presented; 32], at(now));
            assert_eq!(found, shown, "{presented} at {now}");
        }
    }

    #[test]
    fn a_login_that_was_never_refreshed_has_one_value() {
        let values = RefreshValues {
            current: [1; 32],
            last_spent: None,
            rotated_at: None,
        };
        let now = Timestamp::from_millis(0);
        assert_eq!(values.judge(&[1; 32], now), Shown::Current);
        assert_eq!(values.judge(&[0; 32], now), Shown::Spent);
    }
}
