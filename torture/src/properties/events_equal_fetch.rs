//! R5: what a client makes of the events is what a fresh fetch says, at every pause.
//!
//! People post, edit, delete, join, leave and rename over REST. Some of them have a client, which
//! reduces what it hears to a state while a proxy cuts it off again and again.

mod mirror;
mod state;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use fastrand::Rng;
use serde_json::json;
use shared::{Message, MessageAnswer, NewMessage, RoomId};
use tokio::time::sleep;

use crate::{
    account::Account,
    client::client_id,
    counts::{Counts, FAULTS},
    crew::open_rooms,
    ground::Ground,
    proxy::Proxy,
};
use mirror::Mirror;
use state::State;

const PEOPLE: usize = 6;
const MIRRORS: usize = 3;
const ROOMS: usize = 4;

/// Steps between two pauses.
const STRETCH: u64 = 50;

/// How long events may take until they are all there.
const SETTLING: Duration = Duration::from_secs(15);

/// A client that makes of its events what the server does not hold.
const DIFFERENCES: &str = "differences";

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let steps = ground.pick(400, 10_000);
    for fault in FAULTS.iter().chain(&[DIFFERENCES]) {
        ground.counts.expect_none(fault);
    }
    let mut rng = ground.rng();
    let server = ground.serve().await?;
    let proxy = Proxy::before(server.address).await?;
    let people = Account::crowd(server.address, "person", PEOPLE).await?;
    let rooms = open_rooms(&people, ROOMS).await?;
    let mirrors: Vec<_> = people[PEOPLE - MIRRORS..]
        .iter()
        .map(|account| Mirror::start(account.clone(), proxy.address, Arc::clone(&ground.counts)))
        .collect();
    let mut company = Company::new(people, rooms, rng.fork(), Arc::clone(&ground.counts));
    let mut done = 0;
    while done < steps {
        for _ in 0..STRETCH {
            company.step().await?;
            done += 1;
            if rng.u8(..40) == 0 && proxy.cut_one(&mut rng) {
                ground.counts.add("cuts", 1);
            }
        }
        ground.counts.add("steps", STRETCH);
        for mirror in &mirrors {
            compare(mirror, &ground.counts).await?;
        }
    }
    Ok(())
}

/// Waits until the client has made of its events what a fetch says.
async fn compare(mirror: &Mirror, counts: &Counts) -> Result<()> {
    counts.add("comparisons", 1);
    let fetched = State::fetch(&mirror.account).await?;
    let began = Instant::now();
    loop {
        if mirror.is_broken() {
            bail!("a client ended by itself");
        }
        let Some(difference) = mirror.difference(&fetched) else {
            return Ok(());
        };
        if began.elapsed() > SETTLING {
            let who = &mirror.account.name;
            counts.fault(DIFFERENCES, || format!("{who}: {difference}"));
            return Ok(());
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// People who do things at random. The first owns the rooms and never leaves.
struct Company {
    people: Vec<Account>,
    rooms: Vec<RoomId>,
    /// Who is in which room.
    is_in: Vec<[bool; ROOMS]>,
    said: Vec<Vec<Message>>,
    rng: Rng,
    counts: Arc<Counts>,
}

impl Company {
    fn new(people: Vec<Account>, rooms: Vec<RoomId>, rng: Rng, counts: Arc<Counts>) -> Self {
        Self {
            is_in: vec![[true; ROOMS]; people.len()],
            said: vec![Vec::new(); people.len()],
            people,
            rooms,
            rng,
            counts,
        }
    }

    /// Somebody does something, and it is answered.
    async fn step(&mut self) -> Result<()> {
        while !self.try_something().await? {}
        Ok(())
    }

    /// False where chance chose what cannot be done.
    async fn try_something(&mut self) -> Result<bool> {
        let (who, room) = (self.rng.usize(..PEOPLE), self.rng.usize(..ROOMS));
        match self.rng.u8(..100) {
            0..55 if self.is_in[who][room] => self.post(who, room).await,
            55..70 => self.change(who, false).await,
            70..80 => self.change(who, true).await,
            80..95 if who > 0 => self.come_or_go(who, room).await,
            95..98 => {
                let topic = json!({ "topic": format!("topic {}", self.rng.u32(..)) });
                let path = format!("/rooms/{}", self.rooms[room]);
                let answer = self.people[0].tell("PATCH", &path, &topic).await?;
                answer.decode::<serde_json::Value>()?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn post(&mut self, who: usize, room: usize) -> Result<bool> {
        let new = NewMessage {
            client_id: client_id(&mut self.rng),
            body: format!("number {}", self.rng.u32(..)).parse()?,
            reply_to: None,
        };
        let path = format!("/rooms/{}/messages", self.rooms[room]);
        let answer = self.people[who].tell("POST", &path, &new).await?;
        let MessageAnswer { message } = answer.decode()?;
        self.counts.add("acked", 1);
        self.said[who].push(message);
        Ok(true)
    }

    /// Edits or deletes something of one's own, where one still is.
    async fn change(&mut self, who: usize, is_deleted: bool) -> Result<bool> {
        if self.said[who].is_empty() {
            return Ok(false);
        }
        let chosen = self.rng.usize(..self.said[who].len());
        let (room, id) = (self.said[who][chosen].room, self.said[who][chosen].id);
        let place = self.rooms.iter().position(|known| *known == room);
        if !place.is_some_and(|place| self.is_in[who][place]) {
            return Ok(false);
        }
        let path = format!("/rooms/{room}/messages/{id}");
        let answer = if is_deleted {
            self.said[who].swap_remove(chosen);
            self.people[who].ask("DELETE", &path, None).await?
        } else {
            let edit = json!({ "body": format!("reworded {}", self.rng.u32(..)) });
            self.people[who].tell("PATCH", &path, &edit).await?
        };
        answer.decode::<MessageAnswer>()?;
        Ok(true)
    }

    async fn come_or_go(&mut self, who: usize, room: usize) -> Result<bool> {
        let path = format!("/rooms/{}/members/me", self.rooms[room]);
        let is_in = &mut self.is_in[who][room];
        let method = if *is_in { "DELETE" } else { "PUT" };
        *is_in = !*is_in;
        let answer = self.people[who].ask(method, &path, None).await?;
        if !answer.is_success() {
            bail!("{method} {path}: {}", answer.status);
        }
        Ok(true)
    }
}
