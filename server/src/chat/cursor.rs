//! A stream's cursor: the store's epoch and how far the stream has got in each room, as the
//! `id:` of an event, small enough for a header.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::{Epoch, RoomId};
use uuid::Uuid;

/// Longest text of a cursor.
const MAX_TEXT: usize = 4 * 1024;
const UUID_LEN: usize = 16;
const ENTRY_LEN: usize = UUID_LEN + size_of::<u64>();
/// As many rooms as fit: base64 makes four characters of three bytes.
const MAX_ROOMS: usize = (MAX_TEXT / 4 * 3 - UUID_LEN) / ENTRY_LEN;

/// How far a stream has got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamCursor {
    /// The store's.
    pub epoch: Epoch,
    /// Room and the last `rev` sent, least recently changed first.
    rooms: Vec<(RoomId, u64)>,
}

impl StreamCursor {
    /// Of these rooms, none of which changed more recently than another.
    pub fn new(epoch: Epoch, rooms: impl IntoIterator<Item = (RoomId, u64)>) -> Self {
        Self {
            epoch,
            rooms: rooms.into_iter().collect(),
        }
    }

    /// The stream got to `rev` in the room.
    pub fn set(&mut self, room: RoomId, rev: u64) {
        // Most changes are in the room that changed last.
        if let Some(place) = self.rooms.iter().rposition(|(other, _)| *other == room) {
            self.rooms.remove(place);
        }
        self.rooms.push((room, rev));
    }

    /// Rooms and cursors.
    pub fn into_rooms(self) -> HashMap<RoomId, u64> {
        self.rooms.into_iter().collect()
    }

    /// As text of at most 4 KiB; the rooms changed least recently are left out.
    pub fn to_text(&self) -> String {
        let kept = &self.rooms[self.rooms.len().saturating_sub(MAX_ROOMS)..];
        let mut bytes = Vec::with_capacity(UUID_LEN + kept.len() * ENTRY_LEN);
        bytes.extend_from_slice(self.epoch.as_uuid().as_bytes());
        for (room, rev) in kept {
            bytes.extend_from_slice(room.as_uuid().as_bytes());
            bytes.extend_from_slice(&rev.to_be_bytes());
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// From such a text; None when it is none.
    pub fn from_text(text: &str) -> Option<Self> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (epoch, entries) = bytes.split_first_chunk::<UUID_LEN>()?;
        if entries.len() % ENTRY_LEN != 0 {
            return None;
        }
        let rooms = entries.chunks_exact(ENTRY_LEN).map(|entry| {
            let (room, rev) = entry.split_first_chunk::<UUID_LEN>()?;
            let rev = u64::from_be_bytes(rev.try_into().ok()?);
            Some((RoomId::from_uuid(Uuid::from_bytes(*room)), rev))
        });
        Some(Self {
            epoch: Epoch::from_uuid(Uuid::from_bytes(*epoch)),
            rooms: rooms.collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(n: u128) -> RoomId {
        RoomId::from_uuid(Uuid::from_u128(n))
    }

    fn cursor(rooms: u128) -> StreamCursor {
        let epoch = Epoch::from_uuid(Uuid::from_u128(9));
        StreamCursor::new(
            epoch,
            (0..rooms).map(|n| (room(n), u64::try_from(n).unwrap())),
        )
    }

    #[test]
    fn a_cursor_survives_its_text() {
        for rooms in [0, 1, 50] {
            let cursor = cursor(rooms);
            assert_eq!(
                StreamCursor::from_text(&cursor.to_text()),
                Some(cursor),
                "{rooms}"
            );
        }
    }

    #[test]
    fn the_rooms_changed_least_recently_are_left_out() {
        let mut cursor = cursor(1_000);
        cursor.set(room(0), 77);
        let text = cursor.to_text();
        assert!(text.len() <= 4_096, "{}", text.len());
        let kept = StreamCursor::from_text(&text).unwrap().into_rooms();
        assert_eq!(kept.len(), MAX_ROOMS);
        assert_eq!(kept.get(&room(0)), Some(&77));
        assert!(!kept.contains_key(&room(1)));
    }

    #[test]
    fn a_text_that_is_no_cursor_is_refused() {
        for text in ["", "AAAA", "not base64!", &"A".repeat(5_000), "42"] {
            assert_eq!(StreamCursor::from_text(text), None, "{text}");
        }
    }
}
