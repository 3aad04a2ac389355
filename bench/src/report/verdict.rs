//! Whether a goal is reached.

use crate::spread::{Spread, short};

/// A figure beside its ship bound and its goal.
#[derive(Debug, Clone)]
pub struct Verdict {
    what: String,
    measured: String,
    ship: Option<Held>,
    goal: Option<Held>,
}

#[derive(Debug, Clone)]
struct Held {
    bound: String,
    holds: bool,
}

impl Verdict {
    /// Of a figure that should be large. Judged by its median.
    pub fn at_least(
        what: impl Into<String>,
        measured: Spread,
        ship: Option<f64>,
        goal: Option<f64>,
    ) -> Self {
        let held = |bound: f64| Held {
            bound: format!("≥ {}", short(bound)),
            holds: measured.median >= bound,
        };
        Self {
            what: what.into(),
            measured: measured.to_string(),
            ship: ship.map(held),
            goal: goal.map(held),
        }
    }

    /// Of a figure that should be small. Judged by its median.
    pub fn at_most(
        what: impl Into<String>,
        measured: Spread,
        ship: Option<f64>,
        goal: Option<f64>,
    ) -> Self {
        let held = |bound: f64| Held {
            bound: format!("≤ {}", short(bound)),
            holds: measured.median <= bound,
        };
        Self {
            what: what.into(),
            measured: measured.to_string(),
            ship: ship.map(held),
            goal: goal.map(held),
        }
    }

    /// As a line of the table of verdicts.
    pub fn line(&self, row: &str) -> Vec<String> {
        let mut line = vec![row.to_owned(), self.what.clone(), self.measured.clone()];
        for held in [&self.ship, &self.goal] {
            match held {
                Some(held) => {
                    line.push(held.bound.clone());
                    line.push(if held.holds { "yes" } else { "**no**" }.to_owned());
                }
                None => line.extend([String::new(), String::new()]),
            }
        }
        line
    }

    /// Whether what must hold to ship does.
    pub fn ships(&self) -> bool {
        self.ship.as_ref().is_none_or(|held| held.holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_holds_to_the_digit() {
        let measured = Spread::of([1.0]).unwrap();
        assert!(Verdict::at_least("x", measured, Some(1.0), None).ships());
        assert!(!Verdict::at_least("x", measured, Some(1.01), None).ships());
        assert!(Verdict::at_most("x", measured, Some(1.0), None).ships());
        assert!(!Verdict::at_most("x", measured, Some(0.99), None).ships());
        assert!(Verdict::at_most("x", measured, None, Some(0.99)).ships());
    }
}
