//! What others are told of a person: online, away, offline, and not too often.

use std::collections::{BTreeMap, HashMap, VecDeque};

use shared::{Activity, Presence, PresenceState, RoomId, ServerFrame, Timestamp, UserId};

use super::{Audience, Conn, ConnId, Effect, Hub, Knowledge, Millis, Person};
use crate::bus::Availability;

/// Beyond so many changes in a second they are told together.
const MAX_CHANGES: u32 = 20;
const SECOND: Millis = 1_000;

/// Beyond so many the rest is told a second later: 5,000 people who come at once hear of each
/// other in frames of some 20 KB for twenty seconds, where one of 400 KB would not even fit into
/// what may wait for a client.
const MAX_TOGETHER: usize = 256;

/// Tells of changes one by one, or together where they are many.
#[derive(Debug, Default)]
pub(super) struct Announcer {
    second_began_at: Millis,
    told: u32,
    /// The last state of each, and where it is to be told: people who left are in no room any
    /// more.
    held: HashMap<UserId, (PresenceState, Vec<RoomId>)>,
    /// In the order in which they began to wait.
    queue: VecDeque<UserId>,
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
            return self.hold(user, state, rooms);
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

    /// Tells of it with the others when this second is over: lists are updated, nobody is greeted.
    fn hold(&mut self, user: UserId, state: PresenceState, rooms: Vec<RoomId>) {
        if self.held.insert(user, (state, rooms)).is_none() {
            self.queue.push_back(user);
        }
    }

    /// Tells what was held back, once its second is over: those first who have waited longest.
    pub fn flush(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        if self.held.is_empty() || now - self.second_began_at < SECOND {
            return;
        }
        self.second_began_at = now;
        // The batch counts as one change of the new second.
        self.told = 1;
        let mut by_room: BTreeMap<RoomId, Vec<Presence>> = BTreeMap::new();
        let next = self.queue.len().min(MAX_TOGETHER);
        for user in self.queue.drain(..next) {
            let Some((state, rooms)) = self.held.remove(&user) else {
                continue;
            };
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

    /// Tells the other servers what the connections here say, where that is new; and the others
    /// here, if the person looks different from what they were told last.
    pub(super) fn show(&mut self, user: UserId, now: Millis, effects: &mut Vec<Effect>) {
        let Some(person) = self.people.get_mut(&user) else {
            return;
        };
        let here = here(person, &self.conns, now);
        if here != person.here {
            person.here = here;
            let availability = here;
            effects.push(Effect::Tell { user, availability });
        }
        let state = Availability::seen_together(person.availabilities());
        if state == person.shown || person.knowledge == Knowledge::None {
            return;
        }
        person.shown = state;
        let is_news = !std::mem::take(&mut person.was_there);
        effects.push(Effect::Show { user, state });
        let mut rooms: Vec<RoomId> = person.rooms.iter().copied().collect();
        rooms.sort_unstable();
        for room in &rooms {
            let Some(live) = self.rooms.get_mut(room) else {
                continue;
            };
            if state == PresenceState::Offline {
                live.shown.remove(&user);
            } else {
                live.shown.insert(user);
            }
        }
        if is_news {
            self.announcer.tell(user, state, rooms, now, effects);
        } else {
            self.announcer.hold(user, state, rooms);
        }
    }
}

/// What all connections of one person here say together: invisible on one is invisible; active on
/// one is online; else away.
fn here(person: &Person, conns: &HashMap<ConnId, Conn>, now: Millis) -> Availability {
    if person.conns.is_empty() {
        // In the grace after the last connection nothing changes.
        let is_in_grace = person.leaves_at.is_some_and(|at| at > now);
        return if is_in_grace {
            person.here
        } else {
            Availability::Offline
        };
    }
    let mut together = Availability::Away;
    for conn in person.conns.iter().filter_map(|id| conns.get(id)) {
        match conn.activity {
            Activity::Invisible => return Availability::Invisible,
            Activity::Active => together = Availability::Online,
            Activity::Away => {}
        }
    }
    together
}
