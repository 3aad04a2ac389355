//! What others are told of a person: online, away, offline, and not too often.

use std::collections::{BTreeMap, HashMap};

use shared::{Activity, Presence, PresenceState, RoomId, ServerFrame, Timestamp, UserId};

use super::{Audience, ConnId, Effect, Hub, Millis, Person};

/// Beyond so many changes in a second they are told together.
const MAX_CHANGES: u32 = 20;
const SECOND: Millis = 1_000;

/// Tells of changes one by one, or together where they are many.
#[derive(Debug, Default)]
pub(super) struct Announcer {
    second_began_at: Millis,
    told: u32,
    /// The last state of each, and where it is to be told: people who left are in no room any
    /// more.
    held: HashMap<UserId, (PresenceState, Vec<RoomId>)>,
}

impl Announcer {
    fn tell(
        &mut self,
        user: UserId,
        state: PresenceState,
        rooms: Vec<RoomId>,
        now: Millis,
        effects: &mut Vec<Effect>,
    ) {
        self.flush(now, effects);
        if now - self.second_began_at >= SECOND || now < self.second_began_at {
            self.second_began_at = now;
            self.told = 0;
        }
        // While some wait the others wait with them, so that nobody's changes swap.
        if self.told >= MAX_CHANGES || !self.held.is_empty() {
            self.held.insert(user, (state, rooms));
            return;
        }
        self.told += 1;
        let last_seen_at = (state == PresenceState::Offline).then_some(Timestamp::from_millis(now));
        effects.push(Effect::send(
            Audience::Rooms {
                rooms,
                except: user,
            },
            ServerFrame::PresenceChanged {
                user,
                state,
                last_seen_at,
            },
        ));
    }

    /// Tells what was held back, once its second is over.
    pub fn flush(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        if self.held.is_empty() || now - self.second_began_at < SECOND {
            return;
        }
        self.second_began_at = now;
        // The batch counts as one change of the new second.
        self.told = 1;
        let mut by_room: BTreeMap<RoomId, Vec<Presence>> = BTreeMap::new();
        for (user, (state, rooms)) in self.held.drain() {
            for room in rooms {
                by_room
                    .entry(room)
                    .or_default()
                    .push(Presence { user, state });
            }
        }
        for (room, mut changes) in by_room {
            changes.sort_unstable_by_key(|change| change.user);
            effects.push(Effect::send(
                Audience::Room { room, except: None },
                ServerFrame::PresenceBatch { changes },
            ));
        }
    }
}

impl Hub {
    /// A connection says whether there was input lately.
    pub fn set_activity(&mut self, id: ConnId, activity: Activity, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(conn) = self.conns.get_mut(&id) {
            conn.activity = activity;
            let user = conn.user;
            self.show(user, now, &mut effects);
        }
        effects
    }

    /// Tells the others if the person looks different from what they were told last.
    pub(super) fn show(&mut self, user: UserId, now: Millis, effects: &mut Vec<Effect>) {
        let Some(person) = self.people.get_mut(&user) else {
            return;
        };
        let mut seen = Seen::default();
        for conn in person.conns.iter().filter_map(|id| self.conns.get(id)) {
            seen.is_connected = true;
            seen.is_invisible |= conn.activity == Activity::Invisible;
            seen.is_active |= conn.activity == Activity::Active;
        }
        let state = state_of(person, seen, now);
        if state == person.shown {
            return;
        }
        person.shown = state;
        effects.push(Effect::Show { user, state });
        let mut rooms: Vec<RoomId> = person.rooms.iter().copied().collect();
        rooms.sort_unstable();
        self.announcer.tell(user, state, rooms, now, effects);
    }
}

/// What all connections of one person say together.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    is_connected: bool,
    is_invisible: bool,
    is_active: bool,
}

/// Invisible on one socket is invisible; active on one is online; else away.
fn state_of(person: &mut Person, seen: Seen, now: Millis) -> PresenceState {
    if !seen.is_connected {
        // In the grace after the last connection nothing changes.
        let is_over = person.leaves_at.is_none_or(|at| at <= now);
        return if is_over {
            PresenceState::Offline
        } else {
            person.shown
        };
    }
    person.is_invisible = seen.is_invisible;
    match seen {
        Seen {
            is_invisible: true, ..
        } => PresenceState::Offline,
        Seen {
            is_active: true, ..
        } => PresenceState::Online,
        Seen { .. } => PresenceState::Away,
    }
}
