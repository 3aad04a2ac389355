//! How far a command is, on standard error.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use crate::store::Progress;

/// Often enough to see that it goes on, seldom enough to read.
const EVERY: Duration = Duration::from_millis(500);

/// Says how far it is: a line where something begins or is done, and twice a second in between.
#[derive(Debug, Default)]
pub(super) struct Reporter {
    said: Option<((&'static str, &'static str), Instant)>,
}

impl Reporter {
    pub fn tell(&mut self, progress: Progress) {
        let Progress {
            what,
            done,
            total,
            unit,
        } = progress;
        let is_due = self
            .said
            .is_none_or(|(before, at)| before != (what, unit) || at.elapsed() >= EVERY);
        if is_due || done == total {
            // Who closed it does not want to know.
            let _ = writeln!(io::stderr(), "{what}: {done} of {total} {unit}");
            self.said = Some(((what, unit), Instant::now()));
        }
    }
}
