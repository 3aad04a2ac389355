//! Coming back: from `ready` until everything missed is here, without a gap at any age.
//!
//! The rules are section 1.4 of the protocol: the cursor is the head of the page that began the
//! log or of `caught_up`, and moves to `r` only with the live change `r = cursor + 1`.

use std::{collections::HashMap, rc::Rc};

use shared::{
    ClientFrame, Epoch, MAX_RESUME_ROOMS, MessagePage, Presence, ResetReason, RoomHead, RoomId,
    User,
};

use super::{Effect, Link, PageState, State};

impl State {
    pub(super) fn connecting(&mut self) -> Vec<Effect> {
        self.connection.become_connecting();
        Vec::new()
    }

    pub(super) fn lost(&mut self, retry_at: Option<i64>) -> Vec<Effect> {
        self.connection.become_down(self.now, retry_at);
        for room in self.rooms.values_mut() {
            if room.log.as_ref().is_some_and(|log| log.is_catching_up)
                && let Some(log) = &mut Rc::make_mut(room).log
            {
                log.is_catching_up = false;
            }
        }
        self.outbox_mut().connection_lost();
        Vec::new()
    }

    pub(super) fn ready(
        &mut self,
        user: User,
        epoch: Epoch,
        rooms: &[RoomHead],
        online: Option<Vec<Presence>>,
    ) -> Vec<Effect> {
        self.connection.become_open();
        self.are_rooms_fresh = false;
        let me = self.my_id();
        self.people_mut().connected(me, online);
        if let User::Live(me) = user {
            self.my_profile(me);
        }
        if self.epoch.is_some_and(|known| known != epoch) {
            self.drop_logs();
        }
        self.epoch = Some(epoch);
        for RoomHead { id, head } in rooms {
            if let Some(room) = self.room_mut(*id) {
                room.head = room.head.max(*head);
            }
        }
        self.let_stale_logs_go();
        // Membership, settings, marks and presence take no `rev`: they are fetched again.
        let mut effects = vec![Effect::FetchRooms, Effect::FetchPeople, Effect::FetchUnsent];
        effects.extend(self.resume_all());
        if let Some(open) = self.open {
            if self.room(open).is_some() {
                effects.push(Effect::FetchMembers(open));
            }
            effects.extend(self.enter_open());
        }
        effects.extend(self.send_due());
        effects
    }

    fn resume_all(&mut self) -> Vec<Effect> {
        let mut cursors = Vec::new();
        for (id, room) in &mut self.rooms {
            if let Some(log) = &mut Rc::make_mut(room).log {
                log.is_catching_up = true;
                cursors.push((*id, log.cursor));
            }
        }
        cursors
            .chunks(MAX_RESUME_ROOMS)
            .map(|chunk| self.resume(chunk.iter().copied().collect()))
            .collect()
    }

    fn resume(&self, rooms: HashMap<RoomId, u64>) -> Effect {
        Effect::Send(ClientFrame::Resume {
            epoch: self.epoch,
            rooms,
        })
    }

    /// Asks for what is missing above the room's cursor, once.
    pub(super) fn resume_room(&mut self, room: RoomId) -> Vec<Effect> {
        if !self.connection.is_open() {
            return Vec::new();
        }
        let Some(log) = self.room_mut(room).and_then(|room| room.log.as_mut()) else {
            return Vec::new();
        };
        if log.is_catching_up {
            return Vec::new();
        }
        log.is_catching_up = true;
        let cursor = log.cursor;
        vec![self.resume(HashMap::from([(room, cursor)]))]
    }

    pub(super) fn caught_up(&mut self, room: RoomId, head: u64) -> Vec<Effect> {
        let Some(state) = self.room_mut(room) else {
            return Vec::new();
        };
        if let Some(log) = &mut state.log {
            log.caught_up(head);
        }
        state.head = state.head.max(head);
        state.mark_delivered();
        self.see_whether_live();
        vec![Effect::FlushMarksSoon]
    }

    pub(super) fn behind(&mut self, room: RoomId) -> Vec<Effect> {
        let Some(log) = self.room_mut(room).and_then(|room| room.log.as_mut()) else {
            return Vec::new();
        };
        log.is_catching_up = true;
        vec![Effect::FetchChanges {
            room,
            since: log.cursor,
        }]
    }

    pub(super) fn changes_loaded(
        &mut self,
        room: RoomId,
        since: u64,
        page: MessagePage,
    ) -> Vec<Effect> {
        if self.epoch.is_some_and(|epoch| epoch != page.epoch) {
            return self.start_afresh(room);
        }
        let last = page.messages.last().map_or(since, |last| last.rev);
        let mut effects = Vec::new();
        for message in page.messages {
            effects.extend(self.take_change(message));
        }
        let Some(state) = self.room_mut(room) else {
            return effects;
        };
        let Some(log) = &mut state.log else {
            return effects;
        };
        let reached = if page.has_more { last } else { page.head };
        // Changes below the cursor were fetched for an older page: they move nothing.
        if since <= log.cursor {
            log.cursor = log.cursor.max(reached);
        }
        if page.has_more && last > since {
            effects.push(Effect::FetchChanges { room, since: last });
            return effects;
        }
        log.is_catching_up = false;
        let is_behind = state.head > log.cursor;
        state.mark_delivered();
        self.see_whether_live();
        effects.push(Effect::FlushMarksSoon);
        if is_behind {
            effects.extend(self.resume_room(room));
        }
        effects
    }

    pub(super) fn reset(&mut self, room: Option<RoomId>, reason: ResetReason) -> Vec<Effect> {
        match room {
            Some(room) if reason == ResetReason::Gone => self.room_gone(room),
            Some(room) => self.start_afresh(room),
            None => {
                self.drop_logs();
                let mut effects = vec![Effect::FetchRooms];
                effects.extend(self.enter_open());
                effects
            }
        }
    }

    /// Forgets a room's log and fetches it again where it is on the screen.
    pub(super) fn start_afresh(&mut self, room: RoomId) -> Vec<Effect> {
        if let Some(state) = self.room_mut(room) {
            state.log = None;
            state.page = PageState::Idle;
        }
        self.see_whether_live();
        self.enter_open()
    }

    /// Another store than we knew: nothing of it can be continued.
    fn drop_logs(&mut self) {
        for room in self.rooms.values_mut() {
            let state = Rc::make_mut(room);
            let openings = state.openings;
            *state = super::RoomState::known(state.room.clone());
            state.openings = openings;
        }
    }

    /// Connected and nothing missing: only now the banner goes.
    pub(super) fn see_whether_live(&mut self) {
        let is_behind = self
            .rooms
            .values()
            .any(|room| room.log.as_ref().is_some_and(|log| log.is_catching_up));
        if self.connection.link == Link::CatchingUp && self.are_rooms_fresh && !is_behind {
            self.connection.become_live();
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::ServerFrame;
    use uuid::Uuid;

    use super::*;
    use crate::state::fixture::{
        BOB, CLUB, LOBBY, deleted, edited, message, my_room, page, posted, ready,
    };
    use crate::state::{Action, Ask};

    fn resumes(effects: &[Effect]) -> Vec<(RoomId, u64)> {
        effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Send(ClientFrame::Resume { rooms, .. }) => Some(rooms.clone()),
                _ => None,
            })
            .flatten()
            .collect()
    }

    #[test]
    fn a_frame_that_follows_the_cursor_moves_it() {
        let mut state = State::in_lobby(3);
        let effects = state.hear(posted(message(4, BOB)));
        assert_eq!(resumes(&effects), []);
        assert_eq!(state.lobby().log.as_ref().unwrap().cursor, 4);
    }

    #[test]
    fn a_frame_further_ahead_is_shown_and_asks_for_what_is_missing() {
        let mut state = State::in_lobby(3);
        let effects = state.hear(posted(message(5, BOB)));
        assert_eq!(resumes(&effects), [(LOBBY, 3)]);
        assert_eq!(state.bodies().last().unwrap(), "message 5");
        let effects = state.hear(posted(message(6, BOB)));
        assert_eq!(resumes(&effects), [], "asked once");
        assert_eq!(state.lobby().log.as_ref().unwrap().cursor, 3);

        state.hear(posted(message(4, BOB)));
        state.hear(posted(message(5, BOB)));
        state.hear(posted(message(6, BOB)));
        state.hear(ServerFrame::CaughtUp {
            room: LOBBY,
            head: 6,
        });
        assert_eq!(state.lobby().log.as_ref().unwrap().cursor, 6);
        assert_eq!(
            state.bodies()[2..],
            ["message 3", "message 4", "message 5", "message 6"]
        );
    }

    #[test]
    fn after_ready_every_loaded_log_resumes_from_its_cursor() {
        let mut state = State::in_lobby(3);
        state.act(Action::Lost { retry_at: None });
        let effects = state.hear(ready(&[(LOBBY, 7)]));
        assert!(effects.contains(&Effect::FetchRooms));
        assert!(effects.contains(&Effect::FetchMembers(LOBBY)));
        assert_eq!(resumes(&effects), [(LOBBY, 3)]);
    }

    #[test]
    fn many_rooms_resume_in_several_frames() {
        let mut state = State::in_lobby(1);
        for n in 0..450 {
            let id = RoomId::from_uuid(Uuid::from_u128(10_000 + n));
            let mut room = state.lobby().clone();
            room.room = crate::state::fixture::room(id, "many", 1);
            state.rooms.insert(id, Rc::new(room));
        }
        let effects = state.hear(ready(&[]));
        let frames = effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Send(ClientFrame::Resume { .. })))
            .count();
        assert_eq!(frames, 3);
        assert_eq!(resumes(&effects).len(), 451);
    }

    #[test]
    fn a_connection_lost_while_catching_up_resumes_from_the_same_cursor() {
        let mut state = State::in_lobby(3);
        state.hear(ready(&[(LOBBY, 9)]));
        state.hear(posted(message(6, BOB)));
        state.act(Action::Lost { retry_at: None });
        assert_eq!(resumes(&state.hear(ready(&[(LOBBY, 9)]))), [(LOBBY, 3)]);
    }

    #[test]
    fn one_is_live_only_when_caught_up() {
        let mut state = State::in_lobby(3);
        state.hear(ready(&[(LOBBY, 4)]));
        state.act(Action::RoomsLoaded(vec![my_room(LOBBY, "lobby", 4, 3)]));
        assert_eq!(state.connection.link, Link::CatchingUp);
        state.hear(posted(message(4, BOB)));
        state.hear(ServerFrame::CaughtUp {
            room: LOBBY,
            head: 4,
        });
        assert_eq!(state.connection.link, Link::Live);
    }

    #[test]
    fn edits_and_deletions_made_while_away_arrive() {
        let mut state = State::in_lobby(3);
        state.hear(ready(&[(LOBBY, 5)]));
        for changed in [edited(1, 4, "better", BOB), deleted(2, 5, BOB)] {
            state.hear(ServerFrame::MessageChanged { message: changed });
        }
        state.hear(ServerFrame::CaughtUp {
            room: LOBBY,
            head: 5,
        });
        assert_eq!(state.bodies(), ["better", "deleted", "message 3"]);
    }

    #[test]
    fn far_behind_one_pages_the_changes_to_their_end() {
        let mut state = State::in_lobby(3);
        state.hear(ready(&[(LOBBY, 2_000)]));
        let effects = state.hear(ServerFrame::Behind {
            room: LOBBY,
            head: 7,
        });
        let since = |since| Effect::FetchChanges { room: LOBBY, since };
        assert_eq!(effects, [since(3)]);
        let mut first = page(&[4, 5], 7);
        first.has_more = true;
        let effects = state.act(Action::ChangesLoaded {
            room: LOBBY,
            since: 3,
            page: first,
        });
        assert_eq!(effects, [since(5)]);
        state.act(Action::ChangesLoaded {
            room: LOBBY,
            since: 5,
            page: page(&[6], 7),
        });
        let log = state.lobby().log.as_ref().unwrap();
        assert_eq!((log.cursor, log.len()), (7, 6));
    }

    #[test]
    fn another_epoch_means_everything_afresh() {
        let mut state = State::in_lobby(3);
        state.epoch = Some(Epoch::from_uuid(Uuid::from_u128(8)));
        let effects = state.hear(ready(&[(LOBBY, 1)]));
        assert!(state.lobby().log.is_none());
        assert_eq!(resumes(&effects), []);
        assert!(effects.contains(&Effect::FetchPage {
            room: LOBBY,
            ask: Ask::Newest
        }));
    }

    #[test]
    fn a_reset_room_is_fetched_again_only_where_it_is_open() {
        let mut state = State::in_lobby(3);
        state.hear(ready(&[(LOBBY, 3)]));
        let effects = state.hear(ServerFrame::Reset {
            room: Some(LOBBY),
            reason: ResetReason::Ahead,
        });
        assert_eq!(effects.len(), 1);
        assert!(state.lobby().log.is_none());
    }

    #[test]
    fn a_room_that_is_gone_leaves_the_list() {
        let mut state = State::in_lobby(3);
        state.act(Action::RoomsLoaded(vec![
            my_room(LOBBY, "lobby", 3, 3),
            my_room(CLUB, "club", 1, 1),
        ]));
        state.hear(ServerFrame::Reset {
            room: Some(CLUB),
            reason: ResetReason::Gone,
        });
        assert!(state.room(CLUB).is_none());
    }
}
