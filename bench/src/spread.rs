//! Medians, with the extremes beside them: a noisy machine is not averaged away.

use std::fmt;

/// The median of some figures, and the smallest and largest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Spread {
    /// None of nothing.
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let (min, max) = (*figures.first()?, *figures.last()?);
        let middle = figures.len() / 2;
        let median = if figures.len().is_multiple_of(2) {
            f64::midpoint(figures[middle - 1], figures[middle])
        } else {
            figures[middle]
        };
        Some(Self { median, min, max })
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, min, max] = [self.median, self.min, self.max].map(short);
        write!(f, "{median} [{min}–{max}]")
    }
}

/// Three digits that say something; whole numbers in groups of three.
pub fn short(figure: f64) -> String {
    let digits = match figure.abs() {
        0.0 => return "0".to_owned(),
        1_000.0.. => return grouped(figure),
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    format!("{figure:.digits$}")
}

fn grouped(figure: f64) -> String {
    let whole = format!("{figure:.0}");
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) && digit != '-' {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!(Spread::of([]), None);
        for (figures, median) in [
            (&[3.0][..], 3.0),
            (&[4.0, 1.0, 2.0], 2.0),
            (&[1.0, 2.0], 1.5),
        ] {
            let spread = Spread::of(figures.iter().copied()).unwrap();
            assert!((spread.median - median).abs() < 1e-9, "{figures:?}");
        }
    }

    #[test]
    fn figures_are_short_enough_to_compare() {
        for (figure, text) in [
            (0.0, "0"),
            (0.1234, "0.123"),
            (9.87, "9.87"),
            (12.34, "12.3"),
            (999.4, "999"),
            (1_234.0, "1,234"),
            (1_234_567.8, "1,234,568"),
        ] {
            assert_eq!(short(figure), text);
        }
    }
}
