//! How far people have got, told to the others and not too often.

use std::collections::{HashMap, HashSet};

use shared::{MAX_MARKED_MEMBERS, Marks, RoomId, ServerFrame, Ticks, UserId};

use super::{Audience, Effect, Hub, Millis};

/// At most one `marks_changed` per member in this time.
const MARKS_EVERY: Millis = 250;
/// At most one `ticks_changed` per room in this time.
const TICKS_EVERY: Millis = 1_000;

#[derive(Debug)]
struct Slot {
    sent_at: Millis,
    waiting: Option<(Audience, Marks)>,
}

/// Holds back what comes too fast; the last word is always said.
#[derive(Debug, Default)]
pub(super) struct MarkThrottle {
    slots: HashMap<(RoomId, UserId), Slot>,
    dirty: HashSet<RoomId>,
    ticks_counted_at: Millis,
}

impl MarkThrottle {
    fn moved(
        &mut self,
        room: RoomId,
        user: UserId,
        to: Audience,
        marks: Marks,
        now: Millis,
        effects: &mut Vec<Effect>,
    ) {
        let slot = self.slots.entry((room, user));
        let slot = slot.or_insert(Slot {
            sent_at: now - MARKS_EVERY,
            waiting: None,
        });
        if now - slot.sent_at >= MARKS_EVERY {
            *slot = Slot {
                sent_at: now,
                waiting: None,
            };
            effects.push(marks_changed(to, room, user, marks));
        } else {
            slot.waiting = Some((to, marks));
        }
    }

    pub fn flush(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        self.slots.retain(|(room, user), slot| {
            if now - slot.sent_at < MARKS_EVERY {
                return true;
            }
            let Some((to, marks)) = slot.waiting.take() else {
                return false;
            };
            slot.sent_at = now;
            effects.push(marks_changed(to, *room, *user, marks));
            true
        });
        if now - self.ticks_counted_at >= TICKS_EVERY && !self.dirty.is_empty() {
            self.ticks_counted_at = now;
            effects.extend(self.dirty.drain().map(|room| Effect::CountTicks { room }));
        }
    }
}

fn marks_changed(to: Audience, room: RoomId, user: UserId, marks: Marks) -> Effect {
    let Marks { delivered, read } = marks;
    Effect::send(
        to,
        ServerFrame::MarksChanged {
            room,
            user,
            delivered,
            read,
        },
    )
}

impl Hub {
    pub(super) fn marks_moved(
        &mut self,
        room: RoomId,
        user: UserId,
        marks: Marks,
        member_count: u32,
        now: Millis,
        effects: &mut Vec<Effect>,
    ) {
        if !self.is_heard(room) {
            return;
        }
        let to = if member_count > MAX_MARKED_MEMBERS {
            self.marks.dirty.insert(room);
            // Their own other tabs count unread messages by it.
            Audience::User(user)
        } else {
            Audience::Room { room, except: None }
        };
        self.marks.moved(room, user, to, marks, now, effects);
    }

    /// A room's lowest marks, as [`Effect::CountTicks`] asked for.
    pub fn ticks(&self, room: RoomId, ticks: Ticks) -> Vec<Effect> {
        if self.is_heard(room) {
            vec![Effect::ticks(room, ticks)]
        } else {
            Vec::new()
        }
    }
}
