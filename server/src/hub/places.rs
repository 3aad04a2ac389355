//! Which rooms have somebody connected in them, here or elsewhere, and how far they have got.

use std::collections::{HashMap, HashSet};

use shared::{PresenceState, RoomId, UserId};

use super::{Hub, LiveRoom, Moves};

/// The rooms as they were read, and what happened since the reading began. Saying it twice is
/// harmless, missing it is not; and what the feed still has to say, older than the read, ends
/// where the read did, since it says everything in order.
pub(super) fn with_moves(read: impl IntoIterator<Item = RoomId>, since: Moves) -> HashSet<RoomId> {
    let mut rooms: HashSet<RoomId> = read.into_iter().collect();
    for (room, is_in) in since {
        if is_in {
            rooms.insert(room)
        } else {
            rooms.remove(&room)
        };
    }
    rooms
}

impl Hub {
    /// Whether anybody here is in the room: nobody else is sent anything.
    pub(super) fn is_heard(&self, room: RoomId) -> bool {
        self.rooms
            .get(&room)
            .is_some_and(|live| !live.here.is_empty())
    }

    /// The room's log has got this far.
    pub(super) fn note_head(&mut self, room: RoomId, head: u64) {
        let known = match self.rooms.get_mut(&room) {
            Some(live) => &mut live.head,
            None if self.joining > 0 => self.unheard.entry(room).or_default(),
            None => return,
        };
        *known = head.max(*known);
    }

    /// The person is in the room, with connections here or elsewhere only.
    pub(super) fn enter(&mut self, room: RoomId, user: UserId, is_here: bool) {
        let unheard = &self.unheard;
        let live = self.rooms.entry(room).or_insert_with(|| LiveRoom {
            head: unheard.get(&room).copied().unwrap_or_default(),
            ..LiveRoom::default()
        });
        if is_here {
            live.elsewhere.remove(&user);
            live.here.insert(user);
        } else {
            live.here.remove(&user);
            live.elsewhere.insert(user);
        }
        let state = self.people.get(&user).map(|person| person.shown);
        if state.is_some_and(|state| state != PresenceState::Offline) {
            live.shown.insert(user);
        }
    }

    /// The person is not in the room, or not connected, any more.
    pub(super) fn exit(&mut self, room: RoomId, user: UserId) {
        let Some(live) = self.rooms.get_mut(&room) else {
            return;
        };
        live.here.remove(&user);
        live.elsewhere.remove(&user);
        live.shown.remove(&user);
        if live.here.is_empty() && live.elsewhere.is_empty() {
            let head = live.head;
            self.rooms.remove(&room);
            self.note_head(room, head);
        }
    }

    /// A connection is not being made any more.
    pub(super) fn end_joining(&mut self) {
        self.joining -= 1;
        if self.joining == 0 {
            self.unheard = HashMap::new();
        }
    }
}
