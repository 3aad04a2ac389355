//! People in rooms, and their clients.

use std::sync::Arc;

use anyhow::{Result, bail};
use fastrand::Rng;
use shared::RoomId;

use crate::{
    account::Account,
    client::{Client, Plan},
    counts::Counts,
    judge::{self, Histories},
    server::Server,
};

/// A sender stops queueing here: more would only wait.
const QUEUE: usize = 32;

/// People who are all in the same rooms, each with a client.
pub struct Crew {
    /// Everybody; the first made the rooms.
    pub people: Vec<Account>,
    /// Where they are.
    pub rooms: Vec<RoomId>,
    /// One of each, in the same order.
    pub clients: Vec<Client>,
    said: u64,
}

impl Crew {
    /// Registers people and makes their rooms.
    pub async fn gather(server: &Server, people: usize, rooms: usize) -> Result<Self> {
        let people = Account::crowd(server.address, "person", people).await?;
        let rooms = open_rooms(&people, rooms).await?;
        Ok(Self {
            people,
            rooms,
            clients: Vec::new(),
            said: 0,
        })
    }

    /// Starts everybody's client, by their accounts' addresses.
    pub fn come_in(&mut self, window: usize, rng: &mut Rng, counts: &Arc<Counts>) {
        self.come_in_with(0, 0, window, rng, counts);
    }

    /// As [`come_in`](Self::come_in); the kernels of the first `small` take about `buffer` bytes that
    /// nobody has read yet.
    pub fn come_in_with(
        &mut self,
        small: usize,
        buffer: u32,
        window: usize,
        rng: &mut Rng,
        counts: &Arc<Counts>,
    ) {
        let plans = self.people.iter().enumerate().map(|(index, account)| Plan {
            account: account.clone(),
            rooms: self.rooms.clone(),
            window,
            receive_buffer: (index < small).then_some(buffer),
            seed: rng.u64(..),
        });
        let clients = plans.map(|plan| Client::start(plan, Arc::clone(counts)));
        self.clients = clients.collect();
    }

    /// One of the clients queues a message for one of the rooms, unless much waits already.
    pub fn say(&mut self, who: usize, rng: &mut Rng) {
        let client = &mut self.clients[who];
        if client.waiting() < QUEUE {
            self.said += 1;
            let room = self.rooms[rng.usize(..self.rooms.len())];
            let more = "so on ".repeat(rng.usize(..9));
            client.post(room, format!("{} and {more}", self.said));
        }
    }

    /// By how many messages the last of them, but for the first `except`, is behind whoever is ahead.
    pub fn behind(&self, except: usize) -> u64 {
        let told = || self.clients[except..].iter().map(Client::told);
        told().max().unwrap_or(0) - told().min().unwrap_or(0)
    }

    /// Messages that were acknowledged.
    pub fn acked(&self) -> usize {
        self.clients.iter().map(Client::acked).sum()
    }

    /// Whether all clients live.
    ///
    /// # Errors
    /// What broke one of them.
    pub async fn check(&mut self) -> Result<()> {
        if let Some(broken) = self.clients.iter().position(Client::is_broken) {
            self.clients.swap_remove(broken).finish().await?;
            bail!("a client ended by itself");
        }
        Ok(())
    }

    /// Waits until all is said and told, ends the clients and judges everything.
    pub async fn judge(self, counts: &Counts, reader: &Account) -> Result<Histories> {
        let histories = judge::settle(&self.clients, reader, &self.rooms).await?;
        judge::judge(counts, self.clients, &histories).await?;
        Ok(histories)
    }
}

/// Public rooms that all of them are in; the first makes them.
pub async fn open_rooms(people: &[Account], count: usize) -> Result<Vec<RoomId>> {
    let mut rooms = Vec::with_capacity(count);
    for n in 1..=count {
        let room = people[0].open_room(&format!("room{n}")).await?;
        for person in &people[1..] {
            person.join(room).await?;
        }
        rooms.push(room);
    }
    Ok(rooms)
}
