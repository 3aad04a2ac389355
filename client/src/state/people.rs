//! Everybody one has heard of: names, pictures, presence, and who comes and goes.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use shared::{DeletedUser, Presence, PresenceState, Profile, ServerFrame, Timestamp, User, UserId};

use super::{Effect, State, notices};
use crate::order::sorted;

/// Everybody one has heard of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// None for a deleted account.
    by_id: HashMap<UserId, Option<Rc<Profile>>>,
    /// As the socket says: the only source of notices.
    presence: HashMap<UserId, PresenceState>,
    /// As an answer said, for those of whom the socket says nothing.
    hearsay: HashMap<UserId, PresenceState>,
    /// Whom we have asked for.
    pub(super) asked: HashSet<UserId>,
}

impl People {
    pub(super) fn of(me: &Rc<Profile>) -> Self {
        Self {
            by_id: HashMap::from([(me.id, Some(Rc::clone(me)))]),
            presence: HashMap::from([(me.id, PresenceState::Online)]),
            ..Self::default()
        }
    }

    /// Whether somebody's name is known.
    pub fn knows(&self, user: UserId) -> bool {
        self.by_id.contains_key(&user)
    }

    /// Somebody's account, where it is known and not deleted.
    pub fn profile(&self, user: UserId) -> Option<&Rc<Profile>> {
        self.by_id.get(&user)?.as_ref()
    }

    /// Somebody as they may be kept: without their presence, which is not true for long.
    pub(super) fn user(&self, id: UserId) -> Option<User> {
        Some(match self.by_id.get(&id)? {
            Some(profile) => User::Live(Profile {
                presence: None,
                ..(**profile).clone()
            }),
            None => User::Deleted(DeletedUser { id, deleted: true }),
        })
    }

    /// What to call somebody.
    pub fn name(&self, user: UserId) -> String {
        match self.by_id.get(&user) {
            Some(Some(profile)) => profile.display_name.clone(),
            Some(None) => "Deleted account".to_owned(),
            None => "Somebody".to_owned(),
        }
    }

    /// Whether somebody is connected.
    pub fn presence(&self, user: UserId) -> PresenceState {
        self.presence
            .get(&user)
            .or_else(|| self.hearsay.get(&user))
            .copied()
            .unwrap_or(PresenceState::Offline)
    }

    /// All accounts with their presence: who is connected first, then by name.
    pub fn everybody(&self) -> Vec<(Rc<Profile>, PresenceState)> {
        let keyed: Vec<_> = self
            .by_id
            .values()
            .flatten()
            .map(|profile| {
                let presence = self.presence(profile.id);
                let is_offline = presence == PresenceState::Offline;
                let key = (is_offline, profile.display_name.to_lowercase(), profile.id);
                (key, (Rc::clone(profile), presence))
            })
            .collect();
        let keyed = sorted(keyed, |a, b| a.0.cmp(&b.0));
        keyed.into_iter().map(|(_, person)| person).collect()
    }

    pub(super) fn meet(&mut self, user: User) {
        let id = user.id();
        self.asked.remove(&id);
        match user {
            User::Live(profile) => {
                if let Some(presence) = profile.presence {
                    self.hear_of(id, presence);
                }
                self.by_id.insert(id, Some(Rc::new(profile)));
            }
            User::Deleted(_) => {
                self.by_id.insert(id, None);
                self.presence.remove(&id);
                self.hearsay.remove(&id);
            }
        }
    }

    pub(super) fn hear_of(&mut self, user: UserId, presence: PresenceState) {
        self.hearsay.insert(user, presence);
    }

    /// Starts over with what `ready` says.
    pub(super) fn connected(&mut self, me: UserId, online: Option<Vec<Presence>>) {
        self.presence.clear();
        let Some(online) = online else {
            self.presence.insert(me, PresenceState::Online);
            return;
        };
        self.hearsay.clear();
        self.presence
            .extend(online.into_iter().map(|person| (person.user, person.state)));
        self.presence.insert(me, PresenceState::Online);
    }

    /// Whether somebody was connected before this news. An answer may have overtaken the socket, so
    /// it counts only for those who go.
    fn was_here(&self, user: UserId, news: PresenceState) -> bool {
        let heard = self
            .hearsay
            .get(&user)
            .filter(|_| news == PresenceState::Offline);
        let before = self.presence.get(&user).or(heard);
        before.is_some_and(|before| *before != PresenceState::Offline)
    }

    fn set_last_seen(&mut self, user: UserId, at: Timestamp) {
        if let Some(Some(profile)) = self.by_id.get_mut(&user) {
            Rc::make_mut(profile).last_seen_at = Some(at);
        }
    }
}

impl State {
    pub(super) fn people_loaded(&mut self, users: Vec<User>) -> Vec<Effect> {
        let people = self.people_mut();
        for user in users {
            people.meet(user);
        }
        Vec::new()
    }

    pub(super) fn my_profile(&mut self, me: Profile) -> Vec<Effect> {
        self.me = Rc::new(me.clone());
        self.people_mut().meet(User::Live(me));
        Vec::new()
    }

    /// Somebody's name, picture or status changed; what only oneself sees of oneself stays.
    pub(super) fn user_changed(&mut self, user: User) -> Vec<Effect> {
        match user {
            User::Live(profile) if profile.id == self.me.id => {
                let Profile { email, role, .. } = (*self.me).clone();
                self.my_profile(Profile {
                    email,
                    role,
                    ..profile
                })
            }
            other => self.people_loaded(vec![other]),
        }
    }

    /// Asks once for somebody whose name is not known.
    pub(super) fn ask_for(&mut self, user: UserId) -> Option<Effect> {
        if self.people.knows(user) || self.people.asked.contains(&user) {
            return None;
        }
        self.people_mut().asked.insert(user);
        Some(Effect::FetchUser(user))
    }

    /// Asks for the other ones of private conversations and the authors in the list.
    pub(super) fn strangers(&mut self) -> Vec<Effect> {
        let seen: Vec<UserId> = self
            .rooms
            .values()
            .flat_map(|room| {
                let author = room.last_message.as_ref().map(|last| last.author);
                self.other_of(&room.room).into_iter().chain(author)
            })
            .collect();
        seen.into_iter()
            .filter_map(|user| self.ask_for(user))
            .collect()
    }

    pub(super) fn take_presence_frame(&mut self, frame: ServerFrame) -> Vec<Effect> {
        match frame {
            ServerFrame::PresenceChanged {
                user,
                state,
                last_seen_at,
            } => {
                let was_here = self.people.was_here(user, state);
                let people = self.people_mut();
                people.presence.insert(user, state);
                if let Some(at) = last_seen_at {
                    people.set_last_seen(user, at);
                }
                if was_here != (state != PresenceState::Offline) && user != self.my_id() {
                    self.notice(user, !was_here);
                }
                self.ask_for(user).into_iter().collect()
            }
            ServerFrame::PresenceBatch { changes } => {
                let people = self.people_mut();
                for change in changes {
                    people.presence.insert(change.user, change.state);
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Only coming and going is worth a line, never a pause, and never one's own.
    fn notice(&mut self, user: UserId, has_come: bool) {
        let now = self.now;
        for room in self.rooms.values_mut() {
            let is_theirs = room.members.may_contain(user);
            if room.log.is_some() && is_theirs {
                let after = room.newest_seq();
                let room = Rc::make_mut(room);
                notices::add(Rc::make_mut(&mut room.notices), after, user, has_come, now);
                room.typing.stop(user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture::{ALICE, BOB, CAROL, LOBBY, profile, ready};

    fn presence(user: UserId, state: PresenceState) -> ServerFrame {
        ServerFrame::PresenceChanged {
            user,
            state,
            last_seen_at: None,
        }
    }

    fn noticed(state: &State) -> Vec<(UserId, bool)> {
        let notices = &state.lobby().notices;
        notices.iter().map(|n| (n.user, n.has_come)).collect()
    }

    #[test]
    fn coming_and_going_are_noticed() {
        let mut state = State::in_lobby(3);
        state.hear(presence(BOB, PresenceState::Online));
        state.hear(presence(BOB, PresenceState::Offline));
        assert_eq!(noticed(&state), [(BOB, true), (BOB, false)]);
        assert_eq!(state.lobby().notices[0].after, 3);
    }

    #[test]
    fn a_pause_is_no_notice() {
        let mut state = State::in_lobby(3);
        state.hear(presence(BOB, PresenceState::Online));
        state.hear(presence(BOB, PresenceState::Away));
        state.hear(presence(BOB, PresenceState::Online));
        assert_eq!(noticed(&state), [(BOB, true)]);
    }

    #[test]
    fn who_was_there_before_us_has_not_come() {
        let mut state = State::in_lobby(3);
        let mut frame = ready(&[(LOBBY, 3)]);
        if let ServerFrame::Ready { online, .. } = &mut frame {
            *online = Some(vec![Presence {
                user: BOB,
                state: PresenceState::Away,
            }]);
        }
        state.hear(frame);
        state.hear(presence(BOB, PresenceState::Online));
        assert_eq!(noticed(&state), []);
        assert_eq!(state.people.presence(BOB), PresenceState::Online);
    }

    #[test]
    fn a_batch_updates_the_list_and_makes_no_notice() {
        let mut state = State::in_lobby(3);
        state.hear(ServerFrame::PresenceBatch {
            changes: vec![Presence {
                user: BOB,
                state: PresenceState::Online,
            }],
        });
        assert_eq!(noticed(&state), []);
        assert_eq!(state.people.presence(BOB), PresenceState::Online);
    }

    #[test]
    fn a_stranger_is_asked_for_once() {
        let mut state = State::in_lobby(3);
        let online = presence(CAROL, PresenceState::Online);
        assert_eq!(state.hear(online.clone()), [Effect::FetchUser(CAROL)]);
        assert_eq!(state.hear(online), []);
    }

    #[test]
    fn an_answer_that_overtakes_the_socket_swallows_no_notice() {
        let mut state = State::in_lobby(3);
        state.people_mut().hear_of(BOB, PresenceState::Online);
        state.hear(presence(BOB, PresenceState::Online));
        assert_eq!(noticed(&state), [(BOB, true)]);
    }

    #[test]
    fn a_new_name_is_shown_without_a_reload() {
        let mut state = State::in_lobby(3);
        let user = User::Live(profile(BOB, "robert"));
        state.hear(ServerFrame::UserChanged { user });
        assert_eq!(state.people.name(BOB), "Robert");
    }

    #[test]
    fn ones_own_change_in_another_tab_keeps_what_only_oneself_sees() {
        let mut state = State::in_lobby(3);
        let email = Some("alice@example.org".to_owned());
        state.my_profile(Profile {
            email: email.clone(),
            ..profile(ALICE, "alice")
        });
        let user = User::Live(profile(ALICE, "alicia"));
        state.hear(ServerFrame::UserChanged { user });
        assert_eq!(state.me.display_name, "Alicia");
        assert_eq!(state.me.email, email);
    }

    #[test]
    fn one_is_always_among_the_connected() {
        let state = State::in_lobby(3);
        assert_eq!(state.people.presence(ALICE), PresenceState::Online);
        assert_eq!(state.people.everybody()[0].0.id, ALICE);
    }
}
