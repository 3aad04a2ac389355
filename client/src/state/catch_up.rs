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
            if room.resumes > 0 || room.log.as_ref().is_some_and(|log| log.is_catching_up) {
                let room = Rc::make_mut(room);
                room.resumes = 0;
                if let Some(log) = &mut room.log {
                    log.is_catching_up = false;
                }
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
            if room.log.is_some()
                && let Some(cursor) = Rc::make_mut(room).begin_resume()
            {
                cursors.push((*id, cursor));
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
        let state = self.room_mut(room);
        let Some(state) =
            state.filter(|room| room.log.as_ref().is_some_and(|log| !log.is_catching_up))
        else {
            return Vec::new();
        };
        let cursor = state.begin_resume();
        cursor.map_or_else(Vec::new, |cursor| {
            vec![self.resume(HashMap::from([(room, cursor)]))]
        })
    }

    pub(super) fn caught_up(&mut self, room: RoomId, head: u64) -> Vec<Effect> {
        let Some(state) = self.room_mut(room) else {
            return Vec::new();
        };
        if !state.end_resume() {
            return Vec::new();
        }
        if let Some(log) = &mut state.log {
            log.caught_up(head);
        }
        state.head = state.head.max(head);
        state.mark_delivered();
        self.see_whether_live();
        vec![Effect::FlushMarksSoon]
    }

    pub(super) fn behind(&mut self, room: RoomId) -> Vec<Effect> {
        let Some(state) = self.room_mut(room) else {
            return Vec::new();
        };
        let is_last = state.end_resume();
        let Some(log) = state.log.as_mut().filter(|_| is_last) else {
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
            Some(room) => {
                if let Some(state) = self.room_mut(room) {
                    state.end_resume();
                }
                self.start_afresh(room)
            }
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
            state.start_over();
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
#[path = "catch_up_tests.rs"]
mod tests;
