//! The end of one room's log: a plain value.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use shared::{Message, MessageId};

use super::entry::Entry;
use crate::store::Changes;

/// Messages kept of one room: what a resume tells at most, and the surroundings that a read takes
/// along.
pub const MAX_CHANGES: usize = 1_280;
/// Bytes kept of one room.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What was changed in a room above a cursor.
#[derive(Debug, Clone)]
pub struct Part {
    /// By `rev`, each in its current state.
    pub entries: Vec<Arc<Entry>>,
    /// The room's.
    pub head: u64,
    /// Whether there are more above the last one.
    pub has_more: bool,
}

impl From<Changes> for Part {
    fn from(changes: Changes) -> Self {
        let entries = changes.messages.into_iter().map(Entry::new);
        Self {
            entries: entries.map(Arc::new).collect(),
            head: changes.head,
            has_more: changes.has_more,
        }
    }
}

/// A change that was not the next one.
#[derive(Debug, PartialEq, Eq)]
pub struct Hole;

/// Every message that was changed above `from`, in the state that the log has at `head`: what a
/// read of the store would have found when the room's counter stood there.
#[derive(Debug)]
pub struct RecentLog {
    from: u64,
    head: u64,
    entries: BTreeMap<u64, Arc<Entry>>,
    revs: HashMap<MessageId, u64>,
    bytes: usize,
}

impl RecentLog {
    /// As it was read: all that was changed above `from`, up to `head`.
    pub fn new(from: u64, head: u64, messages: Vec<Message>) -> Self {
        let mut log = Self {
            from,
            head,
            entries: BTreeMap::new(),
            revs: HashMap::new(),
            bytes: 0,
        };
        for message in messages {
            log.keep(message);
        }
        log.trim();
        log
    }

    /// The next change. One that is under the head already changes nothing: a read may know of a
    /// commit before the feed tells of it.
    pub fn push(&mut self, message: Message) -> Result<(), Hole> {
        if message.rev <= self.head {
            return Ok(());
        }
        if message.rev != self.head + 1 {
            return Err(Hole);
        }
        self.head = message.rev;
        self.keep(message);
        self.trim();
        Ok(())
    }

    /// What is above the cursor; None where that reaches further back than what is kept, or is
    /// ahead of it: the store may know more than the feed has told yet.
    pub fn above(&self, cursor: u64) -> Option<Part> {
        if cursor < self.from || cursor > self.head {
            return None;
        }
        let entries = self.entries.range(cursor + 1..);
        Some(Part {
            entries: entries.map(|(_, entry)| Arc::clone(entry)).collect(),
            head: self.head,
            has_more: false,
        })
    }

    /// About how many bytes it holds.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn keep(&mut self, message: Message) {
        let (id, rev) = (message.id, message.rev);
        if let Some(before) = self.revs.insert(id, rev) {
            self.remove(before);
        }
        let entry = Arc::new(Entry::new(message));
        self.bytes += entry.weight();
        self.entries.insert(rev, entry);
    }

    fn remove(&mut self, rev: u64) {
        if let Some(entry) = self.entries.remove(&rev) {
            self.bytes -= entry.weight();
        }
    }

    fn trim(&mut self) {
        while (self.entries.len() > MAX_CHANGES || self.bytes > MAX_BYTES)
            && let Some((rev, entry)) = self.entries.pop_first()
        {
            self.bytes -= entry.weight();
            self.revs.remove(&entry.message.id);
            self.from = rev;
        }
    }
}
