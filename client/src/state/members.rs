//! Who is in a room, what they may do there, and how far they have got.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use shared::{Marks, Member, RoomId, RoomRole, ServerFrame, UserId};

use super::{Effect, State};

/// A room's members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    by_id: HashMap<UserId, (RoomRole, Marks)>,
    is_loaded: bool,
    /// Who joined since the list was asked for: an answer that was on its way may lack them.
    joined: HashSet<UserId>,
}

impl Members {
    /// Whether all of them are known.
    pub fn is_loaded(&self) -> bool {
        self.is_loaded
    }

    /// How many are known.
    pub fn count(&self) -> usize {
        self.by_id.len()
    }

    /// Everybody's marks.
    pub fn marks(&self) -> impl Iterator<Item = (UserId, Marks)> {
        self.by_id.iter().map(|(user, (_, marks))| (*user, *marks))
    }

    /// Everybody with their role, in no order.
    pub fn roles(&self) -> impl Iterator<Item = (UserId, RoomRole)> {
        self.by_id.iter().map(|(user, (role, _))| (*user, *role))
    }

    /// Whether somebody is one of them.
    pub fn contains(&self, user: UserId) -> bool {
        self.by_id.contains_key(&user)
    }

    /// Whether somebody may be one of them, as far as the list tells.
    pub fn may_contain(&self, user: UserId) -> bool {
        !self.is_loaded || self.contains(user) || self.joined.contains(&user)
    }

    fn raise(&mut self, user: UserId, marks: Marks) {
        let (_, known) = self.by_id.entry(user).or_insert((RoomRole::Member, marks));
        known.delivered = known.delivered.max(marks.delivered);
        known.read = known.read.max(marks.read);
    }
}

impl State {
    pub(super) fn members_loaded(&mut self, room: RoomId, members: Vec<Member>) -> Vec<Effect> {
        let mut by_id = HashMap::with_capacity(members.len());
        let people = self.people_mut();
        for member in members {
            by_id.insert(member.user.id(), (member.role, member.marks));
            people.hear_of(member.user.id(), member.presence);
            people.meet(member.user);
        }
        let mut effects = Vec::new();
        if let Some(state) = self.room_mut(room) {
            let known = std::mem::take(Rc::make_mut(&mut state.members));
            let members = Rc::make_mut(&mut state.members);
            members.by_id = by_id;
            members.is_loaded = true;
            // Once more, and not until they are found: a long list may not hold them at all.
            if known.joined.iter().any(|user| !members.contains(*user)) {
                effects.push(Effect::FetchMembers(room));
            }
            // A live mark may have overtaken the answer.
            for (user, marks) in known.marks() {
                if members.contains(user) {
                    members.raise(user, marks);
                }
            }
        }
        effects
    }

    pub(super) fn take_member_frame(&mut self, frame: &ServerFrame) -> Vec<Effect> {
        match *frame {
            ServerFrame::MemberJoined { room, user } => {
                // Somebody else's marks and role come with the whole list; a room that was never
                // opened does not need it.
                let is_loaded = self.room(room).is_some_and(|room| room.members.is_loaded);
                let mut effects = Vec::new();
                if is_loaded {
                    effects.push(Effect::FetchMembers(room));
                }
                if let Some(state) = self.room_mut(room)
                    && !state.members.contains(user)
                {
                    Rc::make_mut(&mut state.members).joined.insert(user);
                }
                if !self.people.knows(user) {
                    effects.push(Effect::FetchUser(user));
                }
                effects
            }
            ServerFrame::MemberLeft { room, user } if user == self.my_id() => self.room_gone(room),
            ServerFrame::MemberLeft { room, user } => {
                if let Some(state) = self.room_mut(room) {
                    let members = Rc::make_mut(&mut state.members);
                    members.by_id.remove(&user);
                    members.joined.remove(&user);
                    state.typing.stop(user);
                }
                Vec::new()
            }
            ServerFrame::MarksChanged {
                room,
                user,
                delivered,
                read,
            } => self.marks_changed(room, user, Marks { delivered, read }),
            _ => Vec::new(),
        }
    }

    fn marks_changed(&mut self, room: RoomId, user: UserId, marks: Marks) -> Vec<Effect> {
        let me = self.my_id();
        let Some(state) = self.room_mut(room) else {
            return Vec::new();
        };
        Rc::make_mut(&mut state.members).raise(user, marks);
        if user != me {
            return Vec::new();
        }
        // Another tab of ours has read on.
        let has_moved = marks.read > state.marks.read;
        state.raise(me, marks);
        state.told.delivered = state.told.delivered.max(marks.delivered);
        state.told.read = state.told.read.max(marks.read);
        if has_moved && state.unread(me) > 0 && state.log.is_none() {
            return vec![Effect::FetchRooms];
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Action;
    use crate::state::fixture::{ALICE, BOB, CAROL, CLUB, LOBBY, member, my_room};

    #[test]
    fn a_live_mark_is_not_taken_back_by_a_late_answer() {
        let mut state = State::in_lobby(9);
        state.hear(ServerFrame::MarksChanged {
            room: LOBBY,
            user: BOB,
            delivered: 9,
            read: 8,
        });
        state.act(Action::MembersLoaded {
            room: LOBBY,
            members: vec![member(ALICE, "alice", 9, 9), member(BOB, "bob", 4, 4)],
        });
        let marks: HashMap<_, _> = state.lobby().members.marks().collect();
        assert_eq!(
            marks[&BOB],
            Marks {
                delivered: 9,
                read: 8
            }
        );
    }

    #[test]
    fn what_another_tab_has_read_is_not_unread_here() {
        let mut state = State::of_alice();
        state.act(Action::RoomsLoaded(vec![my_room(LOBBY, "lobby", 9, 4)]));
        assert_eq!(state.lobby().unread(ALICE), 5);
        state.hear(ServerFrame::MarksChanged {
            room: LOBBY,
            user: ALICE,
            delivered: 9,
            read: 9,
        });
        assert_eq!(state.lobby().unread(ALICE), 0);
        assert!(!state.lobby().has_marks_to_tell());
    }

    #[test]
    fn being_removed_takes_the_room_away() {
        let mut state = State::in_lobby(3);
        state.act(Action::RoomsLoaded(vec![
            my_room(LOBBY, "lobby", 3, 3),
            my_room(CLUB, "club", 1, 1),
        ]));
        state.hear(ServerFrame::MemberLeft {
            room: CLUB,
            user: ALICE,
        });
        assert!(state.room(CLUB).is_none());
        assert!(state.room(LOBBY).is_some());
    }

    #[test]
    fn somebody_new_is_asked_for_once_known_by_name() {
        let mut state = State::in_lobby(3);
        let joined = ServerFrame::MemberJoined {
            room: LOBBY,
            user: CAROL,
        };
        assert_eq!(state.hear(joined.clone()), [Effect::FetchUser(CAROL)]);
        state.act(Action::MembersLoaded {
            room: LOBBY,
            members: vec![member(CAROL, "carol", 0, 0)],
        });
        assert_eq!(state.hear(joined), [Effect::FetchMembers(LOBBY)]);
    }

    #[test]
    fn an_answer_older_than_a_joining_is_asked_for_again_once() {
        let mut state = State::in_lobby(9);
        state.hear(ServerFrame::MemberJoined {
            room: LOBBY,
            user: CAROL,
        });
        let older = vec![member(ALICE, "alice", 9, 9), member(BOB, "bob", 9, 9)];
        let again = state.members_loaded(LOBBY, older.clone());
        assert_eq!(again, [Effect::FetchMembers(LOBBY)]);
        assert_eq!(state.members_loaded(LOBBY, older), []);
    }

    #[test]
    fn who_has_just_joined_is_noticed_before_the_list_is_fetched() {
        let mut state = State::in_lobby(9);
        state.members_loaded(
            LOBBY,
            vec![member(ALICE, "alice", 9, 9), member(BOB, "bob", 9, 9)],
        );
        let members = |state: &State| Rc::clone(&state.room(LOBBY).unwrap().members);
        assert!(
            !members(&state).may_contain(CAROL),
            "the list is loaded without her"
        );
        state.hear(ServerFrame::MemberJoined {
            room: LOBBY,
            user: CAROL,
        });
        assert!(members(&state).may_contain(CAROL));
        state.hear(ServerFrame::MemberLeft {
            room: LOBBY,
            user: CAROL,
        });
        assert!(!members(&state).may_contain(CAROL));
    }
}
