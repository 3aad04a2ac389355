//! Samples of several subjects over several rounds; ratios are made within a round, where the
//! machine was in one mood.

use crate::{spread::Spread, subject::Subject};

/// All samples of a row.
#[derive(Debug)]
pub struct Rounds<T> {
    samples: Vec<(usize, Subject, T)>,
}

impl<T> Default for Rounds<T> {
    fn default() -> Self {
        Self {
            samples: Vec::new(),
        }
    }
}

impl<T> Rounds<T> {
    /// Keeps a sample.
    pub fn add(&mut self, round: usize, subject: Subject, sample: T) {
        self.samples.push((round, subject, sample));
    }

    /// Who was measured, in the order of the first round.
    pub fn subjects(&self) -> impl Iterator<Item = Subject> {
        let first = self.samples.first().map(|(round, ..)| *round);
        self.samples
            .iter()
            .filter(move |(round, ..)| Some(*round) == first)
            .map(|(_, subject, _)| *subject)
    }

    /// A figure of that subject over all rounds; None where it was not measured.
    pub fn spread(&self, subject: Subject, figure: impl Fn(&T) -> f64) -> Option<Spread> {
        Spread::of(self.of(subject).map(|(_, sample)| figure(sample)))
    }

    /// A subject's figure over another's, round by round; None where one was not measured.
    pub fn ratio(
        &self,
        subject: Subject,
        to: Subject,
        figure: impl Fn(&T) -> f64,
    ) -> Option<Spread> {
        Spread::of(self.of(subject).filter_map(|(round, sample)| {
            let (_, other) = self.of(to).find(|(other, _)| *other == round)?;
            Some(figure(sample) / figure(other))
        }))
    }

    fn of(&self, subject: Subject) -> impl Iterator<Item = (usize, &T)> {
        self.samples
            .iter()
            .filter(move |(_, who, _)| *who == subject)
            .map(|(round, _, sample)| (*round, sample))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_made_within_a_round() {
        let mut rounds = Rounds::default();
        // A machine that was twice as fast in the second round.
        for (round, parlor, bare) in [(0, 8.0, 10.0), (1, 18.0, 20.0)] {
            rounds.add(round, Subject::Bare, bare);
            rounds.add(round, Subject::Parlor, parlor);
        }
        let ratio = rounds
            .ratio(Subject::Parlor, Subject::Bare, |figure| *figure)
            .unwrap();
        assert!((ratio.min - 0.8).abs() < 1e-9 && (ratio.max - 0.9).abs() < 1e-9);
        assert_eq!(
            rounds.ratio(Subject::Parlor, Subject::SocketIo, |figure| *figure),
            None
        );
    }
}
