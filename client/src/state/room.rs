//! One room as its reader knows it: the summary for the list, the log where it was opened.

use std::rc::Rc;

use shared::{Marks, Message, MyRoom, Room, RoomId, RoomRole, Ticks, UserId};

use super::{
    Log, Members, Notice, Spot, Typing,
    log::{Merged, Side, is_live},
    quotes::Quoted,
};

/// How the page that a room begins with is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageState {
    Idle,
    Loading,
    Failed,
}

/// One room.
#[derive(Debug, Clone)]
pub struct RoomState {
    pub room: Room,
    /// The newest message, a tombstone too.
    pub last_message: Option<Rc<Message>>,
    /// One's own marks, as they should be.
    pub marks: Marks,
    /// One's own marks, as the server was told.
    pub(super) told: Marks,
    pub my_role: RoomRole,
    /// Only in rooms with many members.
    pub ticks: Option<Ticks>,
    /// The highest change one knows to exist.
    pub head: u64,
    /// The highest change that `last_message` and `counted` account for.
    accounted: u64,
    /// Unread messages where the log can't tell.
    counted: usize,
    /// Whether that and `last_message` are a guess: one read on, or changes were skipped.
    pub(super) is_guess: bool,
    /// Resumes whose end has not been heard of on this connection.
    pub(super) resumes: u32,
    /// The messages, once the room was opened.
    pub log: Option<Log>,
    pub page: PageState,
    pub members: Rc<Members>,
    pub typing: Typing,
    /// Who came and went while the room was loaded.
    pub notices: Rc<Vec<Notice>>,
    /// The "New" line stands after this `seq` until the room is left.
    pub new_after: Option<u64>,
    /// Whether the reader is at the end and moves with it.
    pub is_following: bool,
    /// Messages by others that came while the reader was further up.
    pub missed: u32,
    /// Counts the openings: each of them lands afresh.
    pub openings: u32,
    /// Where the reader was last sent.
    pub spot: Option<Spot>,
    /// What is quoted from beyond the log.
    pub(super) quoted: Rc<Quoted>,
}

impl RoomState {
    /// The room as `GET /rooms` tells it.
    pub fn of(my: MyRoom) -> Self {
        let head = my.room.head();
        Self {
            last_message: my.last_message.map(Rc::new),
            marks: my.marks,
            told: my.marks,
            my_role: my.my_role,
            ticks: my.ticks,
            head,
            accounted: head,
            counted: my.unread as usize,
            is_guess: false,
            resumes: 0,
            log: None,
            page: PageState::Idle,
            members: Rc::default(),
            typing: Typing::default(),
            notices: Rc::default(),
            new_after: None,
            is_following: true,
            missed: 0,
            openings: 0,
            spot: None,
            quoted: Rc::default(),
            room: my.room,
        }
    }

    /// A room heard of alone, until `GET /rooms` tells more.
    pub fn known(room: Room) -> Self {
        let listed = MyRoom {
            last_message: None,
            unread: 0,
            marks: Marks::default(),
            my_role: RoomRole::Member,
            ticks: None,
            room,
        };
        Self {
            is_guess: true,
            ..Self::of(listed)
        }
    }

    /// The room in another store: what was counted in the one before means nothing.
    pub(super) fn start_over(&mut self) {
        *self = Self {
            head: 0,
            accounted: 0,
            openings: self.openings,
            ..Self::known(self.room.clone())
        };
    }

    /// Which.
    pub fn id(&self) -> RoomId {
        self.room.id()
    }

    /// Takes over a fresh answer of `GET /rooms`, unless live frames are ahead of it.
    pub(super) fn refresh(&mut self, me: UserId, my: MyRoom) {
        let head = my.room.head();
        self.room = my.room;
        self.my_role = my.my_role;
        self.ticks = my.ticks;
        self.told = my.marks;
        self.head = self.head.max(head);
        // The server counted from its mark, which may be behind what was read here.
        let is_exact = my.marks.read >= self.marks.read;
        self.raise(me, my.marks);
        if head >= self.accounted {
            self.accounted = head;
            self.last_message = my.last_message.map(Rc::new);
            self.counted = my.unread as usize;
            self.is_guess = !is_exact;
            self.recount(me);
        }
    }

    /// The `seq` of the newest message one has heard of, 0 where there is none.
    pub fn newest_seq(&self) -> u64 {
        self.last_message.as_ref().map_or(0, |last| last.seq)
    }

    /// How many live messages by others one has not seen.
    pub fn unread(&self, me: UserId) -> usize {
        self.log
            .as_ref()
            .and_then(|log| log.unread(me, self.marks.read))
            .unwrap_or(self.counted)
    }

    /// Whether the server has to be asked about the summary, now that it knows what was read.
    pub(super) fn needs_recount(&self) -> bool {
        self.is_guess && !self.has_marks_to_tell()
    }

    /// Lets the summary take part in a change, once; true where the message is a new one.
    pub(super) fn account(&mut self, me: UserId, message: &Message) -> bool {
        self.head = self.head.max(message.rev);
        let is_fresh = message.rev > self.accounted;
        // What comes later of those between was accounted for already, as far as one can tell.
        self.is_guess |= message.rev > self.accounted + 1;
        let is_new = message.seq > self.newest_seq();
        let counts = message.author != me && message.seq > self.marks.read;
        if is_new {
            if is_fresh && counts && is_live(message) {
                self.counted += 1;
            }
        } else if is_fresh && counts && !is_live(message) {
            self.counted = self.counted.saturating_sub(1);
        }
        self.accounted = self.accounted.max(message.rev);
        let replaces = self
            .last_message
            .as_ref()
            .is_none_or(|last| is_new || (last.id == message.id && last.rev < message.rev));
        if replaces {
            self.last_message = Some(Rc::new(message.clone()));
        }
        is_new
    }

    /// Puts a change into the log, if there is one. True where changes before it are missing.
    pub(super) fn merge(&mut self, message: Message) -> bool {
        let Some(log) = &mut self.log else {
            return false;
        };
        let rev = message.rev;
        if log.merge(message) == Merged::New {
            log.trim(if self.is_following {
                Side::Older
            } else {
                Side::Newer
            });
        }
        log.advance(rev)
    }

    /// The log asks for all above its cursor, which is returned.
    pub(super) fn begin_resume(&mut self) -> Option<u64> {
        let log = self.log.as_mut()?;
        log.is_catching_up = true;
        self.resumes += 1;
        Some(log.cursor)
    }

    /// A resume has its answer; true where no other is under way. Of two, the first may have been
    /// asked by a log that was replaced meanwhile: what it brought may be lost with that.
    pub(super) fn end_resume(&mut self) -> bool {
        self.resumes = self.resumes.saturating_sub(1);
        self.resumes == 0
    }

    /// Everything up to `seq` was seen.
    pub(super) fn read_up_to(&mut self, me: UserId, seq: u64) {
        if let Some(log) = &self.log {
            let seen = log
                .messages()
                .filter(|m| m.seq > self.marks.read && m.seq <= seq)
                .filter(|m| m.author != me && is_live(m))
                .count();
            self.counted = self.counted.saturating_sub(seen);
        }
        let marks = Marks {
            delivered: seq,
            read: seq,
        };
        self.raise(me, marks);
    }

    /// Moves one's own marks forward.
    pub(super) fn raise(&mut self, me: UserId, marks: Marks) {
        let has_moved = marks.read > self.marks.read;
        self.marks.read = self.marks.read.max(marks.read);
        self.marks.delivered = self.marks.delivered.max(marks.delivered).max(marks.read);
        self.is_guess |= has_moved && self.marks.read < self.newest_seq();
        self.recount(me);
    }

    /// Sums up from what is known here, where that can tell.
    pub(super) fn recount(&mut self, me: UserId) {
        // A log that changes are missing of counts too few.
        let log = self.log.as_ref().filter(|log| log.cursor >= self.accounted);
        let summed = log.and_then(|log| {
            let unread = log.unread(me, self.marks.read)?;
            Some((unread, log.messages().next_back().cloned()))
        });
        if let Some((unread, newest)) = summed {
            self.counted = unread;
            self.last_message = newest;
            self.is_guess = false;
        } else if self.marks.read >= self.newest_seq() {
            self.counted = 0;
        }
    }

    /// Everything that reached this page, never above what is known to be whole.
    pub(super) fn mark_delivered(&mut self) {
        let newest = self.newest_seq();
        let reached = self
            .log
            .as_ref()
            .map_or(newest, |log| newest.min(log.cursor));
        self.marks.delivered = self.marks.delivered.max(reached);
    }

    /// Whether the server has yet to hear of one's marks.
    pub(super) fn has_marks_to_tell(&self) -> bool {
        self.marks.delivered > self.told.delivered || self.marks.read > self.told.read
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture::{ALICE, BOB, LOBBY, deleted, edited, message, my_room};

    fn lobby(head: u64, read: u64) -> RoomState {
        RoomState::of(my_room(LOBBY, "lobby", head, read))
    }

    #[test]
    fn a_new_message_by_another_is_unread_once() {
        let mut room = lobby(4, 4);
        assert!(room.account(ALICE, &message(5, BOB)));
        assert!(!room.account(ALICE, &message(5, BOB)));
        assert_eq!(room.unread(ALICE), 1);
    }

    #[test]
    fn ones_own_message_is_not_unread() {
        let mut room = lobby(4, 4);
        room.account(ALICE, &message(5, ALICE));
        assert_eq!(room.unread(ALICE), 0);
        assert_eq!(room.newest_seq(), 5);
    }

    #[test]
    fn a_frame_that_the_list_already_counted_is_not_counted_again() {
        let mut room = lobby(5, 4);
        room.account(ALICE, &message(5, BOB));
        assert_eq!(room.unread(ALICE), 1);
    }

    #[test]
    fn a_deleted_message_is_not_unread_any_more() {
        let mut room = lobby(4, 4);
        room.account(ALICE, &message(5, BOB));
        room.account(ALICE, &deleted(5, 6, BOB));
        room.account(ALICE, &deleted(5, 6, BOB));
        assert_eq!(room.unread(ALICE), 0);
    }

    #[test]
    fn an_edit_shows_in_the_preview_and_counts_nothing() {
        let mut room = lobby(4, 4);
        room.account(ALICE, &message(5, BOB));
        room.account(ALICE, &edited(5, 6, "better", BOB));
        assert_eq!(room.unread(ALICE), 1);
        assert_eq!(room.last_message.unwrap().body(), Some("better"));
    }

    #[test]
    fn an_answer_older_than_the_live_frames_takes_nothing_back() {
        let mut room = lobby(4, 4);
        room.account(ALICE, &message(5, BOB));
        room.refresh(ALICE, my_room(LOBBY, "lobby", 4, 4));
        assert_eq!(room.unread(ALICE), 1);
        assert_eq!(room.newest_seq(), 5);
    }

    #[test]
    fn what_is_read_to_the_end_has_nothing_unread_even_before_the_server_knows() {
        let mut room = lobby(9, 4);
        let all = Marks {
            delivered: 9,
            read: 9,
        };
        room.raise(ALICE, all);
        room.refresh(ALICE, my_room(LOBBY, "lobby", 9, 4));
        assert_eq!(room.unread(ALICE), 0);
        assert!(room.has_marks_to_tell());
    }

    #[test]
    fn what_was_read_where_the_log_can_not_tell_is_counted_anew_by_the_server() {
        let mut room = lobby(9, 2);
        let some = Marks {
            delivered: 5,
            read: 5,
        };
        room.raise(ALICE, some);
        assert!(!room.needs_recount(), "the server is not told yet");
        room.told = some;
        assert!(room.needs_recount());
        room.refresh(ALICE, my_room(LOBBY, "lobby", 9, 4));
        room.told = some;
        assert!(room.needs_recount(), "the server did not know of 5 yet");
        room.refresh(ALICE, my_room(LOBBY, "lobby", 9, 5));
        assert!(!room.needs_recount());
        assert_eq!(room.unread(ALICE), 4);
    }

    #[test]
    fn where_changes_were_skipped_the_server_counts() {
        let mut room = lobby(4, 4);
        room.account(ALICE, &message(7, BOB));
        room.account(ALICE, &message(5, BOB));
        assert!(room.needs_recount());
        room.refresh(ALICE, my_room(LOBBY, "lobby", 7, 4));
        assert_eq!((room.needs_recount(), room.unread(ALICE)), (false, 3));
    }

    #[test]
    fn marks_only_move_forward() {
        let mut room = lobby(9, 7);
        let fewer = Marks {
            delivered: 3,
            read: 3,
        };
        room.raise(ALICE, fewer);
        assert_eq!(room.marks.read, 7);
    }
}
