//! People come and go: connections, and the rooms they bring.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use shared::{
    Activity, CloseCode, Epoch, HEARTBEAT_MS, MAX_READY_ONLINE, PRESENCE_GRACE_MS, Presence,
    RoomHead, RoomId, ServerFrame, Session, SessionId, User, UserId,
};

use crate::bus::Availability;

use super::{
    Audience, Conn, ConnId, Effect, Hub, Knowledge, Millis, Person, Stage, places::with_moves,
};

/// What a connection needs to be ready, read from the store after [`Hub::begin`].
#[derive(Debug, Clone)]
pub struct Hello {
    /// The login it runs on.
    pub session: Session,
    /// Whose it is.
    pub user: User,
    /// The store's.
    pub epoch: Epoch,
    /// The rooms they are in.
    pub rooms: Vec<RoomHead>,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// Closed or cut: it may be back in a moment.
    Closed,
    /// Nothing was heard of it for so long that nobody expects it back.
    Silent,
}

/// Why a connection is not opened after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReady {
    /// Its session ended meanwhile.
    Ended,
    /// What happened to its rooms meanwhile may have been missed: it is to try again.
    Missed,
}

/// How long a person who may be back in a moment is shown as before.
pub(super) const GRACE: Millis = PRESENCE_GRACE_MS.cast_signed();

impl Hub {
    /// A connection is being made. From now on it misses nothing: read its rooms, then say
    /// [`Hub::ready`].
    pub fn begin(&mut self, conn: ConnId, user: UserId, session: SessionId) {
        let is_invisible = self.people.get(&user).is_some_and(|person| {
            let mut known = person.availabilities();
            known.any(|availability| availability == Availability::Invisible)
        });
        let activity = if is_invisible {
            Activity::Invisible
        } else {
            Activity::Active
        };
        let stage = Stage::Joining {
            since: Vec::new(),
            has_missed: false,
        };
        self.joining += 1;
        self.conns.insert(
            conn,
            Conn {
                user,
                session,
                activity,
                stage,
            },
        );
    }

    /// The connection is open: `ready` is its first frame, and everything above the heads in it
    /// comes live.
    ///
    /// The others hear of the person if it is their first connection.
    ///
    /// # Errors
    /// [`NotReady`], and then the connection is to be given up.
    pub fn ready(
        &mut self,
        id: ConnId,
        hello: Hello,
        now: Millis,
    ) -> Result<Vec<Effect>, NotReady> {
        let conn = self.conns.get_mut(&id).ok_or(NotReady::Ended)?;
        let Stage::Joining { since, has_missed } = &mut conn.stage else {
            return Err(NotReady::Ended);
        };
        if *has_missed {
            return Err(NotReady::Missed);
        }
        let since = std::mem::take(since);
        conn.stage = Stage::Ready;
        let user = conn.user;
        let rooms = with_moves(hello.rooms.iter().map(|room| room.id), since);
        for room in &rooms {
            self.enter(*room, user, true);
        }
        self.end_joining();
        let person = self.people.entry(user).or_insert_with(Person::new);
        person.conns.push(id);
        person.leaves_at = None;
        let before = std::mem::replace(&mut person.rooms, rooms.clone());
        let knowledge = std::mem::replace(&mut person.knowledge, Knowledge::Current);
        for room in before.difference(&rooms) {
            if knowledge == Knowledge::Stale {
                // Otherwise the feed will say so; but of these it may have lost it.
                self.exit(*room, user);
            } else if let Some(live) = self.rooms.get_mut(room) {
                // From now on nobody looks there for what they are shown as.
                live.shown.remove(&user);
            }
        }

        let mut effects = Vec::new();
        self.show(user, now, &mut effects);
        let read: HashMap<RoomId, u64> = hello.rooms.iter().map(|r| (r.id, r.head)).collect();
        let head_of = |id: &RoomId| {
            let sent = self.rooms.get(id).map_or(0, |room| room.head);
            // What one connection read says nothing of what was sent to the others.
            sent.max(read.get(id).copied().unwrap_or_default())
        };
        let mut heads: Vec<RoomHead> = rooms
            .iter()
            .map(|id| RoomHead {
                id: *id,
                head: head_of(id),
            })
            .collect();
        heads.sort_unstable_by_key(|room| room.id);
        let (online, online_count) = self.online_with(&rooms);
        effects.push(Effect::Attach {
            conn: id,
            rooms: rooms.into_iter().collect(),
        });
        effects.push(Effect::send(
            Audience::Conn(id),
            ServerFrame::Ready {
                session: hello.session,
                user: hello.user,
                epoch: hello.epoch,
                heartbeat_ms: HEARTBEAT_MS,
                rooms: heads,
                online,
                online_count,
            },
        ));
        Ok(effects)
    }

    /// Who is shown as connected in these rooms, where they are few enough to be told, and how
    /// many they are. Of the fullest room nobody is looked at unless they are told.
    fn online_with(&self, rooms: &HashSet<RoomId>) -> (Option<Vec<Presence>>, u32) {
        let mut shown: Vec<&HashSet<UserId>> = rooms
            .iter()
            .filter_map(|room| self.rooms.get(room))
            .map(|live| &live.shown)
            .collect();
        shown.sort_unstable_by_key(|people| Reverse(people.len()));
        let Some((fullest, others)) = shown.split_first() else {
            return (Some(Vec::new()), 0);
        };
        let beside: HashSet<UserId> = others
            .iter()
            .flat_map(|people| people.iter())
            .filter(|user| !fullest.contains(user))
            .copied()
            .collect();
        let len = fullest.len() + beside.len();
        let count = u32::try_from(len).unwrap_or(u32::MAX);
        if len > MAX_READY_ONLINE {
            return (None, count);
        }
        let told = fullest.iter().chain(&beside).filter_map(|user| {
            let state = self.people.get(user)?.shown;
            Some(Presence { user: *user, state })
        });
        let mut online: Vec<Presence> = told.collect();
        online.sort_unstable_by_key(|presence| presence.user);
        (Some(online), count)
    }

    /// A connection ended. Saying it twice is harmless: time-out and close may both report it.
    pub fn disconnect(&mut self, id: ConnId, leaving: Leaving, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        let grace = match leaving {
            Leaving::Closed => GRACE,
            Leaving::Silent => 0,
        };
        self.forget(id, now, grace, &mut effects);
        effects
    }

    /// A login ended: its connections are closed, and whoever has no other is gone at once.
    pub(super) fn end_session(
        &mut self,
        user: UserId,
        session: SessionId,
        now: Millis,
        effects: &mut Vec<Effect>,
    ) {
        // Joining connections are not in the person's list yet, so all are looked at.
        let ended: Vec<ConnId> = self
            .conns
            .iter()
            .filter(|(_, conn)| conn.user == user && conn.session == session)
            .map(|(id, _)| *id)
            .collect();
        for conn in ended {
            effects.push(Effect::End {
                conn,
                code: CloseCode::Revoked,
            });
            self.forget(conn, now, 0, effects);
        }
    }

    pub(super) fn forget(
        &mut self,
        id: ConnId,
        now: Millis,
        grace: Millis,
        effects: &mut Vec<Effect>,
    ) {
        let Some(conn) = self.conns.remove(&id) else {
            return;
        };
        if matches!(conn.stage, Stage::Joining { .. }) {
            self.end_joining();
        }
        let Some(person) = self.people.get_mut(&conn.user) else {
            return;
        };
        if !person.is_here() {
            return;
        }
        person.conns.retain(|other| *other != id);
        if person.conns.is_empty() {
            person.leaves_at = Some(now + grace);
            if grace == 0 {
                self.leave(conn.user, now, effects);
            }
        } else {
            self.show(conn.user, now, effects);
        }
    }

    /// Whoever's grace is over is gone.
    pub(super) fn end_graces(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        let gone: Vec<UserId> = self
            .people
            .iter()
            .filter(|(_, person)| person.leaves_at.is_some_and(|at| at <= now))
            .map(|(user, _)| *user)
            .collect();
        for user in gone {
            self.leave(user, now, effects);
        }
    }

    fn leave(&mut self, user: UserId, now: Millis, effects: &mut Vec<Effect>) {
        self.show(user, now, effects);
        let Some(person) = self.people.get_mut(&user) else {
            return;
        };
        person.leaves_at = None;
        // Also when they are connected elsewhere: that server may be gone in this very moment, and
        // think the same of us.
        effects.push(seen(user, now));
        if person.elsewhere.is_empty() {
            return self.forget_person(user);
        }
        if person.knowledge == Knowledge::Stale {
            self.elsewhere.want(user);
        }
        for room in person.rooms.clone() {
            self.enter(room, user, false);
        }
        self.read_rooms(now, effects);
    }

    pub(super) fn forget_person(&mut self, user: UserId) {
        if let Some(person) = self.people.remove(&user) {
            for room in person.rooms {
                self.exit(room, user);
            }
        }
    }
}

pub(super) fn seen(user: UserId, now: Millis) -> Effect {
    Effect::Seen {
        user,
        at: shared::Timestamp::from_millis(now),
    }
}
