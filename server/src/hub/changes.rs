//! What was committed reaches whom it concerns, in the order it was committed.

use shared::{Message, Room, RoomId, ServerFrame, UserId};

use super::{Audience, Effect, Hub, Knowledge, Millis, Stage};
use crate::{domain::shown_user, store::Change};

impl Hub {
    /// A committed change.
    pub fn apply(&mut self, change: Change, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        match change {
            Change::MessagePosted(message) => {
                let at = (message.room, message.rev);
                self.log(at, ServerFrame::MessagePosted { message }, &mut effects);
            }
            Change::MessageChanged(message) => {
                let Message { room, rev, .. } = message;
                self.log(
                    (room, rev),
                    ServerFrame::MessageChanged { message },
                    &mut effects,
                );
            }
            Change::UserChanged(account) => {
                let user = shown_user(*account);
                let frame = ServerFrame::UserChanged { user };
                effects.push(Effect::send(Audience::Everybody, frame));
            }
            Change::RoomChanged(room) => {
                self.to_room(room.id(), ServerFrame::RoomChanged { room }, &mut effects);
            }
            Change::RoomDeleted(room) => self.room_deleted(room, &mut effects),
            Change::MemberJoined { room, user } => self.joined(room, user, &mut effects),
            Change::RoleChanged { room, user } => {
                self.to_room(room, ServerFrame::MemberJoined { room, user }, &mut effects);
            }
            Change::MemberLeft { room, user } => self.left(room, user, &mut effects),
            Change::MarksMoved {
                room,
                user,
                marks,
                member_count,
            } => {
                self.marks_moved(room, user, marks, member_count, now, &mut effects);
            }
            Change::SessionEnded { session, user } => {
                self.end_session(user, session, now, &mut effects);
            }
            Change::Gap => self.start_afresh(now, &mut effects),
        }
        effects
    }

    fn log(&mut self, at: (RoomId, u64), frame: ServerFrame, effects: &mut Vec<Effect>) {
        let (room, rev) = at;
        self.note_head(room, rev);
        if self.is_heard(room) {
            let to = Audience::Room { room, except: None };
            effects.push(Effect::Send {
                to,
                frame,
                log: Some(at),
            });
        }
    }

    fn to_room(&self, room: RoomId, frame: ServerFrame, effects: &mut Vec<Effect>) {
        if self.is_heard(room) {
            effects.push(Effect::send(Audience::Room { room, except: None }, frame));
        }
    }

    fn joined(&mut self, room: Room, user: UserId, effects: &mut Vec<Effect>) {
        let id = room.id();
        self.note_for_reads(user, id, true);
        // Others first: the person is told about the whole room in one.
        if self.is_heard(id) {
            let to = Audience::Room {
                room: id,
                except: Some(user),
            };
            effects.push(Effect::send(
                to,
                ServerFrame::MemberJoined { room: id, user },
            ));
        }
        let Some(person) = self.people.get_mut(&user) else {
            return;
        };
        if person.knowledge == Knowledge::None {
            return;
        }
        person.rooms.insert(id);
        let is_here = person.is_here();
        self.enter(id, user, is_here);
        if is_here {
            self.note_head(id, room.head());
            effects.push(Effect::Join { user, room });
        }
    }

    fn left(&mut self, room: RoomId, user: UserId, effects: &mut Vec<Effect>) {
        self.note_for_reads(user, room, false);
        // Told while they are still in the room: it is the last they hear of it.
        self.to_room(room, ServerFrame::MemberLeft { room, user }, effects);
        if let Some(person) = self.people.get_mut(&user) {
            person.rooms.remove(&room);
            if person.is_here() {
                effects.push(Effect::Leave { user, room });
            }
            self.exit(room, user);
        }
    }

    fn room_deleted(&mut self, room: RoomId, effects: &mut Vec<Effect>) {
        self.to_room(room, ServerFrame::RoomDeleted { room }, effects);
        for conn in self.conns.values_mut() {
            if let Stage::Joining { since, .. } = &mut conn.stage {
                since.push((room, false));
            }
        }
        self.elsewhere.note_deleted(room);
        if let Some(live) = self.rooms.remove(&room) {
            for user in live.here.into_iter().chain(live.elsewhere) {
                if let Some(person) = self.people.get_mut(&user) {
                    person.rooms.remove(&room);
                }
            }
            effects.push(Effect::Drop { room });
        }
    }

    fn note_for_reads(&mut self, user: UserId, room: RoomId, is_in: bool) {
        self.elsewhere.note(user, room, is_in);
        for conn in self.conns.values_mut().filter(|conn| conn.user == user) {
            if let Stage::Joining { since, .. } = &mut conn.stage {
                since.push((room, is_in));
            }
        }
    }
}
