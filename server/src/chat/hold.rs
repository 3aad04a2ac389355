//! Rooms' live frames, waiting while the rooms are resumed.

use std::collections::HashMap;

use shared::RoomId;

use super::frame::Frame;

/// Frames of one room that wait. Beyond it the resume reads the store once more instead: the store is
/// the larger buffer.
const MAX_FRAMES: usize = 256;
/// Bytes of all rooms together that wait for one client, beyond which it is the same: whoever resumes
/// hundreds of rooms and reads slowly has no more kept for it than its outbox may hold.
const MAX_BYTES: usize = 256 * 1024;

/// What waits for one client.
#[derive(Debug, Default)]
pub(super) struct Holds {
    rooms: HashMap<RoomId, Hold>,
    bytes: usize,
}

/// What waits of one room.
#[derive(Debug, Default)]
pub(super) struct Hold {
    frames: Vec<(u64, Frame)>,
    bytes: usize,
    has_overflowed: bool,
}

impl Holds {
    /// A read of the store begins, of a room whose frames are held from now on: all that came before
    /// it is in what it reads, since nothing is published before it is committed.
    pub fn restart(&mut self, room: RoomId) {
        self.forget(room);
        self.rooms.insert(room, Hold::default());
    }

    /// Whether the room's frames are held.
    pub fn has(&self, room: RoomId) -> bool {
        self.rooms.contains_key(&room)
    }

    /// Keeps a live frame with its number; false where its room is not held.
    pub fn push(&mut self, room: RoomId, rev: u64, frame: &Frame) -> bool {
        let Some(hold) = self.rooms.get_mut(&room) else {
            return false;
        };
        let len = frame.ws().len();
        let is_full = hold.frames.len() >= MAX_FRAMES || self.bytes + len > MAX_BYTES;
        if is_full || hold.has_overflowed {
            self.bytes -= hold.bytes;
            *hold = Hold {
                has_overflowed: true,
                ..Hold::default()
            };
        } else {
            hold.frames.push((rev, frame.clone()));
            hold.bytes += len;
            self.bytes += len;
        }
        true
    }

    /// What waited of a room, which is not held any more.
    pub fn take(&mut self, room: RoomId) -> Hold {
        let hold = self.rooms.remove(&room).unwrap_or_default();
        self.bytes -= hold.bytes;
        hold
    }

    /// Holds it again, as it was.
    pub fn put_back(&mut self, room: RoomId, hold: Hold) {
        self.forget(room);
        self.bytes += hold.bytes;
        self.rooms.insert(room, hold);
    }

    /// Lets a room's frames go on and forgets those that waited.
    pub fn forget(&mut self, room: RoomId) {
        drop(self.take(room));
    }
}

impl Hold {
    /// What comes after `head`, in order; itself back when some of it was not kept.
    pub fn after(self, head: u64) -> Result<impl Iterator<Item = Frame>, Self> {
        if self.has_overflowed {
            return Err(self);
        }
        Ok(self
            .frames
            .into_iter()
            .filter(move |(rev, _)| *rev > head)
            .map(|(_, frame)| frame))
    }
}

#[cfg(test)]
mod tests {
    use shared::ServerFrame;

    use super::*;

    fn frame() -> Frame {
        Frame::encode(&ServerFrame::Pong {}, None)
    }

    fn of(bytes: usize) -> Frame {
        let frame = ServerFrame::Error {
            code: shared::ErrorCode::Internal,
            message: "x".repeat(bytes),
            field: None,
            client_id: None,
            retry_after_ms: None,
        };
        Frame::encode(&frame, None)
    }

    fn room(n: u128) -> RoomId {
        RoomId::from_uuid(uuid::Uuid::from_u128(n))
    }

    fn holding(frames: impl IntoIterator<Item = (u128, Frame)>) -> Holds {
        let mut holds = Holds::default();
        for (rev, (n, frame)) in (1..).zip(frames) {
            if !holds.has(room(n)) {
                holds.restart(room(n));
            }
            assert!(holds.push(room(n), rev, &frame));
        }
        holds
    }

    fn count(hold: Hold, head: u64) -> Option<usize> {
        hold.after(head).map(Iterator::count).ok()
    }

    #[test]
    fn what_the_read_covered_is_not_said_again() {
        let mut holds = holding((0..5).map(|_| (1, frame())));
        assert_eq!(count(holds.take(room(1)), 3), Some(2));
        assert!(!holds.push(room(1), 6, &frame()), "nothing is held");
    }

    #[test]
    fn more_than_fits_asks_for_another_read() {
        let mut holds = holding((0..=256).map(|_| (1, frame())));
        let hold = holds.take(room(1)).after(0).err().expect("it overflowed");
        holds.put_back(room(1), hold);
        holds.restart(room(1));
        assert!(holds.push(room(1), 300, &frame()));
        assert_eq!(count(holds.take(room(1)), 299), Some(1));
    }

    #[test]
    fn of_many_rooms_no_more_bytes_wait_than_of_one() {
        let mut holds = holding((0..100).map(|n| (n, of(8_000))));
        assert!((MAX_BYTES - 8_200..=MAX_BYTES).contains(&holds.bytes));
        let kept = (0..100).filter_map(|n| count(holds.take(room(n)), 0));
        assert_eq!(kept.sum::<usize>(), MAX_BYTES / of(8_000).ws().len());
        assert_eq!(holds.bytes, 0, "what is taken waits no more");
    }
}
