//! Whether one kind of thing takes longer than another, by rank (Mann and Whitney's U).

/// What comparing each of one kind with each of another tells.
#[derive(Debug, Clone, Copy)]
pub struct Ranks {
    /// Comparisons that the first won; half of one where they were equal.
    wins: f64,
    /// How many there were of each.
    sizes: [f64; 2],
}

impl Ranks {
    /// Compares them.
    #[expect(clippy::cast_precision_loss, reason = "hundreds of each")]
    pub fn of(first: &[u64], second: &[u64]) -> Self {
        let mut wins = 0.0;
        for one in first {
            for other in second {
                wins += match one.cmp(other) {
                    std::cmp::Ordering::Greater => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Less => 0.0,
                };
            }
        }
        Self {
            wins,
            sizes: [first.len() as f64, second.len() as f64],
        }
    }

    /// How often the first was the larger: 500 where neither is, as a rule.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 1,000"
    )]
    pub fn per_mille(&self) -> u64 {
        (1_000.0 * self.wins / (self.sizes[0] * self.sizes[1])).round() as u64
    }

    /// How far from chance that is, in standard deviations; negative where the second is larger.
    pub fn deviations(&self) -> f64 {
        let [first, second] = self.sizes;
        let expected = first * second / 2.0;
        (self.wins - expected) / (first * second * (first + second + 1.0) / 12.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_always_longer_is_far_from_chance_and_what_is_mixed_is_not() {
        let low: Vec<u64> = (0..60).collect();
        let high: Vec<u64> = (60..120).collect();
        let apart = Ranks::of(&high, &low);
        assert_eq!(apart.per_mille(), 1_000);
        assert!(apart.deviations() > 9.0, "{apart:?}");
        assert!(Ranks::of(&low, &high).deviations() < -9.0);
        let [even, odd] = [0, 1].map(|first| (first..120).step_by(2).collect::<Vec<u64>>());
        let mixed = Ranks::of(&even, &odd);
        assert!(mixed.deviations().abs() < 0.5, "{mixed:?}");
        assert_eq!(Ranks::of(&low, &low).per_mille(), 500);
    }

    #[test]
    fn a_few_slow_ones_are_no_difference() {
        let calm = vec![10; 60];
        let mut busy = calm.clone();
        busy[..3].fill(10_000);
        assert!(Ranks::of(&busy, &calm).deviations().abs() < 1.0);
    }
}
