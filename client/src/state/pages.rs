//! Opening a room and paging through its history.

use std::rc::Rc;

use shared::{DEFAULT_PAGE, MessagePage, RoomId};

use super::{Ask, Effect, Log, PageState, RoomState, Side, State};

/// Most logs kept in memory: the ones not seen for longest go.
const MAX_LOGS: usize = 20;

impl State {
    pub(super) fn open_room(&mut self, room: RoomId) -> Vec<Effect> {
        self.open = Some(room);
        let me = self.my_id();
        if let Some(state) = self.room_mut(room) {
            let unread = state.unread(me);
            state.new_after = (unread > 0).then_some(state.marks.read);
            state.is_following = unread == 0;
            state.missed = 0;
            state.spot = None;
            state.openings += 1;
            if unread == 0 && state.log.as_ref().is_some_and(|log| log.has_newer) {
                state.log = None;
                state.page = PageState::Idle;
            }
        }
        self.let_old_logs_go();
        let mut effects = self.enter_open();
        if self.room(room).is_some() && self.connection.is_open() {
            effects.push(Effect::FetchMembers(room));
        }
        effects
    }

    /// Fetches the first page of the room on the screen, unless it is here or on its way.
    pub(super) fn enter_open(&mut self) -> Vec<Effect> {
        let me = self.my_id();
        let Some(open) = self.open else {
            return Vec::new();
        };
        let Some(state) = self.room_mut(open) else {
            return Vec::new();
        };
        if state.log.is_some() || state.page == PageState::Loading {
            return Vec::new();
        }
        let mut effects = Vec::new();
        let unread = state.unread(me);
        if state.openings == 0 {
            // It was opened by its address before the list of rooms had come.
            state.openings = 1;
            state.new_after = (unread > 0).then_some(state.marks.read);
            state.is_following = unread == 0;
            effects.push(Effect::FetchMembers(open));
        }
        state.page = PageState::Loading;
        state.spot = None;
        let ask = if is_at_the_end(unread) {
            Ask::Newest
        } else {
            Ask::Around(state.marks.read.max(1))
        };
        effects.push(Effect::FetchPage { room: open, ask });
        effects
    }

    fn let_old_logs_go(&mut self) {
        let loaded = self.rooms.values().filter(|room| room.log.is_some());
        if loaded.count() <= MAX_LOGS {
            return;
        }
        let open = self.open;
        let oldest = self
            .rooms
            .values_mut()
            .filter(|room| room.log.is_some() && Some(room.id()) != open)
            .min_by_key(|room| room.newest_seq());
        if let Some(room) = oldest {
            let room = Rc::make_mut(room);
            room.log = None;
            room.page = PageState::Idle;
        }
    }

    /// The reader came to an end of what is loaded, or wants to be at the newest end at once.
    pub(super) fn load(&mut self, room: RoomId, ask: Ask) -> Vec<Effect> {
        let is_open = self.connection.is_open();
        let Some(state) = self.room_mut(room) else {
            return Vec::new();
        };
        let side = match ask {
            Ask::Before(_) => Side::Older,
            Ask::After(_) => Side::Newer,
            Ask::Newest | Ask::Around(_) => {
                // The reader wants to be at the end: the "New" line has served.
                state.new_after = None;
                state.is_following = true;
                state.missed = 0;
                state.spot = None;
                state.page = PageState::Loading;
                return vec![Effect::FetchPage { room, ask }];
            }
        };
        let Some(log) = &mut state.log else {
            return Vec::new();
        };
        // It is asked again with the next change of the room, so at the latest with `ready`.
        if !is_open {
            return Vec::new();
        }
        let has_more = match side {
            Side::Older => log.has_older,
            Side::Newer => log.has_newer,
        };
        if log.loading.is_some() || !has_more {
            return Vec::new();
        }
        log.loading = Some(side);
        vec![Effect::FetchPage { room, ask }]
    }

    pub(super) fn page_loaded(&mut self, room: RoomId, ask: Ask, page: MessagePage) -> Vec<Effect> {
        let authors: Vec<_> = page.messages.iter().map(|message| message.author).collect();
        let me = self.my_id();
        let mut effects = Vec::new();
        // Sent by an earlier page or another tab: it must not stand here twice.
        for own in page.messages.iter().filter(|message| message.author == me) {
            effects.extend(self.settle(own.client_id));
        }
        let Some(state) = self.room_mut(room) else {
            return effects;
        };
        if ask == Ask::Newest && state.spot.is_some() {
            // It was asked for before the reader was sent to a message further up.
            return Vec::new();
        }
        state.page = PageState::Idle;
        let head = page.head;
        match (ask, &mut state.log) {
            (Ask::Newest | Ask::Around(_), _) => start_log(state, page),
            (Ask::Before(seq), Some(log)) if log.first_seq() == Some(seq) => {
                log.extend(Side::Older, page);
            }
            (Ask::After(seq), Some(log)) if log.last_seq() == Some(seq) => {
                log.extend(Side::Newer, page);
            }
            // The log has begun anew or let its end go: the page would leave a hole beside it.
            (Ask::Before(_) | Ask::After(_), Some(log)) => log.loading = None,
            (Ask::Before(_) | Ask::After(_), None) => {}
        }
        let cursor = state.log.as_ref().map_or(head, |log| log.cursor);
        if head < cursor {
            // A change between the page's snapshot and now may have gone by a message that only
            // came with the page.
            effects.push(Effect::FetchChanges { room, since: head });
        }
        let is_behind = state.head > cursor;
        state.mark_delivered();
        if is_behind {
            effects.extend(self.resume_room(room));
        }
        for author in authors {
            effects.extend(self.ask_for(author));
        }
        effects.extend(self.fetch_quotes(room));
        effects.push(Effect::FlushMarksSoon);
        effects
    }

    pub(super) fn page_failed(&mut self, room: RoomId) -> Vec<Effect> {
        if let Some(state) = self.room_mut(room) {
            state.page = PageState::Failed;
            if let Some(log) = &mut state.log {
                log.loading = None;
            }
        }
        Vec::new()
    }
}

/// Whether a reader with so many unread messages lands on the newest page, with some that were read.
pub(super) fn is_at_the_end(unread: usize) -> bool {
    unread + 10 <= DEFAULT_PAGE as usize
}

fn start_log(state: &mut RoomState, page: MessagePage) {
    let log = Log::start(page);
    state.head = state.head.max(log.cursor);
    state.log = Some(log);
    state.quoted = Rc::default();
    if let Some(spot) = &mut state.spot {
        spot.is_awaited = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Action;
    use crate::state::fixture::{BOB, CLUB, LOBBY, message, my_room, page, posted, ready};
    use shared::ClientFrame;
    use std::collections::HashMap;

    fn fetch(ask: Ask) -> Effect {
        Effect::FetchPage { room: LOBBY, ask }
    }

    #[test]
    fn a_room_opens_on_its_newest_page() {
        let mut state = State::of_alice();
        state.act(Action::RoomsLoaded(vec![my_room(LOBBY, "lobby", 9, 4)]));
        let effects = state.act(Action::Open(LOBBY));
        assert!(effects.contains(&fetch(Ask::Newest)));
        assert_eq!(state.lobby().new_after, Some(4));
    }

    #[test]
    fn with_much_unread_a_room_opens_around_the_mark() {
        let mut state = State::of_alice();
        state.act(Action::RoomsLoaded(vec![my_room(LOBBY, "lobby", 300, 4)]));
        let effects = state.act(Action::Open(LOBBY));
        assert!(effects.contains(&fetch(Ask::Around(4))));
    }

    #[test]
    fn a_room_opened_by_its_address_is_fetched_once_the_list_has_come() {
        let mut state = State::of_alice();
        assert_eq!(state.act(Action::Open(LOBBY)), []);
        let effects = state.act(Action::RoomsLoaded(vec![my_room(LOBBY, "lobby", 9, 4)]));
        assert!(effects.contains(&fetch(Ask::Newest)));
        assert!(effects.contains(&Effect::FetchMembers(LOBBY)));
        assert_eq!(state.lobby().new_after, Some(4));
    }

    #[test]
    fn the_new_line_stays_while_one_reads() {
        let mut state = State::of_alice();
        state.act(Action::RoomsLoaded(vec![my_room(LOBBY, "lobby", 9, 4)]));
        state.act(Action::Open(LOBBY));
        state.act(Action::Seen {
            room: LOBBY,
            seq: 9,
        });
        assert_eq!(state.lobby().new_after, Some(4));
        state.act(Action::Open(LOBBY));
        assert_eq!(state.lobby().new_after, None);
    }

    #[test]
    fn a_live_change_newer_than_the_first_page_is_asked_for() {
        let mut state = State::of_alice();
        state.hear(ready(&[(LOBBY, 3)]));
        state.act(Action::RoomsLoaded(vec![my_room(LOBBY, "lobby", 3, 3)]));
        state.act(Action::Open(LOBBY));
        state.hear(posted(message(4, BOB)));
        let effects = state.act(Action::PageLoaded {
            room: LOBBY,
            ask: Ask::Newest,
            page: page(&[1, 2, 3], 3),
        });
        assert!(effects.contains(&Effect::Send(ClientFrame::Resume {
            epoch: state.epoch,
            rooms: HashMap::from([(LOBBY, 3)]),
        })));
    }

    #[test]
    fn a_page_older_than_the_cursor_is_brought_up_to_date() {
        let mut state = State::in_lobby(3);
        state.hear(posted(message(4, BOB)));
        let effects = state.act(Action::PageLoaded {
            room: LOBBY,
            ask: Ask::Before(1),
            page: page(&[], 3),
        });
        assert!(effects.contains(&Effect::FetchChanges {
            room: LOBBY,
            since: 3
        }));
        assert_eq!(state.lobby().log.as_ref().unwrap().cursor, 4);
    }

    #[test]
    fn an_end_is_loaded_once_at_a_time_and_only_where_there_is_more() {
        let mut state = State::in_lobby(3);
        assert_eq!(
            state.act(Action::Load {
                room: LOBBY,
                ask: Ask::Before(1)
            }),
            []
        );
        let mut newest = page(&[2, 3], 3);
        newest.has_more = true;
        state.act(Action::PageLoaded {
            room: LOBBY,
            ask: Ask::Newest,
            page: newest,
        });
        let load = Action::Load {
            room: LOBBY,
            ask: Ask::Before(2),
        };
        assert_eq!(state.act(load.clone()), [fetch(Ask::Before(2))]);
        assert_eq!(state.act(load.clone()), []);
        state.act(Action::PageFailed { room: LOBBY });
        assert_eq!(state.act(load), [fetch(Ask::Before(2))]);
    }

    #[test]
    fn a_room_that_closes_late_does_not_close_the_next_one() {
        let mut state = State::in_lobby(3);
        state.act(Action::Open(CLUB));
        state.act(Action::Close(LOBBY));
        assert_eq!(state.open, Some(CLUB));
        state.act(Action::Close(CLUB));
        assert_eq!(state.open, None);
    }

    #[test]
    fn who_reads_further_up_is_told_what_came() {
        let mut state = State::in_lobby(3);
        state.act(Action::Following {
            room: LOBBY,
            is_following: false,
        });
        state.hear(posted(message(4, BOB)));
        state.hear(posted(message(5, BOB)));
        assert_eq!(state.lobby().missed, 2);
        state.act(Action::Following {
            room: LOBBY,
            is_following: true,
        });
        assert_eq!(state.lobby().missed, 0);
    }
}
