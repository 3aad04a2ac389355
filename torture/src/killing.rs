//! A server that is killed again and again while others talk to it.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use anyhow::Result;
use fastrand::Rng;

use crate::{counts::Counts, server::Server};

/// Kills on a schedule of its own.
#[derive(Debug)]
pub struct Killer {
    rng: Rng,
    every_ms: Range<u64>,
    next: Instant,
    progress: u64,
    /// How often it did.
    pub kills: u64,
}

impl Killer {
    /// The first kill comes after one such pause.
    pub fn new(mut rng: Rng, every_ms: Range<u64>) -> Self {
        let next = Instant::now() + Duration::from_millis(rng.u64(every_ms.clone()));
        Self {
            rng,
            every_ms,
            next,
            progress: 0,
            kills: 0,
        }
    }

    /// Kills and starts again, where it is time and `progress` has grown since the last kill: on a
    /// machine that is busy otherwise nothing would be reached, and nothing tested, between two.
    pub async fn tick(
        &mut self,
        server: &mut Server,
        counts: &Counts,
        progress: u64,
    ) -> Result<()> {
        if Instant::now() < self.next || progress == self.progress {
            return Ok(());
        }
        self.progress = progress;
        server.kill().await?;
        let took = server.start_again().await?;
        counts.add("kills", 1);
        counts.largest("slowest start, ms", u64::try_from(took.as_millis())?);
        self.kills += 1;
        self.next = Instant::now() + Duration::from_millis(self.rng.u64(self.every_ms.clone()));
        Ok(())
    }
}
