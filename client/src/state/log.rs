//! A stretch of one room's log, and the cursor that says up to which change it is whole.

use std::{collections::BTreeMap, rc::Rc};

use shared::{Message, MessageId, MessagePage, MessageState, UserId};

/// Most messages kept of a room: with day lines and notices at most 400 rows stand on the page.
pub const MAX_LOADED: usize = 350;

/// An end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Older,
    Newer,
}

/// What became of a message that was offered to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged {
    /// It was not there before.
    New,
    /// It stands there in a later state now.
    Changed,
    /// It was known in this or a later state.
    Known,
    /// It belongs to a part that is not loaded.
    Outside,
}

/// A stretch of messages without holes between its ends.
#[derive(Debug, Clone)]
pub struct Log {
    messages: BTreeMap<u64, Rc<Message>>,
    /// Every change up to this number is in here, as far as it touches the stretch.
    pub cursor: u64,
    /// Whether the room has messages before the first.
    pub has_older: bool,
    /// Whether the room has messages after the last.
    pub has_newer: bool,
    /// Whether missing changes are on their way.
    pub is_catching_up: bool,
    /// Which end is being loaded.
    pub loading: Option<Side>,
}

impl Log {
    /// The log that starts with this page: the page and its head are one snapshot.
    pub fn start(page: MessagePage) -> Self {
        Self {
            cursor: page.head,
            has_older: page.has_more,
            has_newer: page.has_newer.unwrap_or(false),
            is_catching_up: false,
            loading: None,
            messages: page
                .messages
                .into_iter()
                .map(|message| (message.seq, Rc::new(message)))
                .collect(),
        }
    }

    /// The messages by `seq`.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Rc<Message>> {
        self.messages.values()
    }

    /// How many are loaded.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether none is loaded.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The `seq` of the first loaded message.
    pub fn first_seq(&self) -> Option<u64> {
        self.messages.first_key_value().map(|(seq, _)| *seq)
    }

    /// The `seq` of the last loaded message.
    pub fn last_seq(&self) -> Option<u64> {
        self.messages.last_key_value().map(|(seq, _)| *seq)
    }

    /// Whether that place is within what is loaded.
    pub fn holds(&self, seq: u64) -> bool {
        self.messages.range(seq..).next().is_some()
            && (!self.has_older || self.messages.range(..=seq).next().is_some())
    }

    /// The message with that id.
    pub fn find(&self, id: MessageId) -> Option<&Rc<Message>> {
        self.messages.values().find(|message| message.id == id)
    }

    /// Applies a change in whatever order and however often it comes: the higher `rev` stays.
    pub fn merge(&mut self, message: Message) -> Merged {
        if let Some(known) = self.messages.get(&message.seq) {
            if known.rev >= message.rev {
                return Merged::Known;
            }
            self.messages.insert(message.seq, Rc::new(message));
            return Merged::Changed;
        }
        let is_before = self.first_seq().is_some_and(|first| message.seq < first);
        let is_after = self.last_seq().is_none_or(|last| message.seq > last);
        if (is_before && self.has_older) || (is_after && self.has_newer) {
            return Merged::Outside;
        }
        self.messages.insert(message.seq, Rc::new(message));
        Merged::New
    }

    /// Moves the cursor with a live change; true where it is further ahead than the next one.
    pub fn advance(&mut self, rev: u64) -> bool {
        if rev == self.cursor + 1 {
            self.cursor = rev;
        }
        rev > self.cursor
    }

    /// The room is up to date with everything up to `head`.
    pub fn caught_up(&mut self, head: u64) {
        self.cursor = self.cursor.max(head);
        self.is_catching_up = false;
    }

    /// Puts a page before or after what is loaded, and lets the far end go where it gets too long.
    ///
    /// Leaves the cursor alone: the page is whole up to its head, the rest of the log is not.
    pub fn extend(&mut self, side: Side, page: MessagePage) {
        self.loading = None;
        for message in page.messages {
            let known = self.messages.get(&message.seq);
            if known.is_none_or(|known| known.rev < message.rev) {
                self.messages.insert(message.seq, Rc::new(message));
            }
        }
        match side {
            Side::Older => {
                self.has_older = page.has_more;
                self.trim(Side::Newer);
            }
            Side::Newer => {
                self.has_newer = page.has_more;
                self.trim(Side::Older);
            }
        }
    }

    /// Lets go of what is too much at one end.
    pub fn trim(&mut self, side: Side) {
        while self.messages.len() > MAX_LOADED {
            match side {
                Side::Older => {
                    self.messages.pop_first();
                    self.has_older = true;
                }
                Side::Newer => {
                    self.messages.pop_last();
                    self.has_newer = true;
                }
            }
        }
    }

    /// How many live messages by others follow `read`; none where the stretch can't tell.
    pub fn unread(&self, me: UserId, read: u64) -> Option<usize> {
        let is_covered =
            !self.has_newer && (!self.has_older || self.first_seq().is_some_and(|f| f <= read));
        is_covered.then(|| {
            self.messages
                .range(read + 1..)
                .filter(|(_, message)| message.author != me && is_live(message))
                .count()
        })
    }

    /// One's last message that can still be edited.
    pub fn last_own(&self, me: UserId) -> Option<&Rc<Message>> {
        self.messages
            .values()
            .rev()
            .find(|message| message.author == me && is_live(message))
    }
}

/// Whether a message was not deleted.
pub fn is_live(message: &Message) -> bool {
    matches!(message.state, MessageState::Live { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture::{ALICE, BOB, deleted, edited, message, page};

    #[test]
    fn a_change_that_comes_twice_is_applied_once() {
        let mut log = Log::start(page(&[1, 2], 2));
        assert_eq!(log.merge(message(3, ALICE)), Merged::New);
        assert_eq!(log.merge(message(3, ALICE)), Merged::Known);
        assert_eq!(log.len(), 3);
    }

    #[test]
    fn the_higher_rev_stays_whatever_the_order() {
        let mut log = Log::start(page(&[1], 1));
        assert_eq!(log.merge(edited(1, 5, "late", ALICE)), Merged::Changed);
        assert_eq!(log.merge(edited(1, 4, "early", ALICE)), Merged::Known);
        assert_eq!(log.messages().next().unwrap().body(), Some("late"));
    }

    #[test]
    fn the_cursor_moves_only_to_the_very_next_change() {
        let mut log = Log::start(page(&[1], 1));
        assert!(!log.advance(2), "2 follows 1");
        assert_eq!(log.cursor, 2);
        assert!(log.advance(4), "3 is missing");
        assert_eq!(log.cursor, 2);
        assert!(!log.advance(1), "an old one is no gap");
        log.caught_up(4);
        assert_eq!(log.cursor, 4);
    }

    #[test]
    fn a_message_outside_the_stretch_is_not_put_beside_it() {
        let mut newest = page(&[10, 11], 20);
        newest.has_more = true;
        newest.has_newer = Some(true);
        let mut log = Log::start(newest);
        assert_eq!(log.merge(message(5, ALICE)), Merged::Outside);
        assert_eq!(log.merge(message(21, ALICE)), Merged::Outside);
        assert_eq!(log.len(), 2);
    }

    #[test]
    fn an_older_page_leaves_the_cursor_alone() {
        let mut log = Log::start(page(&[10], 10));
        log.extend(Side::Older, page(&[8, 9], 15));
        assert_eq!(log.cursor, 10);
        assert_eq!(log.first_seq(), Some(8));
    }

    #[test]
    fn a_long_log_lets_its_far_end_go() {
        let recent: Vec<u64> = (1_001..=1_000 + MAX_LOADED as u64).collect();
        let mut log = Log::start(page(&recent, 2_000));
        log.extend(Side::Older, page(&[999, 1_000], 2_000));
        assert_eq!(log.len(), MAX_LOADED);
        assert_eq!(log.first_seq(), Some(999));
        assert!(log.has_newer);
    }

    #[test]
    fn unread_counts_live_messages_by_others() {
        let mut log = Log::start(page(&[1], 1));
        for message in [
            message(2, BOB),
            message(3, ALICE),
            deleted(4, 6, BOB),
            message(5, BOB),
        ] {
            log.merge(message);
        }
        assert_eq!(log.unread(ALICE, 1), Some(2));
        assert_eq!(log.unread(ALICE, 2), Some(1));
    }

    #[test]
    fn a_stretch_that_does_not_reach_the_mark_cannot_tell_what_is_unread() {
        let mut newest = page(&[10, 11], 11);
        newest.has_more = true;
        let log = Log::start(newest);
        assert_eq!(log.unread(ALICE, 5), None);
        assert_eq!(log.unread(ALICE, 10), Some(0), "11 is Alice's own");
    }

    #[test]
    fn a_deleted_message_can_not_be_edited_again() {
        let mut log = Log::start(page(&[], 0));
        log.merge(message(1, ALICE));
        log.merge(deleted(2, 3, ALICE));
        assert_eq!(log.last_own(ALICE).unwrap().seq, 1);
    }
}
