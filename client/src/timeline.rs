//! The rows of a room's log: messages under shared headers, day lines, the "New" line, notices.
//!
//! Pure: the calendar comes in as a function.

use std::rc::Rc;

use shared::{Message, UserId};

use crate::state::{Notice, Outbox, Pending, Quote, RoomState};

/// Messages of one author within so long share a header.
const GROUP_MS: i64 = 5 * 60 * 1_000;

/// Time zones differ by whole quarters of an hour.
const QUARTER_MS: i64 = 15 * 60 * 1_000;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A new day begins; some time of it.
    Day(i64),
    /// What follows is new.
    New,
    Notice(Notice),
    Message {
        message: Rc<Message>,
        quote: Option<Quote>,
        is_mine: bool,
        /// Whether it begins a group, with a header.
        is_first: bool,
    },
    Pending {
        pending: Rc<Pending>,
        quote: Option<Quote>,
        is_first: bool,
    },
}

/// The room's rows, oldest first; one's own unsent messages come last, whatever the clocks say.
/// `day_of` numbers the days of the reader's calendar.
pub fn rows(
    room: &RoomState,
    outbox: &Outbox,
    me: UserId,
    day_of: impl Fn(i64) -> i64,
) -> Vec<Row> {
    let mut rows = Rows {
        made: Vec::new(),
        day: None,
        quarter: None,
        group: None,
        day_of,
    };
    let Some(log) = &room.log else {
        rows.pending(outbox, room, me);
        return rows.made;
    };
    let mut notices = room.notices.iter().peekable();
    let first = log.first_seq().unwrap_or(0);
    while notices
        .next_if(|n| n.after < first && log.has_older)
        .is_some()
    {}
    let mut new_after = room.new_after;
    for message in log.messages() {
        while let Some(notice) = notices.next_if(|notice| notice.after < message.seq) {
            rows.notice(notice);
        }
        if new_after.is_some_and(|read| message.seq > read && message.author != me) {
            new_after = None;
            rows.day_line(message.created_at.as_millis());
            rows.break_with(Row::New);
        }
        rows.message(message, room.quote_of(message), me);
    }
    if !log.has_newer {
        for notice in notices {
            rows.notice(notice);
        }
        rows.pending(outbox, room, me);
    }
    rows.made
}

struct Rows<D> {
    made: Vec<Row>,
    day: Option<i64>,
    /// The last quarter of an hour that was asked about, in which no day ever begins.
    quarter: Option<i64>,
    /// Who wrote the last message, and when.
    group: Option<(UserId, i64)>,
    day_of: D,
}

impl<D: Fn(i64) -> i64> Rows<D> {
    fn break_with(&mut self, row: Row) {
        self.group = None;
        self.made.push(row);
    }

    fn day_line(&mut self, at: i64) {
        let quarter = at.div_euclid(QUARTER_MS);
        if self.quarter.replace(quarter) == Some(quarter) {
            return;
        }
        let day = (self.day_of)(at);
        // Days only follow each other: a clock that is behind begins no earlier one.
        if self.day.is_none_or(|last| last < day) {
            self.day = Some(day);
            self.break_with(Row::Day(at));
        }
    }

    fn notice(&mut self, notice: &Notice) {
        self.day_line(notice.at);
        self.break_with(Row::Notice(notice.clone()));
    }

    fn is_first(&mut self, author: UserId, at: i64) -> bool {
        let continues = self
            .group
            .is_some_and(|(who, last)| who == author && at - last < GROUP_MS);
        self.group = Some((author, at));
        !continues
    }

    fn message(&mut self, message: &Rc<Message>, quote: Option<Quote>, me: UserId) {
        let at = message.created_at.as_millis();
        self.day_line(at);
        let is_first = self.is_first(message.author, at);
        self.made.push(Row::Message {
            message: Rc::clone(message),
            quote,
            is_mine: message.author == me,
            is_first,
        });
    }

    fn pending(&mut self, outbox: &Outbox, room: &RoomState, me: UserId) {
        for pending in outbox.of(room.id()) {
            // Never before what is there: a slow clock must not begin an earlier day.
            let last = self.group.map_or(pending.at, |(_, last)| last);
            let at = pending.at.max(last);
            self.day_line(at);
            let is_first = self.is_first(me, at);
            self.made.push(Row::Pending {
                pending: Rc::clone(pending),
                quote: pending.reply_to.map(|id| room.quote(id)),
                is_first,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::{PresenceState, ServerFrame};

    use super::*;
    use crate::state::fixture::{ALICE, BOB, LOBBY, client_id, message, my_room, page, posted};
    use crate::state::{Action, Ask, State};

    const MINUTE: u64 = 60;

    fn outline(state: &State) -> Vec<String> {
        rows(state.lobby(), &state.outbox, ALICE, |at| at / 86_400_000)
            .iter()
            .map(|row| match row {
                Row::Day(at) => format!("day {}", at / 86_400_000),
                Row::New => "new".to_owned(),
                Row::Notice(notice) => format!("notice {}", notice.number),
                Row::Message {
                    message, is_first, ..
                } => format!("{}{}", message.seq, if *is_first { " first" } else { "" }),
                Row::Pending {
                    pending, is_first, ..
                } => format!(
                    "pending {}{}",
                    pending.body,
                    if *is_first { " first" } else { "" }
                ),
            })
            .collect()
    }

    /// The fixture's messages are one second apart for each number.
    fn with_messages(seqs: &[u64]) -> State {
        let mut state = State::of_alice();
        let head = *seqs.last().unwrap();
        state.act(Action::RoomsLoaded(vec![my_room(
            LOBBY, "lobby", head, head,
        )]));
        state.act(Action::Open(LOBBY));
        state.act(Action::PageLoaded {
            room: LOBBY,
            ask: Ask::Newest,
            page: page(seqs, head),
        });
        state
    }

    #[test]
    fn messages_of_one_author_within_five_minutes_share_a_header() {
        let state = with_messages(&[1, 2, 2 + 5 * MINUTE]);
        assert_eq!(outline(&state), ["day 0", "1 first", "2", "302 first"]);
    }

    #[test]
    fn another_author_begins_a_group() {
        let mut state = with_messages(&[1]);
        state.hear(posted(message(2, BOB)));
        state.hear(posted(message(3, BOB)));
        assert_eq!(outline(&state), ["day 0", "1 first", "2 first", "3"]);
    }

    #[test]
    fn a_new_day_has_a_line_and_a_header() {
        let day = 24 * 60 * MINUTE;
        let state = with_messages(&[day - 1, day]);
        assert_eq!(
            outline(&state),
            ["day 0", "86399 first", "day 1", "86400 first"]
        );
    }

    #[test]
    fn the_new_line_stands_before_the_first_unread_message() {
        let mut state = State::of_alice();
        state.act(Action::RoomsLoaded(vec![my_room(LOBBY, "lobby", 3, 1)]));
        state.act(Action::Open(LOBBY));
        let mut newest = page(&[1], 3);
        newest.messages.extend([message(2, BOB), message(3, BOB)]);
        state.act(Action::PageLoaded {
            room: LOBBY,
            ask: Ask::Newest,
            page: newest,
        });
        assert_eq!(outline(&state), ["day 0", "1 first", "new", "2 first", "3"]);
    }

    #[test]
    fn a_notice_stands_where_it_happened() {
        let mut state = with_messages(&[1]);
        state.hear(ServerFrame::PresenceChanged {
            user: BOB,
            state: PresenceState::Online,
            last_seen_at: None,
        });
        assert_eq!(outline(&state), ["day 0", "1 first", "notice 1"]);
        state.hear(posted(message(2, BOB)));
        assert_eq!(outline(&state), ["day 0", "1 first", "notice 1", "2 first"]);
    }

    #[test]
    fn unsent_messages_come_last_whatever_the_clocks_say() {
        let mut state = with_messages(&[90_000]);
        state.act(Action::Send {
            room: LOBBY,
            client_id: client_id(1),
            body: "mine".parse().unwrap(),
        });
        assert_eq!(outline(&state), ["day 1", "90000 first", "pending mine"]);
        state.hear(posted(message(90_001, BOB)));
        assert_eq!(
            outline(&state),
            ["day 1", "90000 first", "90001 first", "pending mine first"]
        );
    }
}
