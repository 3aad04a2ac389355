//! One's messages until the server has them: no text is lost, none is posted twice.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use shared::{ClientFrame, ClientId, MessageBody, RoomId};

/// A message without an answer for so long is sent again: harmless, with the same `client_id`.
const ANSWER_MS: i64 = 10_000;

/// How a message that the server does not have yet is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PendingState {
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
    /// When it was written, by this machine's clock.
    pub at: i64,
    #[serde(skip)]
    pub state: PendingState,
}

/// One's messages that the server does not have yet, in the order they were written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outbox {
    pending: Vec<Rc<Pending>>,
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

    /// The room's messages, in the order they were written.
    pub fn of(&self, room: RoomId) -> impl Iterator<Item = &Rc<Pending>> {
        self.pending
            .iter()
            .filter(move |pending| pending.room == room)
    }

    /// The message with that `client_id`.
    pub fn find(&self, client_id: ClientId) -> Option<&Rc<Pending>> {
        self.pending
            .iter()
            .find(|pending| pending.client_id == client_id)
    }

    pub(super) fn push(&mut self, pending: Pending) {
        if self.find(pending.client_id).is_none() {
            self.pending.push(Rc::new(pending));
        }
    }

    pub(super) fn take(&mut self, client_id: ClientId) -> Option<Rc<Pending>> {
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

    /// What is to be sent now. A message that backs off holds back the later ones of its room, so
    /// that they stay in order.
    pub(super) fn due(&mut self, now: i64) -> Vec<ClientFrame> {
        let mut held_back = Vec::new();
        let mut frames = Vec::new();
        for pending in &mut self.pending {
            let is_due = match pending.state {
                PendingState::Sending { since } => now - since >= ANSWER_MS,
                PendingState::BackingOff { until } if until > now => {
                    held_back.push(pending.room);
                    false
                }
                PendingState::Waiting | PendingState::BackingOff { .. } => true,
                PendingState::Failed { .. } => false,
            };
            if is_due && !held_back.contains(&pending.room) {
                let pending = Rc::make_mut(pending);
                pending.state = PendingState::Sending { since: now };
                frames.push(ClientFrame::SendMessage {
                    room: pending.room,
                    client_id: pending.client_id,
                    body: pending.body.clone(),
                    reply_to: None,
                });
            }
        }
        frames
    }
}
