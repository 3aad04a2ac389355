//! Marks: how far everybody has got, written together.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use shared::{Marks, MarksUpdate, RoomId, Ticks, UserId};
use tokio::sync::Notify;

use super::{Domain, RoomRef, SignedIn};
use crate::{Error, store::MarkMove};

/// Marks that may wait to be written. More are dropped: a client says them again, and a mark
/// that comes late is only late.
const MAX_WAITING: usize = 65_536;

/// Marks most written in one go, so that posts between two batches wait little.
const MAX_BATCH: usize = 1_024;

/// Marks said over sockets and not written yet, the furthest of each person and room.
#[derive(Debug, Default)]
pub(super) struct MarkBuffer {
    waiting: Mutex<HashMap<(RoomId, UserId), Marks>>,
    is_filled: Notify,
}

impl MarkBuffer {
    fn add(&self, room: RoomId, user: UserId, said: Marks) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MAX_WAITING && !waiting.contains_key(&(room, user)) {
            return;
        }
        let marks = waiting.entry((room, user)).or_default();
        marks.delivered = marks.delivered.max(said.delivered);
        marks.read = marks.read.max(said.read);
        drop(waiting);
        self.is_filled.notify_one();
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        let waiting = self.waiting.lock();
        waiting.unwrap_or_else(PoisonError::into_inner).len()
    }

    fn take(&self) -> Vec<MarkMove> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let keys: Vec<_> = waiting.keys().copied().take(MAX_BATCH).collect();
        let taken = keys
            .into_iter()
            .filter_map(|key| waiting.remove_entry(&key))
            .map(|((room, user), marks)| MarkMove { room, user, marks })
            .collect();
        if !waiting.is_empty() {
            self.is_filled.notify_one();
        }
        taken
    }
}

fn said(update: &MarksUpdate) -> Marks {
    let read = update.read.unwrap_or_default();
    Marks {
        delivered: update.delivered.unwrap_or_default().max(read),
        read,
    }
}

impl Domain {
    /// Moves one's marks and answers with them, durable.
    ///
    /// # Errors
    /// `not_found` or `forbidden` for who is not in the room.
    pub async fn set_marks(
        &self,
        me: &SignedIn,
        room: &RoomRef,
        update: MarksUpdate,
    ) -> Result<Marks, Error> {
        let seen = self.see(me, room).await?;
        seen.membership()?;
        let mark = MarkMove {
            room: seen.id(),
            user: me.user(),
            marks: said(&update),
        };
        let moved = self.store.move_marks(&[mark]).await?;
        moved
            .into_iter()
            .next()
            .flatten()
            .ok_or(Error::NotFound("room"))
    }

    /// Moves one's marks soon, together with everybody's; for who is known to be in the room. For
    /// anybody else it does nothing.
    pub fn mark_soon(&self, me: &SignedIn, room: RoomId, update: &MarksUpdate) {
        self.marks.add(room, me.user(), said(update));
    }

    /// A room's lowest marks, for the live side.
    ///
    /// # Errors
    /// When the store cannot.
    pub async fn ticks(&self, room: RoomId) -> Result<Option<Ticks>, Error> {
        Ok(self.store.ticks(room).await?)
    }
}

/// Writes the marks that were said over sockets. While one batch is written the next gathers, so
/// it needs no timer.
pub struct MarkFlusher(Arc<Domain>);

impl MarkFlusher {
    /// For this domain; one is enough.
    pub fn new(domain: Arc<Domain>) -> Self {
        Self(domain)
    }

    /// Runs until it is dropped.
    pub async fn run(self) {
        loop {
            self.0.marks.is_filled.notified().await;
            let batch = self.0.marks.take();
            if batch.is_empty() {
                continue;
            }
            if let Err(error) = self.0.store.move_marks(&batch).await {
                // Lost marks heal: clients say their furthest mark again.
                Error::from(error).log();
            }
        }
    }
}
