//! What of the state can be read without a network: the rooms, their newest messages, and who
//! wrote them. What is kept is bounded, and belongs to one login: `net/history.rs` sees to that.

use std::{collections::HashSet, rc::Rc};

use shared::{Epoch, MessagePage, MyRoom, RoomId, User};

use super::{Effect, Log, RoomState, State};

/// Most messages kept of a room: several screens of them.
const MAX_MESSAGES: usize = 50;
/// A kept log that nobody has opened yet and that misses more than this is fetched afresh.
const MAX_BEHIND: u64 = 200;

/// What an earlier page of the same login had kept, as the server would have answered it.
#[derive(Debug, Clone)]
pub struct History {
    /// Oneself.
    pub me: User,
    /// The store's, without which nothing can be continued.
    pub epoch: Epoch,
    pub rooms: Vec<MyRoom>,
    /// Those who are named in the rooms.
    pub people: Vec<User>,
    pub pages: Vec<(RoomId, MessagePage)>,
}

impl State {
    /// What to keep beside the messages, once the server has told the rooms.
    pub fn summary(&self) -> Option<History> {
        let epoch = self.epoch.filter(|_| self.has_rooms)?;
        let mut named = HashSet::from([self.my_id()]);
        for room in self.rooms.values() {
            named.extend(self.other_of(&room.room));
            named.extend(room.last_message.iter().map(|message| message.author));
            let log = room.log.iter();
            let kept = log.flat_map(|log| log.messages().rev().take(MAX_MESSAGES));
            named.extend(kept.map(|message| message.author));
        }
        Some(History {
            me: User::Live((*self.me).clone()),
            epoch,
            rooms: self.rooms.values().map(|room| self.listed(room)).collect(),
            people: named
                .into_iter()
                .filter_map(|user| self.people.user(user))
                .collect(),
            pages: Vec::new(),
        })
    }

    fn listed(&self, room: &RoomState) -> MyRoom {
        MyRoom {
            room: room.room.clone(),
            last_message: room.last_message.as_deref().cloned(),
            unread: u32::try_from(room.unread(self.my_id())).unwrap_or(u32::MAX),
            marks: room.marks,
            my_role: room.my_role,
            ticks: room.ticks,
        }
    }

    /// The room's newest messages, where they are loaded and whole.
    pub fn page_to_keep(&self, room: RoomId) -> Option<MessagePage> {
        let log = self.room(room)?.log.as_ref()?;
        if log.has_newer || log.is_catching_up {
            return None;
        }
        let skipped = log.len().saturating_sub(MAX_MESSAGES);
        Some(MessagePage {
            messages: log
                .messages()
                .skip(skipped)
                .map(|message| (**message).clone())
                .collect(),
            head: log.cursor,
            epoch: self.epoch?,
            has_more: log.has_older || skipped > 0,
            has_newer: None,
        })
    }

    /// Shows what was kept until the server is there.
    pub(super) fn remembered(&mut self, history: History) -> Vec<Effect> {
        self.epoch = Some(history.epoch);
        self.people_loaded(history.people);
        for my in history.rooms {
            self.rooms.insert(my.room.id(), Rc::new(RoomState::of(my)));
        }
        for (room, page) in history.pages {
            if let Some(room) = self.room_mut(room).filter(|_| page.epoch == history.epoch) {
                let log = Log::start(page);
                room.head = room.head.max(log.cursor);
                room.log = Some(log);
            }
        }
        self.has_rooms = true;
        Vec::new()
    }

    /// Lets go of kept logs that are far behind and that nobody is reading: one page is less than
    /// all the changes since.
    pub(super) fn let_stale_logs_go(&mut self) {
        for room in self.rooms.values_mut() {
            let is_stale = room.openings == 0
                && room
                    .log
                    .as_ref()
                    .is_some_and(|log| room.head > log.cursor + MAX_BEHIND);
            if is_stale {
                Rc::make_mut(room).log = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture::{
        ALICE, BOB, CAROL, CLUB, EPOCH, LOBBY, message, my_room, page, posted, profile, ready,
    };
    use crate::state::{Action, Ask, MAX_LOADED};

    fn kept(state: &State) -> History {
        History {
            pages: vec![(LOBBY, state.page_to_keep(LOBBY).unwrap())],
            ..state.summary().unwrap()
        }
    }

    fn remembering(history: History) -> State {
        let mut state = State::of_alice();
        assert_eq!(state.act(Action::Remembered(Box::new(history))), []);
        state
    }

    #[test]
    fn what_was_kept_can_be_read_and_is_continued_from_where_it_ends() {
        let mut state = State::in_lobby(3);
        state.act(Action::PeopleLoaded(vec![User::Live(profile(BOB, "bob"))]));
        state.hear(posted(message(4, BOB)));
        let mut later = remembering(kept(&state));
        later.act(Action::Open(LOBBY));
        assert_eq!(later.bodies(), state.bodies());
        assert_eq!(later.people.name(BOB), "Bob");
        assert_eq!(later.epoch, Some(EPOCH));
        assert!(!later.connection.is_open());

        let effects = later.hear(ready(&[(LOBBY, 6)]));
        let resumes = effects.iter().any(|effect| {
            matches!(effect, Effect::Send(shared::ClientFrame::Resume { rooms, .. }) if rooms[&LOBBY] == 4)
        });
        assert!(resumes, "{effects:?}");
    }

    #[test]
    fn of_a_room_the_newest_fifty_messages_are_kept() {
        let count = MAX_LOADED as u64;
        let mut state = State::in_lobby(count);
        let kept = state.page_to_keep(LOBBY).unwrap();
        assert_eq!(kept.messages.len(), MAX_MESSAGES);
        assert_eq!(kept.messages.last().unwrap().seq, count);
        assert!(kept.has_more);
        state.hear(posted(message(count + 5, BOB)));
        assert_eq!(state.page_to_keep(LOBBY), None, "it has a gap");
    }

    #[test]
    fn only_those_who_are_named_are_kept_and_not_their_presence() {
        let mut state = State::in_lobby(0);
        state.act(Action::PeopleLoaded(vec![
            User::Live(profile(BOB, "bob")),
            User::Live(profile(CAROL, "carol")),
        ]));
        state.hear(posted(message(1, BOB)));
        let people = state.summary().unwrap().people;
        assert_eq!(people.len(), 2, "{people:?}");
        assert!(people.contains(&User::Live(profile(BOB, "bob"))));
        assert_eq!(state.summary().unwrap().me.id(), ALICE);
    }

    #[test]
    fn another_store_continues_nothing_that_was_kept() {
        let state = State::in_lobby(3);
        let mut history = kept(&state);
        history.pages[0].1.epoch = Epoch::from_uuid(uuid::Uuid::from_u128(8));
        assert!(remembering(history).lobby().log.is_none());
    }

    #[test]
    fn a_kept_log_that_is_far_behind_is_fetched_afresh_unless_it_is_being_read() {
        for is_read in [false, true] {
            let mut state = remembering(kept(&State::in_lobby(3)));
            if is_read {
                state.act(Action::Open(LOBBY));
            }
            state.hear(ready(&[(LOBBY, 9_000)]));
            assert_eq!(state.lobby().log.is_some(), is_read);
        }
    }

    #[test]
    fn without_a_connection_nothing_older_is_asked_for() {
        let mut state = State::in_lobby(60);
        let mut history = kept(&state);
        history.rooms.push(my_room(CLUB, "club", 1, 1));
        state = remembering(history);
        state.act(Action::Open(LOBBY));
        let older = || Action::Load {
            room: LOBBY,
            ask: Ask::Before(11),
        };
        assert_eq!(state.act(older()), []);
        state.hear(ready(&[(LOBBY, 60)]));
        assert_eq!(state.act(older()).len(), 1);
        state.act(Action::PageLoaded {
            room: LOBBY,
            ask: Ask::Before(11),
            page: page(&[10], 60),
        });
        assert_eq!(state.bodies().len(), 51);
    }
}
