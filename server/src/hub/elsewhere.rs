//! People who are connected to other servers on the same store.
//!
//! What those say is merged with what the connections here say. Who has none here is in rooms all
//! the same, and their rooms are read from the store: many people at a time, one read at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use shared::{RoomId, UserId};

use super::{Effect, Hub, Knowledge, Millis, Moves, Person, people::seen, places::with_moves};
use crate::bus::{Availability, ServerId, Signal};

/// People remembered. Past it those elsewhere are shown as offline here.
const MAX_PEOPLE: usize = 100_000;

/// People whose rooms are read at once: 10,000 after a start take forty small reads, one after the
/// other, so that somebody's page never waits for a large one.
const READ_AT_ONCE: usize = 256;

/// How long the store is left alone when it could not read.
const READ_AGAIN_AFTER: Millis = 1_000;

/// Whoever a server names within so long after we first heard of it was there before: it tells
/// all it knows at once, and a thousand notices of arrival would be wrong.
const INTRODUCTION: Millis = 2_000;

/// The other servers, and what must be known of their people.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    /// Since when each has been heard of.
    servers: HashMap<ServerId, Millis>,
    /// Whose rooms are to be read.
    wanted: BTreeSet<UserId>,
    /// Whose rooms are being read, and what happened to those meanwhile.
    reading: Option<BTreeMap<UserId, Moves>>,
    /// Not before then, after a failure.
    reads_at: Millis,
}

impl Elsewhere {
    /// Somebody's rooms are to be read.
    pub fn want(&mut self, user: UserId) {
        self.wanted.insert(user);
    }

    /// What is being read now may lack something: it is to be read again.
    pub fn distrust(&mut self) {
        if let Some(reading) = &mut self.reading {
            self.wanted.extend(std::mem::take(reading).into_keys());
        }
    }

    /// Somebody joined or left a room.
    pub fn note(&mut self, user: UserId, room: RoomId, is_in: bool) {
        let reading = self.reading.as_mut();
        if let Some(since) = reading.and_then(|reading| reading.get_mut(&user)) {
            since.push((room, is_in));
        }
    }

    /// A room was deleted.
    pub fn note_deleted(&mut self, room: RoomId) {
        for since in self.reading.iter_mut().flat_map(BTreeMap::values_mut) {
            since.push((room, false));
        }
    }
}

impl Hub {
    /// What other servers say. Never what this one said itself.
    pub fn hear(&mut self, signals: Vec<Signal>, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        for signal in signals {
            match signal {
                Signal::Presence {
                    server,
                    user,
                    availability,
                } => self.heard_of(server, user, availability, now, &mut effects),
                Signal::ServerGone(server) => self.server_gone(server, now, &mut effects),
                Signal::Typing { room, user } => self.wrote(room, user, &mut effects),
            }
        }
        self.read_rooms(now, &mut effects);
        effects
    }

    fn heard_of(
        &mut self,
        server: ServerId,
        user: UserId,
        availability: Availability,
        now: Millis,
        effects: &mut Vec<Effect>,
    ) {
        let known_since = *self.elsewhere.servers.entry(server).or_insert(now);
        if availability == Availability::Offline {
            return self.left_server(server, user, now, effects);
        }
        if !self.people.contains_key(&user) {
            if self.people.len() >= MAX_PEOPLE {
                return;
            }
            self.elsewhere.want(user);
        }
        let person = self.people.entry(user).or_insert_with(|| Person {
            was_there: now - known_since < INTRODUCTION,
            ..Person::new()
        });
        match person.elsewhere.iter_mut().find(|(at, _)| *at == server) {
            Some((_, known)) => *known = availability,
            None => person.elsewhere.push((server, availability)),
        }
        self.show(user, now, effects);
    }

    /// Somebody has no connection to that server any more; whether they have none at all.
    fn left_server(
        &mut self,
        server: ServerId,
        user: UserId,
        now: Millis,
        effects: &mut Vec<Effect>,
    ) {
        let Some(person) = self.people.get_mut(&user) else {
            return;
        };
        person.elsewhere.retain(|(at, _)| *at != server);
        let is_gone = person.elsewhere.is_empty() && !person.is_here();
        self.show(user, now, effects);
        if is_gone {
            self.forget_person(user);
        }
    }

    fn server_gone(&mut self, server: ServerId, now: Millis, effects: &mut Vec<Effect>) {
        self.elsewhere.servers.remove(&server);
        let is_there = |person: &Person| person.elsewhere.iter().any(|(at, _)| *at == server);
        let mut lost: Vec<UserId> = self
            .people
            .iter()
            .filter(|(_, person)| is_there(person))
            .map(|(user, _)| *user)
            .collect();
        lost.sort_unstable();
        for user in lost {
            self.left_server(server, user, now, effects);
            if !self.people.contains_key(&user) {
                // It cannot say so itself. The other servers do the same: the latest counts.
                effects.push(seen(user, now));
            }
        }
    }

    /// Asks for the rooms of those whose rooms are not known, one batch at a time.
    pub(super) fn read_rooms(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        let is_busy = self.elsewhere.reading.is_some() || now < self.elsewhere.reads_at;
        if is_busy || self.elsewhere.wanted.is_empty() {
            return;
        }
        let mut users = Vec::new();
        while users.len() < READ_AT_ONCE
            && let Some(user) = self.elsewhere.wanted.pop_first()
        {
            if self.has_unknown_rooms(user) {
                users.push(user);
            }
        }
        if !users.is_empty() {
            let reading = users.iter().map(|user| (*user, Moves::new())).collect();
            self.elsewhere.reading = Some(reading);
            effects.push(Effect::ReadRooms { users });
        }
    }

    /// Who has connected here meanwhile brought their rooms.
    fn has_unknown_rooms(&self, user: UserId) -> bool {
        self.people
            .get(&user)
            .is_some_and(|person| !person.is_here() && person.knowledge != Knowledge::Current)
    }

    /// The rooms that [`Effect::ReadRooms`] asked for.
    pub fn rooms_read(&mut self, places: Vec<(UserId, RoomId)>, now: Millis) -> Vec<Effect> {
        let reading = self.elsewhere.reading.take().unwrap_or_default();
        let mut read: HashMap<UserId, HashSet<RoomId>> = HashMap::new();
        for (user, room) in places {
            read.entry(user).or_default().insert(room);
        }
        let mut effects = Vec::new();
        for (user, since) in reading {
            let rooms = with_moves(read.remove(&user).unwrap_or_default(), since);
            if self.has_unknown_rooms(user) {
                self.place(user, rooms);
                self.show(user, now, &mut effects);
            }
        }
        self.read_rooms(now, &mut effects);
        effects
    }

    /// The store could not answer [`Effect::ReadRooms`]: it is asked again later.
    pub fn rooms_not_read(&mut self, now: Millis) {
        self.elsewhere.distrust();
        self.elsewhere.reading = None;
        self.elsewhere.reads_at = now + READ_AGAIN_AFTER;
    }

    fn place(&mut self, user: UserId, rooms: HashSet<RoomId>) {
        let Some(person) = self.people.get_mut(&user) else {
            return;
        };
        person.knowledge = Knowledge::Current;
        let before = std::mem::replace(&mut person.rooms, rooms.clone());
        for room in before.difference(&rooms) {
            self.exit(*room, user);
        }
        for room in rooms {
            self.enter(room, user, false);
        }
    }
}
