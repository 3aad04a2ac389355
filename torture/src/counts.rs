//! What was counted, and what of it must be zero.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Examples of what went wrong that are kept: the first ones explain the others.
const MAX_FINDINGS: usize = 12;

/// What is counted in every run, in the order in which it is printed at the end.
pub const FIGURES: [&str; 3] = ["acked", "kills", "cuts"];

/// What must be zero in every run, in the order in which it is printed at the end.
pub const FAULTS: [&str; 5] = [LOST, DUPLICATED, REORDERED, HOLES, NEEDLESS_RESETS];

/// Acknowledged, and not in the history.
pub const LOST: &str = "lost";
/// One `client_id`, two messages.
pub const DUPLICATED: &str = "duplicated";
/// Two observers, or one author and the history, that disagree about what came first.
pub const REORDERED: &str = "reordered";
/// In the history, and never told to a client that was caught up; or a live `rev` left out.
pub const HOLES: &str = "holes";
/// `reset` and `behind` where the protocol requires neither.
pub const NEEDLESS_RESETS: &str = "needless resets";

/// A run's counts. Shared by everything that counts in it.
#[derive(Debug, Default)]
pub struct Counts(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    figures: Vec<(&'static str, u64)>,
    faults: Vec<(&'static str, u64)>,
    findings: Vec<String>,
}

impl Counts {
    /// Counts `amount` more of a figure.
    pub fn add(&self, figure: &'static str, amount: u64) {
        *entry(&mut self.kept().figures, figure) += amount;
    }

    /// Keeps the largest of a figure.
    pub fn largest(&self, figure: &'static str, value: u64) {
        let mut kept = self.kept();
        let entry = entry(&mut kept.figures, figure);
        *entry = value.max(*entry);
    }

    /// Says that a fault is looked for: printed as zero where there is none.
    pub fn expect_none(&self, fault: &'static str) {
        entry(&mut self.kept().faults, fault);
    }

    /// Counts a fault; `example` is only made where it is kept.
    pub fn fault(&self, fault: &'static str, example: impl FnOnce() -> String) {
        let mut kept = self.kept();
        *entry(&mut kept.faults, fault) += 1;
        if kept.findings.len() < MAX_FINDINGS {
            kept.findings.push(format!("{fault}: {}", example()));
        }
    }

    /// How much of a figure or a fault was counted.
    pub fn of(&self, name: &str) -> u64 {
        let kept = self.kept();
        let entries = kept.figures.iter().chain(&kept.faults);
        entries
            .filter(|(known, _)| *known == name)
            .map(|(_, count)| count)
            .sum()
    }

    /// Whether everything that must be zero is.
    pub fn is_clean(&self) -> bool {
        self.kept().faults.iter().all(|(_, count)| *count == 0)
    }

    /// The first things that went wrong, in words.
    pub fn findings(&self) -> Vec<String> {
        self.kept().findings.clone()
    }

    /// Everything counted, figures before faults, in the order of first mention.
    pub fn all(&self) -> Vec<(&'static str, u64)> {
        let kept = self.kept();
        kept.figures.iter().chain(&kept.faults).copied().collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Numbers stay numbers, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entry<'a>(entries: &'a mut Vec<(&'static str, u64)>, name: &'static str) -> &'a mut u64 {
    let place = entries.iter().position(|(known, _)| *known == name);
    let place = place.unwrap_or_else(|| {
        entries.push((name, 0));
        entries.len() - 1
    });
    &mut entries[place].1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_that_was_looked_for_and_not_found_is_printed_as_zero() {
        let counts = Counts::default();
        counts.expect_none(LOST);
        counts.add("acked", 2);
        assert!(counts.is_clean());
        assert_eq!(counts.all(), [("acked", 2), (LOST, 0)]);
        counts.fault(LOST, || "m".to_owned());
        assert!(!counts.is_clean());
        assert_eq!(counts.findings(), ["lost: m"]);
    }
}
