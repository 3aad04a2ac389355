//! One worker's part of the fan-out: which sessions live here, and in which rooms.

use std::{collections::HashMap, rc::Rc, sync::Arc, task::Waker};

use shared::{CloseCode, Message, RoomId, UserId};

use super::{counters::WorkerCounters, frame::Frame, outbox, session::Session};
use crate::hub::{Audience, ConnId};

/// What the `ChatServer` tells every worker, in order.
#[derive(Debug)]
pub(super) enum Order {
    /// A frame, made once. `sent` is the new message it carries: its author's connection may be
    /// waiting to hear that it was accepted.
    Send {
        to: Audience,
        frame: Frame,
        sent: Option<Box<Message>>,
    },
    /// The connection is open, in these rooms.
    Attach { conn: ConnId, rooms: Vec<RoomId> },
    /// The person's connections are in the room from now on; those that were not are told so.
    Join {
        user: UserId,
        room: RoomId,
        frame: Frame,
    },
    /// They are not any more.
    Leave { user: UserId, room: RoomId },
    /// Nobody is in the room any more.
    Drop { room: RoomId },
    /// Close the connection.
    End { conn: ConnId, code: CloseCode },
}

/// What comes to a worker in one go.
pub(super) type Orders = Arc<[Order]>;

/// Frames handed out before the connections get a turn to send them: one commit may hold more
/// than an outbox, and would end every session in the room, those that read well included.
const TURN_BYTES: usize = outbox::MAX_BYTES / 2;

/// The sessions of one worker.
pub(super) struct Shard {
    sessions: HashMap<ConnId, Rc<Session>>,
    people: HashMap<UserId, Vec<Rc<Session>>>,
    rooms: HashMap<RoomId, Vec<Rc<Session>>>,
    deliveries: u64,
    /// Kept between turns so that a broadcast allocates nothing.
    wakers: Vec<Waker>,
    /// Frames handed to sessions in this turn, counted at its end.
    told: u64,
    counters: Arc<WorkerCounters>,
}

impl Shard {
    /// With nobody.
    pub fn new(counters: Arc<WorkerCounters>) -> Self {
        Self {
            sessions: HashMap::new(),
            people: HashMap::new(),
            rooms: HashMap::new(),
            deliveries: 0,
            wakers: Vec::new(),
            told: 0,
            counters,
        }
    }

    pub fn sessions(&self) -> impl Iterator<Item = &Rc<Session>> {
        self.sessions.values()
    }

    /// A session that is not attached yet.
    pub fn add(&mut self, session: &Rc<Session>) {
        self.sessions.insert(session.id, Rc::clone(session));
    }

    /// Forgets a session; twice is harmless.
    pub fn remove(&mut self, session: &Rc<Session>) {
        self.sessions.remove(&session.id);
        remove_from(&mut self.people, &session.user(), session);
        for room in session.rooms.take() {
            remove_from(&mut self.rooms, &room, session);
        }
    }

    /// Does what came in one go, or the first part of it where that is much, then wakes whoever
    /// has something to send: a burst costs each connection one turn. How many orders were
    /// followed; at least one.
    pub fn follow(&mut self, orders: &[Order]) -> usize {
        let (mut followed, mut bytes) = (0, 0);
        for order in orders {
            if let Order::Send { frame, .. } | Order::Join { frame, .. } = order {
                bytes += frame.len();
            }
            if followed > 0 && bytes > TURN_BYTES {
                break;
            }
            followed += 1;
            match order {
                Order::Send { to, frame, sent } => self.deliver(to, frame, sent.as_deref()),
                Order::Attach { conn, rooms } => self.attach(*conn, rooms),
                Order::Join { user, room, frame } => self.join(*user, *room, frame),
                Order::Leave { user, room } => self.leave(*user, *room),
                Order::Drop { room } => self.drop_room(*room),
                Order::End { conn, code } => {
                    if let Some(session) = self.sessions.get(conn) {
                        match code {
                            CloseCode::Restarting => session.send_away(),
                            code => session.close(*code),
                        }
                    }
                }
            }
        }
        self.counters.deliveries.add(std::mem::take(&mut self.told));
        self.wakers.drain(..).for_each(Waker::wake);
        followed
    }

    fn deliver(&mut self, to: &Audience, frame: &Frame, sent: Option<&Message>) {
        let Self {
            sessions,
            people,
            rooms,
            wakers,
            deliveries,
            told,
            counters: _,
        } = self;
        let mut tell = |session: &Session| {
            if let Some(message) = sent
                && message.author == session.user()
            {
                wakers.extend(session.accept(message));
            }
            wakers.extend(session.deliver(frame));
            *told += 1;
        };
        match to {
            Audience::Conn(conn) => {
                sessions
                    .get(conn)
                    .into_iter()
                    .for_each(|session| tell(session));
            }
            Audience::User(user) => {
                people
                    .get(user)
                    .into_iter()
                    .flatten()
                    .for_each(|session| tell(session));
            }
            Audience::Everybody => {
                people.values().flatten().for_each(|session| tell(session));
            }
            Audience::Room { room, except } => rooms
                .get(room)
                .into_iter()
                .flatten()
                .filter(|session| Some(session.user()) != *except)
                .for_each(|session| tell(session)),
            Audience::Rooms {
                rooms: several,
                except,
            } => {
                *deliveries += 1;
                let stamp = *deliveries;
                several
                    .iter()
                    .filter_map(|room| rooms.get(room))
                    .flatten()
                    // Who is in several of the rooms is told once.
                    .filter(|session| session.stamp.replace(stamp) != stamp)
                    .filter(|session| session.user() != *except)
                    .for_each(|session| tell(session));
            }
        }
    }

    fn attach(&mut self, conn: ConnId, rooms: &[RoomId]) {
        // Gone already: its body was dropped while it was being made.
        let Some(session) = self.sessions.get(&conn).cloned() else {
            return;
        };
        self.people
            .entry(session.user())
            .or_default()
            .push(Rc::clone(&session));
        for room in rooms {
            self.rooms
                .entry(*room)
                .or_default()
                .push(Rc::clone(&session));
        }
        session.rooms.replace(rooms.iter().copied().collect());
        session.begin_first_resume();
        session.attached.notify_one();
    }

    fn join(&mut self, user: UserId, room: RoomId, frame: &Frame) {
        for session in self.people.get(&user).into_iter().flatten() {
            if session.rooms.borrow_mut().insert(room) {
                self.rooms.entry(room).or_default().push(Rc::clone(session));
                self.wakers.extend(session.deliver(frame));
                self.told += 1;
            }
        }
    }

    fn leave(&mut self, user: UserId, room: RoomId) {
        for session in self.people.get(&user).into_iter().flatten() {
            if session.rooms.borrow_mut().remove(&room) {
                session.forget_room(room);
                remove_from(&mut self.rooms, &room, session);
            }
        }
    }

    fn drop_room(&mut self, room: RoomId) {
        for session in self.rooms.remove(&room).into_iter().flatten() {
            session.rooms.borrow_mut().remove(&room);
            session.forget_room(room);
        }
    }
}

fn remove_from<K: Eq + std::hash::Hash>(
    lists: &mut HashMap<K, Vec<Rc<Session>>>,
    key: &K,
    session: &Rc<Session>,
) {
    if let Some(list) = lists.get_mut(key) {
        if let Some(place) = list.iter().position(|other| Rc::ptr_eq(other, session)) {
            list.swap_remove(place);
        }
        if list.is_empty() {
            lists.remove(key);
        }
    }
}
