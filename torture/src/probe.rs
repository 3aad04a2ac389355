//! Somebody who keeps asking while the store is in trouble: is every request answered, and since
//! when are they answered well again?

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use fastrand::Rng;
use shared::{MessageAnswer, NewMessage, RoomId};
use tokio::{
    task::JoinSet,
    time::{Instant as Timer, sleep, sleep_until},
};

use crate::{
    account::Account,
    client::{Ack, client_id},
    counts::Counts,
};

/// A request without an answer for as long as [`crate::http::PATIENCE`].
pub const HUNG: &str = "hung requests";
/// The store was well again, and posting was not, for longer than it may take.
pub const SLOW: &str = "slow recoveries";
/// How long it may take.
pub const RECOVERY: Duration = Duration::from_secs(2);

/// How far apart requests are.
const EVERY: Duration = Duration::from_millis(50);

/// What a time of trouble brought.
#[derive(Debug, Default)]
pub struct Trouble {
    /// Posts that were acknowledged meanwhile.
    pub acks: Vec<(shared::ClientId, Ack)>,
    /// Posts that were refused.
    pub refused: u64,
    /// Reads that were answered with what was asked for.
    pub read: u64,
    /// Reads that were not.
    pub unread: u64,
}

/// Asks, one after the other.
#[derive(Debug)]
pub struct Probe {
    account: Account,
    room: RoomId,
    rng: Rng,
    counts: Arc<Counts>,
}

enum Told {
    Posted(Option<(shared::ClientId, Ack)>),
    Read(bool),
}

impl Probe {
    /// By somebody who is in the room.
    pub fn new(account: Account, room: RoomId, rng: Rng, counts: Arc<Counts>) -> Self {
        counts.expect_none(HUNG);
        counts.expect_none(SLOW);
        Self {
            account,
            room,
            rng,
            counts,
        }
    }

    /// Posts and reads for so long, not waiting for answers; then waits for all of them.
    pub async fn ask_for(&mut self, time: Duration) -> Result<Trouble> {
        let mut asking = JoinSet::new();
        let began = Instant::now();
        while began.elapsed() < time {
            let new = self.new_message()?;
            asking.spawn(post(
                self.account.clone(),
                self.room,
                new,
                Arc::clone(&self.counts),
            ));
            asking.spawn(read(
                self.account.clone(),
                self.room,
                Arc::clone(&self.counts),
            ));
            sleep_until(Timer::now() + EVERY).await;
        }
        let mut trouble = Trouble::default();
        while let Some(told) = asking.join_next().await {
            match told?? {
                Told::Posted(Some(ack)) => trouble.acks.push(ack),
                Told::Posted(None) => trouble.refused += 1,
                Told::Read(true) => trouble.read += 1,
                Told::Read(false) => trouble.unread += 1,
            }
        }
        Ok(trouble)
    }

    /// Posts until it is acknowledged. The store became well at `well_since`.
    pub async fn recover(&mut self, well_since: Instant) -> Result<(shared::ClientId, Ack)> {
        let new = self.new_message()?;
        loop {
            let counts = Arc::clone(&self.counts);
            let posted = post(self.account.clone(), self.room, new.clone(), counts).await?;
            let took = well_since.elapsed();
            let milliseconds = u64::try_from(took.as_millis())?;
            if let Told::Posted(Some(ack)) = posted {
                self.counts.largest("slowest recovery, ms", milliseconds);
                if took > RECOVERY {
                    self.counts.fault(SLOW, || format!("{milliseconds} ms"));
                }
                return Ok(ack);
            }
            anyhow::ensure!(took < Duration::from_mins(1), "it did not recover");
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn new_message(&mut self) -> Result<NewMessage> {
        Ok(NewMessage {
            client_id: client_id(&mut self.rng),
            body: "is anybody there?".parse()?,
            reply_to: None,
        })
    }
}

async fn post(
    account: Account,
    room: RoomId,
    new: NewMessage,
    counts: Arc<Counts>,
) -> Result<Told> {
    let path = format!("/rooms/{room}/messages");
    let answer = match account.tell("POST", &path, &new).await {
        Ok(answer) if answer.is_success() => answer,
        Ok(_) => return Ok(Told::Posted(None)),
        Err(error) => {
            note(&counts, &error, "a post");
            return Ok(Told::Posted(None));
        }
    };
    let MessageAnswer { message } = answer.decode()?;
    let (id, seq) = (message.id, message.seq);
    Ok(Told::Posted(Some((new.client_id, Ack { room, id, seq }))))
}

async fn read(account: Account, room: RoomId, counts: Arc<Counts>) -> Result<Told> {
    let path = format!("/rooms/{room}/messages?limit=20");
    match account.get(&path).await {
        Ok(answer) => Ok(Told::Read(answer.is_success())),
        Err(error) => {
            note(&counts, &error, "a read");
            Ok(Told::Read(false))
        }
    }
}

fn note(counts: &Counts, error: &io::Error, what: &str) {
    if error.kind() == io::ErrorKind::TimedOut {
        counts.fault(HUNG, || format!("{what} had no answer"));
    }
}
