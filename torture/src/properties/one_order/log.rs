//! What all reads together say a room's log is.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::{Message, MessageId, MessagePage, RoomId};

use crate::counts::{Counts, HOLES, LOST};

/// A read that is not the beginning of the one log.
pub(super) const EXCEPTIONS: &str = "exceptions";

/// The logs of all rooms, as far as anybody has read them.
pub(super) struct Logs {
    rooms: HashMap<RoomId, Mutex<Log>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Log {
    /// Which message changed with which number, and its state then.
    revs: BTreeMap<u64, (MessageId, Message)>,
    /// Which message was posted with which number.
    seqs: BTreeMap<u64, MessageId>,
    /// Nobody may read less any more.
    head: u64,
    /// Pages of history: first `seq`, head, how many messages. What lies between is known at the
    /// end only.
    pages: Vec<(u64, u64, usize)>,
}

impl Logs {
    pub fn new(rooms: &[RoomId], counts: Arc<Counts>) -> Self {
        let rooms = rooms.iter().map(|room| (*room, Mutex::default()));
        Self {
            rooms: rooms.collect(),
            counts,
        }
    }

    fn of(&self, room: RoomId) -> MutexGuard<'_, Log> {
        self.rooms[&room]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Up to where a read that begins now must show.
    pub fn head(&self, room: RoomId) -> u64 {
        self.of(room).head
    }

    /// A change was acknowledged.
    pub fn acked(&self, room: RoomId, rev: u64) {
        let mut log = self.of(room);
        log.head = log.head.max(rev);
    }

    /// The newest page of a room was read; when that began, `least` was acknowledged or read.
    pub fn read(&self, room: RoomId, least: u64, page: &MessagePage) {
        let mut log = self.of(room);
        self.observe(&mut log, least, page);
        if let Some(first) = page.messages.first() {
            let first = if page.has_more { first.seq } else { 0 };
            log.pages.push((first, page.head, page.messages.len()));
        }
        if !page.messages.is_sorted_by_key(|message| message.seq) {
            self.except(|| format!("a page out of order: {page:?}"));
        }
    }

    /// Changes were read.
    pub fn read_changes(&self, room: RoomId, least: u64, since: u64, page: &MessagePage) {
        let mut log = self.of(room);
        self.observe(&mut log, least, page);
        let mut latest = since;
        for message in &page.messages {
            if message.rev <= latest {
                self.except(|| format!("changes out of order: {message:?} after {latest}"));
            }
            latest = message.rev;
        }
        // The last change is never superseded, so a complete page ends with the head.
        if !page.has_more && latest != page.head {
            self.except(|| format!("the changes since {since} end with {latest}: {page:?}"));
        }
    }

    fn observe(&self, log: &mut Log, least: u64, page: &MessagePage) {
        self.counts.add("reads", 1);
        if page.head < least {
            self.except(|| format!("a read ended at {} after {least} was known", page.head));
        }
        log.head = log.head.max(page.head);
        for message in &page.messages {
            if message.rev > page.head || message.seq > message.rev {
                self.except(|| format!("{message:?} under head {}", page.head));
            }
            let by_seq = *log.seqs.entry(message.seq).or_insert(message.id);
            let state = (message.id, message.clone());
            let by_rev = log.revs.entry(message.rev).or_insert_with(|| state.clone());
            if by_seq != message.id || *by_rev != state {
                self.except(|| format!("{message:?} where others read {by_rev:?}, {by_seq:?}"));
            }
        }
    }

    fn except(&self, example: impl FnOnce() -> String) {
        self.counts.fault(EXCEPTIONS, example);
    }

    /// At the end: everything that was read, against the whole history.
    pub fn judge(&self, room: RoomId, history: &[Message], head: u64) {
        let log = self.of(room);
        let by_seq: BTreeMap<_, _> = history.iter().map(|m| (m.seq, m)).collect();
        if head < log.head {
            self.counts
                .fault(LOST, || format!("{room} ends at {head}, not {}", log.head));
        }
        for (seq, id) in &log.seqs {
            if by_seq.get(seq).is_none_or(|kept| kept.id != *id) {
                self.counts.fault(LOST, || format!("{id:?} was {seq}"));
            }
        }
        for (first, head, count) in &log.pages {
            let there = by_seq.range(*first..=*head).count();
            if there != *count {
                self.counts.fault(HOLES, || {
                    format!("a page from {first} to {head} had {count} of {there}")
                });
            }
        }
        // A number belongs to a post or to an edit; together they are dense.
        let edits = log.revs.iter().filter(|(rev, (_, m))| **rev != m.seq);
        self.counts
            .add("edits seen", u64::try_from(edits.count()).unwrap_or(0));
    }
}
