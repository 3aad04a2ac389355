//! One's messages until the server has them: no text is lost, none is posted twice.

use std::{collections::VecDeque, rc::Rc};

use serde::{Deserialize, Serialize};
use shared::{ClientFrame, ClientId, MessageBody, MessageId, RoomId};

/// A message without an answer for so long is sent again: harmless, with the same `client_id`.
const ANSWER_MS: i64 = 10_000;
/// So many messages that the server has are remembered, lest another tab's copy of one of them
/// comes in again: far more than are on their way at once.
const MAX_SETTLED: usize = 256;

/// How a message that the server does not have yet is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PendingState {
    /// Being kept in the browser: not sent before it outlives this page.
    Keeping,
    /// Not sent, or not known to have arrived.
    #[default]
    Waiting,
    /// Sent then, not answered yet.
    Sending { since: i64 },
    /// The server asked to come back later.
    BackingOff { until: i64 },
    /// Refused for good, for this reason.
    Failed { reason: String },
}

/// A message that the server does not have yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Made once: every try carries it.
    pub client_id: ClientId,
    pub room: RoomId,
    pub body: MessageBody,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// When it was written, by this machine's clock.
    pub at: i64,
    /// Rises in the order of writing, whatever the clock does.
    pub number: u64,
    #[serde(skip)]
    pub state: PendingState,
}

/// One's messages that the server does not have yet, in the order they were written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outbox {
    pending: Vec<Rc<Pending>>,
    /// What the server is known to have, the latest last.
    settled: VecDeque<ClientId>,
}

impl Outbox {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.pending.len()
    }

    /// Whether the server has everything.
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// All messages, in the order they were written.
    pub fn iter(&self) -> impl Iterator<Item = &Rc<Pending>> {
        self.pending.iter()
    }

    /// The room's messages, in the order they were written.
    pub fn of(&self, room: RoomId) -> impl Iterator<Item = &Rc<Pending>> {
        self.iter().filter(move |pending| pending.room == room)
    }

    /// The message with that `client_id`.
    pub fn find(&self, client_id: ClientId) -> Option<&Rc<Pending>> {
        self.pending
            .iter()
            .find(|pending| pending.client_id == client_id)
    }

    /// What the next message is numbered.
    pub(super) fn next_number(&self) -> u64 {
        self.pending.last().map_or(1, |last| last.number + 1)
    }

    /// Puts a message at the end, unless it is there or the server has it.
    pub(super) fn push(&mut self, pending: Pending) {
        let client_id = pending.client_id;
        if self.find(client_id).is_none() && !self.settled.contains(&client_id) {
            self.pending.push(Rc::new(pending));
        }
    }

    /// The server has it, whoever sent it there, or it was given up: it is waited for no more and
    /// never taken in again.
    pub(super) fn settle(&mut self, client_id: ClientId) -> Option<Rc<Pending>> {
        if !self.settled.contains(&client_id) {
            self.settled.push_back(client_id);
            if self.settled.len() > MAX_SETTLED {
                self.settled.pop_front();
            }
        }
        self.take(client_id)
    }

    fn take(&mut self, client_id: ClientId) -> Option<Rc<Pending>> {
        let index = self
            .pending
            .iter()
            .position(|pending| pending.client_id == client_id)?;
        Some(self.pending.remove(index))
    }

    pub(super) fn set(&mut self, client_id: ClientId, state: PendingState) {
        let found = self
            .pending
            .iter_mut()
            .find(|pending| pending.client_id == client_id);
        if let Some(pending) = found {
            Rc::make_mut(pending).state = state;
        }
    }

    /// What was on its way may not have arrived: it goes again.
    pub(super) fn connection_lost(&mut self) {
        for pending in &mut self.pending {
            if matches!(pending.state, PendingState::Sending { .. }) {
                Rc::make_mut(pending).state = PendingState::Waiting;
            }
        }
    }

    /// What is to be sent now: of each room the first that is waited for. The later ones of the room
    /// stay until that is settled: were it refused for a while, they would overtake it.
    pub(super) fn due(&mut self, now: i64) -> Vec<ClientFrame> {
        let mut busy = Vec::new();
        let mut frames = Vec::new();
        for pending in &mut self.pending {
            let is_due = match pending.state {
                PendingState::Sending { since } => now - since >= ANSWER_MS,
                PendingState::BackingOff { until } => until <= now,
                PendingState::Waiting => true,
                PendingState::Keeping => false,
                PendingState::Failed { .. } => continue,
            };
            let is_first = !busy.contains(&pending.room);
            busy.push(pending.room);
            if is_due && is_first {
                let pending = Rc::make_mut(pending);
                pending.state = PendingState::Sending { since: now };
                frames.push(ClientFrame::SendMessage {
                    room: pending.room,
                    client_id: pending.client_id,
                    body: pending.body.clone(),
                    reply_to: pending.reply_to,
                });
            }
        }
        frames
    }
}
