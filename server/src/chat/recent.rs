//! The recent changes of rooms that people come back to, shared by all workers: thousands who
//! return at once are answered from one read of the store, with frames that were made once.
//!
//! What is here is what the feed told, in its order, on top of one read that began before: at
//! every moment the state of the log at some head. It decides nothing: who may see a room is asked
//! of the store, after what is told was taken from here (see [`resume`](super::resume)).

mod entry;
mod log;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::{Message, RoomId};

use crate::{
    hub::Millis,
    store::{Change, Changes},
};

pub(super) use entry::Entry;
use log::RecentLog;
pub(super) use log::{MAX_CHANGES, Part};

/// Rooms kept at once; those that nobody came back to for longest go first.
const MAX_ROOMS: usize = 1_024;
/// Bytes kept at once, the same way.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// A room that nobody came back to for so long is forgotten.
const IDLE: Millis = 5 * 60 * 1_000;
/// Changes that a read takes along from below the cursor it is for: clients that were cut off by
/// the same restart stand near each other.
const SURROUNDINGS: u64 = 128;

/// All of it.
#[derive(Debug, Default)]
pub struct Recent(Mutex<Rooms>);

#[derive(Debug, Default)]
struct Rooms {
    slots: HashMap<RoomId, Slot>,
    bytes: usize,
    reads: u64,
}

#[derive(Debug, Default)]
struct Slot {
    log: Option<RecentLog>,
    reading: Option<Reading>,
    /// Held by who reads: the others wait for what that finds.
    turn: Arc<tokio::sync::Mutex<()>>,
    used_at: Millis,
}

/// A read of the store is under way.
#[derive(Debug)]
struct Reading {
    number: u64,
    /// What the feed told meanwhile.
    told: Vec<Message>,
}

impl Recent {
    /// What was changed above `cursor`, from memory; where it is not there, `read` asks the store
    /// for what was changed above a `rev`, up to a limit, and all who come meanwhile wait for it.
    ///
    /// The caller gets the room's live frames already, so that nothing is between what this
    /// answers and what comes live.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn above<R, E>(
        &self,
        room: RoomId,
        cursor: u64,
        now: Millis,
        read: impl FnOnce(u64, u32) -> R,
    ) -> Result<Part, E>
    where
        R: Future<Output = Result<Changes, E>>,
    {
        let turn = match self.look(room, cursor, now) {
            Ok(part) => return Ok(part),
            Err(turn) => turn,
        };
        let _turn = turn.lock().await;
        if let Ok(part) = self.look(room, cursor, now) {
            return Ok(part);
        }
        let number = self.begin(room);
        let from = cursor.saturating_sub(SURROUNDINGS);
        let limit = u32::try_from(MAX_CHANGES).unwrap_or(u32::MAX);
        let changes = read(from, limit).await?;
        let part = part_above(cursor, &changes);
        self.finish(room, number, from, changes);
        Ok(part)
    }

    /// What was committed, before anybody is told of it.
    pub fn observe(&self, changes: &[Change], now: Millis) {
        let mut rooms = self.rooms();
        if rooms.slots.is_empty() {
            return;
        }
        for change in changes {
            match change {
                Change::MessagePosted(message) | Change::MessageChanged(message) => {
                    rooms.push(message, now);
                }
                Change::RoomDeleted(room) => rooms.forget(*room),
                // Something was lost, nobody knows what.
                Change::Gap => {
                    rooms.slots.clear();
                    rooms.bytes = 0;
                }
                _ => {}
            }
        }
        rooms.make_room();
    }

    /// About how many bytes it holds.
    pub fn bytes(&self) -> u64 {
        self.rooms().bytes as u64
    }

    fn look(
        &self,
        room: RoomId,
        cursor: u64,
        now: Millis,
    ) -> Result<Part, Arc<tokio::sync::Mutex<()>>> {
        let mut rooms = self.rooms();
        let slot = rooms.slots.entry(room).or_default();
        slot.used_at = now;
        let part = slot.log.as_ref().and_then(|log| log.above(cursor));
        part.ok_or_else(|| Arc::clone(&slot.turn))
    }

    /// What the feed tells of the room is kept from now on. The number of the read.
    fn begin(&self, room: RoomId) -> u64 {
        let mut rooms = self.rooms();
        rooms.reads += 1;
        let number = rooms.reads;
        rooms.slots.entry(room).or_default().reading = Some(Reading {
            number,
            told: Vec::new(),
        });
        number
    }

    /// The room was read: all that was changed above `from`, unless there is more.
    fn finish(&self, room: RoomId, number: u64, from: u64, changes: Changes) {
        let mut rooms = self.rooms();
        let Some(slot) = rooms.slots.get_mut(&room) else {
            return;
        };
        // Another one where all was forgotten since; none where too much came meanwhile.
        let Some(reading) = slot.reading.take_if(|reading| reading.number == number) else {
            return;
        };
        if changes.has_more {
            return;
        }
        let mut log = RecentLog::new(from, changes.head, changes.messages);
        if reading.told.into_iter().all(|told| log.push(told).is_ok()) {
            let (before, after) = (slot.weight(), log.bytes());
            slot.log = Some(log);
            rooms.bytes = rooms.bytes - before + after;
            rooms.make_room();
        }
    }

    // Whole after every statement that changes it.
    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a read that reaches further back has for a cursor.
fn part_above(cursor: u64, changes: &Changes) -> Part {
    let above = changes.messages.iter().filter(|m| m.rev > cursor);
    Part {
        entries: above.cloned().map(Entry::new).map(Arc::new).collect(),
        head: changes.head,
        has_more: changes.has_more,
    }
}

impl Slot {
    fn weight(&self) -> usize {
        self.log.as_ref().map_or(0, RecentLog::bytes)
    }
}

impl Rooms {
    fn push(&mut self, message: &Message, now: Millis) {
        let Some(slot) = self.slots.get_mut(&message.room) else {
            return;
        };
        if now - slot.used_at > IDLE {
            return self.forget(message.room);
        }
        let before = slot.weight();
        if let Some(log) = &mut slot.log
            && log.push(message.clone()).is_err()
        {
            slot.log = None;
        }
        if let Some(reading) = &mut slot.reading {
            reading.told.push(message.clone());
            if reading.told.len() > MAX_CHANGES {
                slot.reading = None;
            }
        }
        let after = slot.weight();
        self.bytes = self.bytes - before + after;
    }

    fn forget(&mut self, room: RoomId) {
        if let Some(slot) = self.slots.remove(&room) {
            self.bytes -= slot.weight();
        }
    }

    fn make_room(&mut self) {
        while self.bytes > MAX_BYTES || self.slots.len() > MAX_ROOMS {
            let oldest = self.slots.iter().min_by_key(|(_, slot)| slot.used_at);
            let Some((&room, _)) = oldest else { return };
            self.forget(room);
        }
    }
}
