//! The list of one's rooms: taking it over, sorting and filtering it for the eye.

use std::{collections::HashSet, rc::Rc};

use shared::{ClientFrame, Marks, Message, MyRoom, Room, RoomId, UserId};

use super::{Effect, RoomState, State};
use crate::order::sorted;

/// Which rooms the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    All,
    /// With a message from today.
    Today,
    /// With a message newer than one hour.
    LastHour,
}

/// The time from which on a message makes a room active; `midnight` is the reader's last one.
pub fn activity_since(activity: Activity, now: i64, midnight: i64) -> Option<i64> {
    match activity {
        Activity::All => None,
        Activity::Today => Some(midnight),
        Activity::LastHour => Some(now - 60 * 60 * 1_000),
    }
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomEntry {
    pub id: RoomId,
    pub title: String,
    /// The other one, in a private conversation.
    pub with: Option<UserId>,
    pub is_private: bool,
    pub last_message: Option<Rc<Message>>,
    pub unread: usize,
    pub draft: Option<String>,
}

impl State {
    pub(super) fn rooms_loaded(&mut self, rooms: Vec<MyRoom>) -> Vec<Effect> {
        let listed: HashSet<_> = rooms.iter().map(|my| my.room.id()).collect();
        self.rooms.retain(|id, _| listed.contains(id));
        let me = self.my_id();
        for my in rooms {
            let id = my.room.id();
            match self.room_mut(id) {
                Some(room) => room.refresh(me, my),
                None => {
                    self.rooms.insert(id, Rc::new(RoomState::of(my)));
                }
            }
            if let Some(room) = self.room_mut(id) {
                room.mark_delivered();
            }
        }
        self.has_rooms = true;
        self.are_rooms_fresh = true;
        let mut effects = self.enter_open();
        effects.push(Effect::FlushMarksSoon);
        effects.extend(self.strangers());
        self.see_whether_live();
        effects
    }

    pub(super) fn room_known(&mut self, room: Room) -> Vec<Effect> {
        let id = room.id();
        if let Some(known) = self.room_mut(id) {
            known.head = known.head.max(room.head());
            known.room = room;
            return Vec::new();
        }
        self.rooms.insert(id, Rc::new(RoomState::known(room)));
        let mut effects = vec![Effect::FetchRooms];
        effects.extend(self.enter_open());
        effects.extend(self.strangers());
        effects
    }

    pub(super) fn joined(&mut self, room: Room) -> Vec<Effect> {
        let effects = self.room_known(room);
        if !effects.is_empty() {
            return effects;
        }
        // Known from before one left: a list without it may be on its way.
        vec![Effect::FetchRooms]
    }

    pub(super) fn room_gone(&mut self, room: RoomId) -> Vec<Effect> {
        let was_here = self.rooms.remove(&room).is_some();
        self.see_whether_live();
        // An answer with the room in it may be on its way: the next one will not have it.
        was_here.then_some(Effect::FetchRooms).into_iter().collect()
    }

    /// What people call the room.
    pub fn title_of(&self, room: &Room) -> String {
        match room {
            Room::Room(room) => room
                .title
                .clone()
                .filter(|title| !title.is_empty())
                .unwrap_or_else(|| room.name.as_str().to_owned()),
            Room::Direct(_) => self
                .other_of(room)
                .map_or_else(|| "Private".to_owned(), |other| self.people.name(other)),
        }
    }

    /// The other one of a private conversation.
    pub fn other_of(&self, room: &Room) -> Option<UserId> {
        match room {
            Room::Room(_) => None,
            Room::Direct(room) => room
                .members
                .iter()
                .copied()
                .find(|member| *member != self.my_id()),
        }
    }

    /// The lines of the list, newest activity first; `since` keeps rooms with a message from then
    /// on. A private conversation in which nothing was said is not shown to anybody.
    pub fn entries(&self, since: Option<i64>) -> Vec<RoomEntry> {
        let rooms: Vec<_> = self
            .rooms
            .values()
            .filter(|room| {
                let last = room.last_message.as_ref();
                match since {
                    Some(since) => last.is_some_and(|last| last.created_at.as_millis() >= since),
                    None => {
                        last.is_some()
                            || room.room.named().is_some()
                            || self.open == Some(room.id())
                            || self.drafts.contains_key(&room.id())
                    }
                }
            })
            .collect();
        let activity = |room: &RoomState| (last_activity(room), room.id());
        let rooms = sorted(rooms, |a, b| activity(b).cmp(&activity(a)));
        rooms.into_iter().map(|room| self.entry(room)).collect()
    }

    fn entry(&self, room: &RoomState) -> RoomEntry {
        let id = room.id();
        RoomEntry {
            id,
            title: self.title_of(&room.room),
            with: self.other_of(&room.room),
            is_private: room
                .room
                .named()
                .is_some_and(|room| room.visibility == shared::Visibility::Private),
            last_message: room.last_message.clone(),
            unread: room.unread(self.my_id()),
            draft: self
                .drafts
                .get(&id)
                .filter(|_| self.open != Some(id))
                .cloned(),
        }
    }

    /// Tells the server the marks that gathered.
    pub(super) fn flush_marks(&mut self) -> Vec<Effect> {
        if !self.connection.is_open() {
            return Vec::new();
        }
        let mut effects = Vec::new();
        for (id, room) in &mut self.rooms {
            if !room.has_marks_to_tell() {
                continue;
            }
            let room = Rc::make_mut(room);
            let Marks { delivered, read } = room.marks;
            effects.push(Effect::Send(ClientFrame::Mark {
                room: *id,
                delivered: (delivered > room.told.delivered).then_some(delivered),
                read: (read > room.told.read).then_some(read),
            }));
            room.told = room.marks;
        }
        effects
    }

    /// Everything up to `seq` was visible in a focused page.
    pub(super) fn seen(&mut self, room: RoomId, seq: u64) -> Vec<Effect> {
        let Some(state) = self
            .rooms
            .get_mut(&room)
            .filter(|room| seq > room.marks.read)
        else {
            return Vec::new();
        };
        let me = self.me.id;
        Rc::make_mut(state).read_up_to(me, seq);
        vec![Effect::FlushMarksSoon]
    }

    pub(super) fn following(&mut self, room: RoomId, is_following: bool) -> Vec<Effect> {
        if let Some(state) = self.rooms.get_mut(&room)
            && (state.is_following != is_following || (is_following && state.missed > 0))
        {
            let state = Rc::make_mut(state);
            state.is_following = is_following;
            if is_following {
                state.missed = 0;
            }
        }
        Vec::new()
    }
}

/// When something last happened in the room, in ms.
pub(super) fn last_activity(room: &RoomState) -> i64 {
    let made = match &room.room {
        Room::Room(room) => room.created_at,
        Room::Direct(room) => room.created_at,
    };
    room.last_message
        .as_ref()
        .map_or(made, |last| last.created_at)
        .as_millis()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Action;
    use crate::state::fixture::{BOB, CLUB, LOBBY, message_in, my_room, posted};

    fn two_rooms() -> State {
        let mut state = State::of_alice();
        state.act(Action::RoomsLoaded(vec![
            my_room(LOBBY, "lobby", 9, 9),
            my_room(CLUB, "club", 4, 2),
        ]));
        state
    }

    fn ids(entries: &[RoomEntry]) -> Vec<RoomId> {
        entries.iter().map(|entry| entry.id).collect()
    }

    #[test]
    fn the_room_with_the_newest_message_comes_first() {
        let mut state = two_rooms();
        assert_eq!(ids(&state.entries(None)), [LOBBY, CLUB]);
        state.hear(posted(message_in(CLUB, 20, BOB)));
        assert_eq!(ids(&state.entries(None)), [CLUB, LOBBY]);
    }

    #[test]
    fn the_filter_keeps_rooms_with_a_message_since_then() {
        let state = two_rooms();
        assert_eq!(ids(&state.entries(Some(9_000))), [LOBBY]);
        assert_eq!(ids(&state.entries(Some(9_001))), []);
    }

    #[test]
    fn today_begins_at_midnight_and_the_last_hour_an_hour_ago() {
        let hour = 3_600_000;
        assert_eq!(activity_since(Activity::All, 9 * hour, 2 * hour), None);
        assert_eq!(
            activity_since(Activity::Today, 9 * hour, 2 * hour),
            Some(2 * hour)
        );
        assert_eq!(
            activity_since(Activity::LastHour, 9 * hour, 2 * hour),
            Some(8 * hour)
        );
    }

    #[test]
    fn a_room_that_is_not_listed_any_more_is_gone() {
        let mut state = two_rooms();
        state.act(Action::RoomsLoaded(vec![my_room(LOBBY, "lobby", 9, 9)]));
        assert!(state.room(CLUB).is_none());
    }

    #[test]
    fn what_was_listed_is_told_as_delivered() {
        let mut state = two_rooms();
        state.connection.become_open();
        let effects = state.act(Action::FlushMarks);
        assert_eq!(
            effects,
            [Effect::Send(ClientFrame::Mark {
                room: CLUB,
                delivered: Some(4),
                read: None
            })]
        );
        assert_eq!(state.act(Action::FlushMarks), [], "told once");
    }

    #[test]
    fn marks_wait_for_a_connection() {
        let mut state = two_rooms();
        assert_eq!(state.act(Action::FlushMarks), []);
        state.connection.become_open();
        assert_eq!(state.act(Action::FlushMarks).len(), 1);
    }

    #[test]
    fn a_draft_shows_in_the_list_while_another_room_is_open() {
        let mut state = two_rooms();
        state.act(Action::Draft {
            room: CLUB,
            text: "half a".to_owned(),
        });
        let entry = state.entries(None).pop().unwrap();
        assert_eq!(entry.draft.as_deref(), Some("half a"));
        state.act(Action::Open(CLUB));
        let entry = state.entries(None).pop().unwrap();
        assert_eq!(entry.draft, None);
    }
}
