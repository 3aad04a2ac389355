//! Two people who keep the rules, while others don't.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use fastrand::Rng;
use shared::RoomId;
use tokio::time::sleep;

use super::WAITED;
use crate::{
    account::Account,
    client::{Client, Plan},
    counts::Counts,
    judge::{self, settle},
};

/// How long a message may wait for its acknowledgment while the machine is flooded, in ms.
const BOUND_MS: u64 = 5_000;
/// Between two messages.
const PAUSE: Duration = Duration::from_millis(50);

/// A pair in a room of their own.
pub struct Bystanders {
    people: Vec<Account>,
    clients: Vec<Client>,
    room: RoomId,
    said: u64,
    counts: Arc<Counts>,
}

impl Bystanders {
    pub fn come_in(
        people: Vec<Account>,
        room: RoomId,
        rng: &mut Rng,
        counts: &Arc<Counts>,
    ) -> Self {
        let start = |account: &Account| {
            let plan = Plan {
                account: account.clone(),
                rooms: vec![room],
                window: 1,
                receive_buffer: None,
                seed: rng.u64(..),
            };
            Client::start(plan, Arc::clone(counts))
        };
        Self {
            clients: people.iter().map(start).collect(),
            people,
            room,
            said: 0,
            counts: Arc::clone(counts),
        }
    }

    /// One after the other says something, and waits until it is acknowledged. The longest wait, in
    /// ms.
    pub async fn talk_for(&mut self, time: Duration) -> Result<u64> {
        let began = Instant::now();
        let mut slowest = 0;
        while began.elapsed() < time {
            let who = usize::from(self.said % 2 == 1);
            self.said += 1;
            let said_at = Instant::now();
            self.clients[who].post(self.room, format!("{} are you there?", self.said));
            let is_acked = || self.clients[who].waiting() == 0;
            judge::until("an acknowledgment", Duration::from_mins(1), is_acked).await?;
            let waited = u64::try_from(said_at.elapsed().as_millis())?;
            slowest = waited.max(slowest);
            self.counts.add("bystanders' messages", 1);
            if waited > BOUND_MS {
                self.counts.fault(WAITED, || format!("{waited} ms"));
            }
            sleep(PAUSE).await;
        }
        Ok(slowest)
    }

    /// Nothing of what they said is lost, doubled or untold.
    pub async fn judge(self, counts: &Counts) -> Result<()> {
        let histories = settle(&self.clients, &self.people[0], &[self.room]).await?;
        judge::judge(counts, self.clients, &histories).await
    }
}
