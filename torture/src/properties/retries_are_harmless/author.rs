//! Somebody who says everything several times, on two sockets and over REST.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use fastrand::Rng;
use shared::{ClientFrame, ClientId, MessageAnswer, NewMessage, RoomId, ServerFrame};
use tokio::time::{sleep, timeout};

use super::DIFFERING;
use crate::{
    account::Account,
    client::{Ack, client_id},
    counts::Counts,
    socket::{Heard, Socket},
};

/// A late copy comes up to so long after the first.
const LATE_MS: u64 = 4_000;

/// Messages that are looked after at once.
const WAITING: usize = 24;

/// A message without an answer is sent again after this.
const AGAIN: Duration = Duration::from_millis(1_500);

/// A message without an answer for so long will not get one.
const PATIENCE: Duration = Duration::from_mins(1);

/// A message that has not been said as often as it is to be, or not been answered.
struct Saying {
    room: RoomId,
    body: String,
    /// Copies to come, when each.
    copies: Vec<Instant>,
    since: Instant,
    last: Instant,
}

pub(super) struct Author {
    account: Account,
    rooms: Vec<RoomId>,
    rng: Rng,
    counts: Arc<Counts>,
    sockets: [Option<Socket>; 2],
    /// In an order that the seed alone decides.
    saying: BTreeMap<ClientId, Saying>,
    acks: HashMap<ClientId, Ack>,
}

impl Author {
    pub fn new(account: Account, rooms: Vec<RoomId>, rng: Rng, counts: Arc<Counts>) -> Self {
        Self {
            account,
            rooms,
            rng,
            counts,
            sockets: [None, None],
            saying: BTreeMap::new(),
            acks: HashMap::new(),
        }
    }

    /// Says so many, each until it is answered. Returns what was answered.
    pub async fn write(mut self, messages: usize) -> Result<HashMap<ClientId, Ack>> {
        let mut begun = 0;
        while begun < messages || !self.saying.is_empty() {
            if begun < messages && self.saying.len() < WAITING {
                begun += 1;
                self.begin(begun);
            }
            self.say_what_is_due().await?;
            self.listen().await?;
            if self.rng.u8(..) == 0 {
                // Dropped, not closed: what was on its way is lost or not, who knows.
                self.sockets[self.rng.usize(..2)] = None;
                self.counts.add("sockets dropped", 1);
            }
        }
        Ok(self.acks)
    }

    fn begin(&mut self, number: usize) {
        let now = Instant::now();
        let (id, room) = (client_id(&mut self.rng), self.rng.usize(..self.rooms.len()));
        let mut copies = vec![now];
        for _ in 0..self.rng.u8(0..4) {
            let late = if self.rng.bool() {
                0
            } else {
                self.rng.u64(..LATE_MS)
            };
            copies.push(now + Duration::from_millis(late));
        }
        let saying = Saying {
            room: self.rooms[room],
            body: format!("{number} again and again"),
            copies,
            since: now,
            last: now,
        };
        self.saying.insert(id, saying);
    }

    async fn say_what_is_due(&mut self) -> Result<()> {
        let now = Instant::now();
        let mut due = Vec::new();
        for (id, saying) in &mut self.saying {
            let before = saying.copies.len();
            saying.copies.retain(|at| *at > now);
            let mut times = before - saying.copies.len();
            let is_answered = self.acks.contains_key(id);
            if times == 0 && !is_answered && now.duration_since(saying.last) > AGAIN {
                times = 1;
            }
            if !is_answered && now.duration_since(saying.since) > PATIENCE {
                bail!("{id:?} was never answered");
            }
            if times > 0 {
                saying.last = now;
            }
            due.extend((0..times).map(|_| (*id, saying.room, saying.body.clone())));
        }
        for (id, room, body) in due {
            self.counts.add("copies sent", 1);
            match self.rng.usize(..5) {
                0 => self.say_by_rest(id, room, &body).await?,
                way => self.say_by_socket(way % 2, id, room, &body).await?,
            }
        }
        let acks = &self.acks;
        self.saying
            .retain(|id, saying| !saying.copies.is_empty() || !acks.contains_key(id));
        Ok(())
    }

    async fn say_by_rest(&mut self, client_id: ClientId, room: RoomId, body: &str) -> Result<()> {
        let new = NewMessage {
            client_id,
            body: body.parse()?,
            reply_to: None,
        };
        let path = format!("/rooms/{room}/messages");
        // No answer while the server is away: it is said again later.
        let Ok(answer) = self.account.tell("POST", &path, &new).await else {
            return Ok(());
        };
        if answer.status != 503 {
            let MessageAnswer { message } = answer.decode()?;
            let (id, seq) = (message.id, message.seq);
            self.answered(client_id, Ack { room, id, seq });
        }
        Ok(())
    }

    async fn say_by_socket(
        &mut self,
        way: usize,
        client_id: ClientId,
        room: RoomId,
        body: &str,
    ) -> Result<()> {
        if self.sockets[way].is_none() {
            let opened = Socket::open(self.account.address, &self.account.token).await;
            self.sockets[way] = opened.ok();
        }
        let frame = ClientFrame::SendMessage {
            room,
            client_id,
            body: body.parse()?,
            reply_to: None,
        };
        if let Some(socket) = &mut self.sockets[way]
            && !socket.send(&frame).await?
        {
            self.sockets[way] = None;
        }
        Ok(())
    }

    /// Hears what both sockets have, for some milliseconds.
    async fn listen(&mut self) -> Result<()> {
        if self.sockets.iter().all(Option::is_none) {
            sleep(Duration::from_millis(5)).await;
        }
        for way in 0..2 {
            while let Some(socket) = &mut self.sockets[way] {
                let heard = timeout(Duration::from_millis(2), socket.next()).await;
                match heard {
                    Err(_) => break,
                    Ok(heard) => match heard? {
                        Heard::Frame(frame) => self.hear(*frame)?,
                        Heard::Closed(_) | Heard::Cut(_) => self.sockets[way] = None,
                    },
                }
            }
        }
        Ok(())
    }

    fn hear(&mut self, frame: ServerFrame) -> Result<()> {
        match frame {
            ServerFrame::MessageAccepted {
                room,
                client_id,
                id,
                seq,
                ..
            } => self.answered(client_id, Ack { room, id, seq }),
            ServerFrame::Error { code, message, .. } if !code.is_worth_retrying() => {
                bail!("{code:?}: {message}")
            }
            _ => {}
        }
        Ok(())
    }

    fn answered(&mut self, client_id: ClientId, ack: Ack) {
        self.counts.add("answers", 1);
        let first = *self.acks.entry(client_id).or_insert(ack);
        if first != ack {
            self.counts.fault(DIFFERING, || {
                format!("{client_id}: {first:?}, then {ack:?}")
            });
        }
    }
}
