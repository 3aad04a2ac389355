//! R16: there is one log per room, and whatever anybody reads at any time is the beginning of it.
//!
//! Everybody posts, edits and reads over REST while the server is killed. A read must agree with
//! every other read about every number, must not end before what was acknowledged when it began,
//! nor before what an earlier read saw; and what it showed must be all there was up to its head.

mod log;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use fastrand::Rng;
use shared::{Message, MessageAnswer, MessagePage, RoomId};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    account::Account,
    client::client_id,
    counts::{Counts, FAULTS},
    crew::open_rooms,
    ground::Ground,
    http::Answer,
    killing::Killer,
};
use log::Logs;

const ROOMS: usize = 4;

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let (operations, workers) = ground.pick((1_200, 8), (50_000, 10));
    let every_ms = ground.pick(700..1_400, 1_000..3_000);
    for fault in FAULTS.iter().chain(&[log::EXCEPTIONS]) {
        ground.counts.expect_none(fault);
    }
    let mut rng = ground.rng();
    let mut server = ground.serve().await?;
    let people = Account::crowd(server.address, "person", workers).await?;
    let rooms = open_rooms(&people, ROOMS).await?;
    let logs = Arc::new(Logs::new(&rooms, Arc::clone(&ground.counts)));
    let mut working = JoinSet::new();
    for account in &people {
        let worker = Worker {
            account: account.clone(),
            rooms: rooms.clone(),
            rng: rng.fork(),
            logs: Arc::clone(&logs),
            counts: Arc::clone(&ground.counts),
            own: Vec::new(),
        };
        working.spawn(worker.run(operations / workers));
    }
    let mut killer = Killer::new(rng.fork(), every_ms);
    while !working.is_empty() {
        while let Some(ended) = working.try_join_next() {
            ended??;
        }
        let done = ground.counts.of("acked");
        killer.tick(&mut server, &ground.counts, done).await?;
        sleep(Duration::from_millis(10)).await;
    }
    for room in &rooms {
        let (history, head) = people[0].history(*room).await?;
        logs.judge(*room, &history, head);
    }
    Ok(())
}

struct Worker {
    account: Account,
    rooms: Vec<RoomId>,
    rng: Rng,
    logs: Arc<Logs>,
    counts: Arc<Counts>,
    /// What it may edit.
    own: Vec<Message>,
}

impl Worker {
    async fn run(mut self, operations: usize) -> Result<()> {
        for number in 0..operations {
            let began = Instant::now();
            match self.rng.u8(..100) {
                0..40 => self.post(number).await?,
                40..50 if !self.own.is_empty() => self.edit(number).await?,
                50..75 => self.read("messages?limit=100").await?,
                _ => self.read_changes().await?,
            }
            self.counts.add("operations", 1);
            let took = u64::try_from(began.elapsed().as_millis())?;
            self.counts.largest("slowest operation, ms", took);
        }
        Ok(())
    }

    fn room(&mut self) -> RoomId {
        self.rooms[self.rng.usize(..self.rooms.len())]
    }

    async fn post(&mut self, number: usize) -> Result<()> {
        let room = self.room();
        let new = shared::NewMessage {
            client_id: client_id(&mut self.rng),
            body: format!("{number} by rest").parse()?,
            reply_to: None,
        };
        let path = format!("/rooms/{room}/messages");
        let answer = self
            .write("POST", &path, &serde_json::to_vec(&new)?)
            .await?;
        let MessageAnswer { message } = answer.decode()?;
        self.counts.add("acked", 1);
        self.logs.acked(room, message.seq);
        self.own.push(message);
        Ok(())
    }

    /// Saying the same again changes nothing, so an edit may be sent until it is answered.
    async fn edit(&mut self, number: usize) -> Result<()> {
        let chosen = self.rng.usize(..self.own.len());
        let (room, id) = (self.own[chosen].room, self.own[chosen].id);
        let edit = shared::BodyEdit {
            body: format!("{number} reworded").parse()?,
        };
        let path = format!("/rooms/{room}/messages/{id}");
        let answer = self
            .write("PATCH", &path, &serde_json::to_vec(&edit)?)
            .await?;
        let MessageAnswer { message } = answer.decode()?;
        self.logs.acked(room, message.rev);
        Ok(())
    }

    async fn write(&self, method: &str, path: &str, body: &[u8]) -> Result<Answer> {
        self.account.until_answered(method, path, Some(body)).await
    }

    async fn read(&mut self, what: &str) -> Result<()> {
        let room = self.room();
        let least = self.logs.head(room);
        let page: MessagePage = self.account.fetch(&format!("/rooms/{room}/{what}")).await?;
        self.logs.read(room, least, &page);
        Ok(())
    }

    /// From somewhere in the last hundred numbers to the end.
    async fn read_changes(&mut self) -> Result<()> {
        let room = self.room();
        let least = self.logs.head(room);
        let since = least.saturating_sub(self.rng.u64(..90));
        let path = format!("/rooms/{room}/changes?since={since}&limit=100");
        let page: MessagePage = self.account.fetch(&path).await?;
        self.logs.read_changes(room, least, since, &page);
        Ok(())
    }
}
