//! "Ana logged in": lines in the log area that nobody stores.

use shared::UserId;

/// Most notices kept of a room.
const MAX_NOTICES: usize = 30;

/// Somebody came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Counts the notices of the room.
    pub number: u64,
    /// It stands after this message.
    pub after: u64,
    pub user: UserId,
    pub has_come: bool,
    pub at: i64,
}

/// Adds a notice; the oldest go.
pub(super) fn add(notices: &mut Vec<Notice>, after: u64, user: UserId, has_come: bool, at: i64) {
    let number = notices.last().map_or(1, |last| last.number + 1);
    notices.push(Notice {
        number,
        after,
        user,
        has_come,
        at,
    });
    if notices.len() > MAX_NOTICES {
        notices.remove(0);
    }
}
