//! One worker's part of the fan-out: which sessions live here, and in which rooms.

use std::{collections::HashMap, rc::Rc, sync::Arc};

use shared::{CloseCode, RoomId, UserId};

use super::{
    burst::Burst, counters::WorkerCounters, frame::Frame, orders::Order, outbox, session::Session,
};
use crate::hub::{Audience, ConnId};

/// Frames handed out before the connections get a turn to send them: one commit may hold more
/// than an outbox, and would end every session in the room, those that read well included.
const TURN_BYTES: usize = outbox::MAX_BYTES / 2;

/// The sessions of one worker.
pub(super) struct Shard {
    sessions: HashMap<ConnId, Rc<Session>>,
    people: HashMap<UserId, Vec<Rc<Session>>>,
    rooms: HashMap<RoomId, Vec<Rc<Session>>>,
    deliveries: u64,
    /// Who has something queued. Kept between turns so that a broadcast allocates nothing.
    touched: Vec<Rc<Session>>,
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
            touched: Vec::new(),
            told: 0,
            counters,
        }
    }

    pub fn sessions(&self) -> impl Iterator<Item = &Rc<Session>> {
        self.sessions.values()
    }

    pub fn session(&self, id: ConnId) -> Option<&Rc<Session>> {
        self.sessions.get(&id)
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

    /// Does what came, or the first part of it where that is much, then sends to each connection
    /// what it brought, in one write. At least one order is followed.
    pub fn follow<'a>(&mut self, orders: &mut (impl Iterator<Item = &'a Order> + Clone)) {
        let (mut followed, mut bytes, mut sends) = (0, 0, 0);
        for order in orders.clone() {
            bytes += order.len();
            if followed > 0 && bytes > TURN_BYTES {
                break;
            }
            followed += 1;
            sends += usize::from(order.len() > 0);
        }
        // A broadcast on its own, which nearly all are, need not be gathered with anything.
        let is_alone = sends < 2;
        for order in orders.take(followed) {
            match order {
                Order::Send { to, burst } => self.deliver(to, burst, is_alone),
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
        for session in self.touched.drain(..) {
            session.is_touched.set(false);
            session.flush();
        }
        self.counters.deliveries.add(std::mem::take(&mut self.told));
    }

    fn deliver(&mut self, to: &Audience, burst: &Burst, is_alone: bool) {
        let Self {
            sessions,
            people,
            rooms,
            touched,
            deliveries,
            told,
            counters: _,
        } = self;
        let mut tell = |session: &Rc<Session>| {
            if is_alone {
                session.deliver_now(burst);
            } else {
                session.deliver(burst);
                touch(touched, session);
            }
            *told += burst.parts().len() as u64;
        };
        match to {
            Audience::Conn(conn) => {
                sessions.get(conn).into_iter().for_each(&mut tell);
            }
            Audience::User(user) => {
                people.get(user).into_iter().flatten().for_each(&mut tell);
            }
            Audience::Everybody => {
                people.values().flatten().for_each(&mut tell);
            }
            Audience::Room { room, except } => rooms
                .get(room)
                .into_iter()
                .flatten()
                .filter(|session| Some(session.user()) != *except)
                .for_each(&mut tell),
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
                    .for_each(tell);
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
                session.deliver_frame(frame);
                touch(&mut self.touched, session);
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

/// Notes that it has something queued.
fn touch(touched: &mut Vec<Rc<Session>>, session: &Rc<Session>) {
    if !session.is_touched.replace(true) {
        touched.push(Rc::clone(session));
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
