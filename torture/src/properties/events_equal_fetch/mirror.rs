//! A client that reduces what it hears to a state.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Result;
use shared::{ClientFrame, Message, RoomId, ServerFrame};
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::state::{RoomState, State, members, rooms, topic};
use crate::{
    account::Account,
    counts::{Counts, NEEDLESS_RESETS, REORDERED},
    known::Learnt,
    socket::{Heard, Socket},
};

const SILENCE: Duration = Duration::from_millis(500);
const PONG: Duration = Duration::from_millis(1_500);

/// A client and what it shows.
pub(super) struct Mirror {
    /// Whose; its address is the server's, past the proxy.
    pub account: Account,
    state: Arc<Mutex<State>>,
    task: JoinHandle<Result<()>>,
}

impl Mirror {
    /// Comes in by `address`, and again whenever it is cut off.
    pub fn start(account: Account, address: SocketAddr, counts: Arc<Counts>) -> Self {
        let state = Arc::default();
        let reducer = Reducer {
            account: account.clone(),
            state: Arc::clone(&state),
            counts,
        };
        let task = tokio::spawn(reducer.run(address));
        Self {
            account,
            state,
            task,
        }
    }

    /// In what it differs from a fetch; None where in nothing.
    pub fn difference(&self, fetched: &State) -> Option<String> {
        lock(&self.state).difference(fetched)
    }

    /// Whether it has ended, which it does not by itself.
    pub fn is_broken(&self) -> bool {
        self.task.is_finished()
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Reducer {
    account: Account,
    state: Arc<Mutex<State>>,
    counts: Arc<Counts>,
}

impl Reducer {
    async fn run(self, address: SocketAddr) -> Result<()> {
        loop {
            if let Ok(mut socket) = Socket::open(address, &self.account.token).await {
                self.counts.add("connects", 1);
                self.come_in(&mut socket).await?;
                self.stay(&mut socket).await?;
            }
            sleep(Duration::from_millis(30)).await;
        }
    }

    /// After every `ready`: what has no `rev` is fetched, the logs are resumed. What comes live
    /// meanwhile waits in the socket and is applied after what was fetched.
    async fn come_in(&self, socket: &mut Socket) -> Result<()> {
        let listed = rooms(&self.account).await?;
        lock(&self.state)
            .rooms
            .retain(|id, _| listed.iter().any(|room| room.id() == *id));
        for room in &listed {
            // Refused: gone since it was listed, as an event says that waits in the socket.
            let is_known = lock(&self.state).rooms.contains_key(&room.id());
            if is_known {
                let members = members(&self.account, room.id()).await.unwrap_or_default();
                self.change(room.id(), |known| {
                    (known.topic, known.members) = (topic(room), members);
                });
            } else if let Ok(fetched) = RoomState::fetch(&self.account, room).await {
                lock(&self.state).rooms.insert(room.id(), fetched);
            }
        }
        let cursors = {
            let mut state = lock(&self.state);
            let rooms = state.rooms.iter_mut().map(|(id, room)| {
                room.log.is_resuming = true;
                (*id, room.log.cursor)
            });
            rooms.collect()
        };
        self.resume(socket, cursors).await.map(drop)
    }

    async fn resume(&self, socket: &mut Socket, rooms: HashMap<RoomId, u64>) -> Result<bool> {
        let epoch = Some(socket.epoch);
        socket.send(&ClientFrame::Resume { epoch, rooms }).await
    }

    async fn stay(&self, socket: &mut Socket) -> Result<()> {
        let mut has_asked = false;
        loop {
            let patience = if has_asked { PONG } else { SILENCE };
            match timeout(patience, socket.next()).await {
                Ok(heard) => match heard? {
                    Heard::Frame(frame) => {
                        has_asked = false;
                        self.reduce(socket, *frame).await?;
                    }
                    Heard::Closed(_) | Heard::Cut(_) => return Ok(()),
                },
                Err(_) if has_asked => return Ok(()),
                Err(_) => {
                    has_asked = true;
                    if !socket.send(&ClientFrame::Ping {}).await? {
                        return Ok(());
                    }
                }
            }
        }
    }

    async fn reduce(&self, socket: &mut Socket, frame: ServerFrame) -> Result<()> {
        match frame {
            ServerFrame::MessagePosted { message } | ServerFrame::MessageChanged { message } => {
                if let Some(cursor) = self.learn(&message) {
                    let rooms = HashMap::from([(message.room, cursor)]);
                    self.resume(socket, rooms).await?;
                }
            }
            ServerFrame::CaughtUp { room, head } => {
                self.change(room, |known| known.log.catch_up(head));
            }
            ServerFrame::RoomJoined { room } => {
                let fetched = RoomState::fetch(&self.account, &room).await;
                // Gone again: that is said by what follows.
                if let Ok(fetched) = fetched {
                    lock(&self.state).rooms.insert(room.id(), fetched);
                }
            }
            ServerFrame::RoomChanged { room } => {
                self.change(room.id(), |known| known.topic = topic(&room));
            }
            ServerFrame::MemberJoined { room, user } => {
                self.change(room, |known| {
                    known.members.insert(user);
                });
            }
            ServerFrame::MemberLeft { room, user } if user == self.account.id => {
                lock(&self.state).rooms.remove(&room);
            }
            ServerFrame::MemberLeft { room, user } => {
                self.change(room, |known| {
                    known.members.remove(&user);
                });
            }
            ServerFrame::RoomDeleted { room } => drop(lock(&self.state).rooms.remove(&room)),
            ServerFrame::Reset { room, reason } => self.reset(room, &format!("{reason:?}")),
            ServerFrame::Behind { room, .. } => self.reset(Some(room), "behind"),
            _ => {}
        }
        Ok(())
    }

    fn change(&self, room: RoomId, change: impl FnOnce(&mut RoomState)) {
        if let Some(known) = lock(&self.state).rooms.get_mut(&room) {
            change(known);
        }
    }

    /// Takes a message in; the cursor to resume from where numbers were left out.
    fn learn(&self, message: &Message) -> Option<u64> {
        let mut state = lock(&self.state);
        let known = state.rooms.get_mut(&message.room)?;
        // Again is no fault here: a room fetched just now may be ahead of its events.
        match known.log.learn(message) {
            Learnt::Next | Learnt::Again => None,
            Learnt::Gap => {
                self.counts.add("gaps resumed", 1);
                known.log.is_resuming = true;
                Some(known.log.cursor)
            }
            Learnt::Differing => {
                let who = &self.account.name;
                self.counts
                    .fault(REORDERED, || format!("{who} was told {message:?}"));
                None
            }
        }
    }

    /// The protocol requires one for a room one has left while it was being resumed, and no other.
    fn reset(&self, room: Option<RoomId>, why: &str) {
        let is_known = room.is_none_or(|room| lock(&self.state).rooms.contains_key(&room));
        let who = &self.account.name;
        if is_known && why != "Gone" {
            self.counts.fault(NEEDLESS_RESETS, || {
                format!("{who} was reset in {room:?}: {why}")
            });
        }
    }
}
