//! Fetching rooms before anybody opens them, so that they can be read without a network.

use std::rc::Rc;

use super::{Ask, Effect, PageState, State, pages, rooms::last_activity};

impl State {
    /// Fetches the newest page of the most active such room, if any. Who opens it meanwhile waits
    /// for that.
    pub(super) fn fetch_ahead(&mut self) -> Vec<Effect> {
        let me = self.my_id();
        // One that opens further up begins with another page.
        let wanted = self.rooms.values_mut().filter(|room| {
            room.log.is_none()
                && room.page == PageState::Idle
                && pages::is_at_the_end(room.unread(me))
        });
        let most_active = wanted.max_by_key(|room| last_activity(room));
        let Some(room) = most_active.filter(|_| self.connection.is_open()) else {
            return Vec::new();
        };
        let (room, ask) = (Rc::make_mut(room), Ask::Newest);
        room.page = PageState::Loading;
        let room = room.id();
        vec![Effect::FetchPage { room, ask }]
    }
}

#[cfg(test)]
mod tests {
    use shared::RoomId;

    use super::*;
    use crate::state::Action;
    use crate::state::fixture::{CLUB, LOBBY, my_room, page, ready};

    fn with_rooms(club_head: u64) -> State {
        let mut state = State::of_alice();
        state.hear(ready(&[(LOBBY, 9), (CLUB, club_head)]));
        state.act(Action::RoomsLoaded(vec![
            my_room(LOBBY, "lobby", 9, 9),
            my_room(CLUB, "club", club_head, 2),
        ]));
        state
    }

    fn fetch(room: RoomId) -> [Effect; 1] {
        let ask = Ask::Newest;
        [Effect::FetchPage { room, ask }]
    }

    fn asks_for_a_page(effects: &[Effect]) -> bool {
        let is_page = |effect: &Effect| matches!(effect, Effect::FetchPage { .. });
        effects.iter().any(is_page)
    }

    #[test]
    fn rooms_are_fetched_ahead_once_the_most_active_first() {
        let mut state = with_rooms(4);
        assert_eq!(state.act(Action::FetchAhead), fetch(LOBBY));
        assert_eq!(state.act(Action::FetchAhead), fetch(CLUB));
        assert_eq!(state.act(Action::FetchAhead), []);
    }

    #[test]
    fn who_opens_a_room_that_is_on_its_way_waits_for_it_and_finds_it_later() {
        let mut state = with_rooms(4);
        state.act(Action::FetchAhead);
        assert!(!asks_for_a_page(&state.act(Action::Open(LOBBY))));
        state.act(Action::PageLoaded {
            room: LOBBY,
            ask: Ask::Newest,
            page: page(&[8, 9], 9),
        });
        assert!(!asks_for_a_page(&state.act(Action::Open(LOBBY))));
        assert_eq!(state.bodies().len(), 2);
    }

    #[test]
    fn one_that_failed_is_fetched_when_it_is_opened() {
        let mut state = with_rooms(4);
        state.act(Action::FetchAhead);
        state.act(Action::PageFailed { room: LOBBY });
        assert_eq!(state.act(Action::FetchAhead), fetch(CLUB), "not again");
        assert!(asks_for_a_page(&state.act(Action::Open(LOBBY))));
    }

    #[test]
    fn neither_a_room_that_opens_further_up_nor_one_without_a_network_is_fetched_ahead() {
        let mut state = with_rooms(900);
        assert_eq!(state.act(Action::FetchAhead), fetch(LOBBY));
        assert_eq!(state.act(Action::FetchAhead), []);
        let mut state = with_rooms(4);
        state.act(Action::Lost { retry_at: None });
        assert_eq!(state.act(Action::FetchAhead), []);
    }
}
