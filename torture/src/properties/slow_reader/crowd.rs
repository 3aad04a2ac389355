//! Those who read: everybody in the room who says nothing.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use shared::RoomId;

use crate::{
    account::Account,
    counts::Counts,
    judge::until,
    listener::{Latencies, Listener, latencies},
    server::Server,
};

/// Listeners in one room.
pub struct Crowd {
    listeners: Vec<Listener>,
    /// What time stamps are counted from.
    pub origin: Instant,
}

impl Crowd {
    /// Makes their accounts; they join and come in.
    pub async fn gather(
        server: &Server,
        room: RoomId,
        size: usize,
        counts: &Arc<Counts>,
    ) -> Result<Self> {
        let origin = Instant::now();
        let mut listeners = Vec::with_capacity(size);
        for account in Account::crowd(server.address, "listener", size).await? {
            account.join(room).await?;
            let (address, counts) = (account.address, Arc::clone(counts));
            listeners.push(Listener::start(address, &account.token, origin, counts).await?);
        }
        Ok(Self { listeners, origin })
    }

    /// Since the beginning, in µs.
    pub fn now_us(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Waits until everybody has heard everything up to here.
    pub async fn hears(&self, rev: u64) -> Result<()> {
        let all = || self.listeners.iter().all(|listener| listener.rev() >= rev);
        until("everybody to hear", Duration::from_secs(20), all).await
    }

    /// What everybody waited since this was last asked.
    pub fn take_latencies(&self) -> Latencies {
        let mut sum = latencies();
        for listener in &self.listeners {
            listener.take_latencies(&mut sum);
        }
        sum
    }

    /// Messages heard, by all of them.
    pub fn heard(&self) -> u64 {
        self.listeners.iter().map(Listener::heard).sum()
    }
}
