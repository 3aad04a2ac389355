//! Where marks move to, decided once for every backend.

use shared::Marks;

use super::MarkMove;

impl MarkMove {
    /// The marks afterwards, of somebody who had `before` in a room with that head: never back,
    /// cut to the head, `read` raising `delivered`.
    pub(super) fn advance(&self, before: Marks, head: u64) -> Marks {
        let read = before.read.max(self.marks.read.min(head));
        let delivered = before
            .delivered
            .max(self.marks.delivered.min(head))
            .max(read);
        Marks { delivered, read }
    }
}

#[cfg(test)]
mod tests {
    use shared::{RoomId, UserId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn marks_only_rise_stop_at_the_head_and_what_is_read_was_delivered() {
        let marks = |(delivered, read)| Marks { delivered, read };
        for (before, said, after) in [
            ((0, 0), (5, 0), (5, 0)),
            ((5, 3), (4, 2), (5, 3)),
            ((5, 3), (0, 0), (5, 3)),
            ((5, 3), (99, 99), (10, 10)),
            ((5, 3), (6, 8), (8, 8)),
            ((5, 3), (0, 4), (5, 4)),
            // A room whose marks are ahead of its head would stay so.
            ((12, 12), (11, 11), (12, 12)),
        ] {
            let asked = MarkMove {
                room: RoomId::from_uuid(Uuid::nil()),
                user: UserId::from_uuid(Uuid::nil()),
                marks: marks(said),
            };
            assert_eq!(
                asked.advance(marks(before), 10),
                marks(after),
                "{before:?} and {said:?}"
            );
        }
    }
}
