//! Whether there was input lately, for `set_presence`. Pure: the clock comes in.

use shared::{AWAY_AFTER_MS, Activity};

/// Watches for input.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    last_input: i64,
    is_away: bool,
}

impl Watch {
    pub fn new(now: i64) -> Self {
        Self {
            last_input: now,
            is_away: false,
        }
    }

    /// There was input; says so where one was away.
    pub fn input(&mut self, now: i64) -> Option<Activity> {
        self.last_input = now;
        std::mem::take(&mut self.is_away).then_some(Activity::Active)
    }

    /// Time went by; says so where one has become away.
    pub fn tick(&mut self, now: i64) -> Option<Activity> {
        let is_away = now - self.last_input >= i64::from(AWAY_AFTER_MS);
        let has_changed = is_away && !self.is_away;
        self.is_away |= is_away;
        has_changed.then_some(Activity::Away)
    }

    /// What a new socket has to be told: it takes one for active.
    pub fn connected(self) -> Option<Activity> {
        self.is_away.then_some(Activity::Away)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AWAY: i64 = AWAY_AFTER_MS as i64;

    #[test]
    fn five_minutes_without_input_are_said_once() {
        let mut watch = Watch::new(0);
        assert_eq!(watch.tick(AWAY - 1), None);
        assert_eq!(watch.tick(AWAY), Some(Activity::Away));
        assert_eq!(watch.tick(AWAY + 1), None);
        assert_eq!(watch.connected(), Some(Activity::Away));
    }

    #[test]
    fn input_brings_one_back_once() {
        let mut watch = Watch::new(0);
        watch.tick(AWAY);
        assert_eq!(watch.input(AWAY + 5), Some(Activity::Active));
        assert_eq!(watch.input(AWAY + 6), None);
        assert_eq!(watch.tick(2 * AWAY + 5), None);
    }
}
