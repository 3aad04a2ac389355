//! From marks to ticks: what an author is shown beside a message.

use serde::{Deserialize, Serialize};

use crate::UserId;

/// The lowest of a room's marks, whose it is, and the lowest of all the others'.
///
/// From it any author can tell whether everybody *else* has a message: the author's own mark does
/// not count, and it can only be the lowest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lowest {
    /// The lowest mark of all members.
    pub lowest: u64,
    /// Whose it is; of several the smallest id.
    pub user: UserId,
    /// The lowest mark without theirs.
    pub rest: u64,
}

impl Lowest {
    /// The lowest mark of everybody but `author`.
    pub fn without(&self, author: UserId) -> u64 {
        if author == self.user {
            self.rest
        } else {
            self.lowest
        }
    }

    /// From every member's mark, in any order. None where there are fewer than two members.
    pub fn of(marks: impl IntoIterator<Item = (UserId, u64)>) -> Option<Self> {
        let mut marks: Vec<_> = marks.into_iter().collect();
        marks.sort_unstable_by_key(|(user, mark)| (*mark, *user));
        match marks[..] {
            [(user, lowest), (_, rest), ..] => Some(Self { lowest, user, rest }),
            _ => None,
        }
    }
}

/// Both kinds of a room's lowest marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ticks {
    /// Of what reached their clients.
    pub delivered: Lowest,
    /// Of what they saw.
    pub read: Lowest,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn user(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn an_author_does_not_wait_for_themselves() {
        let lowest = Lowest::of([(user(1), 3), (user(2), 9), (user(3), 7)]).unwrap();
        assert_eq!(lowest.without(user(1)), 7);
        assert_eq!(lowest.without(user(2)), 3);
    }

    #[test]
    fn of_equal_marks_the_smallest_id_is_named() {
        let lowest = Lowest::of([(user(2), 5), (user(1), 5)]).unwrap();
        assert_eq!(
            lowest,
            Lowest {
                lowest: 5,
                user: user(1),
                rest: 5
            }
        );
    }

    #[test]
    fn alone_there_is_nobody_to_wait_for() {
        assert_eq!(Lowest::of([(user(1), 5)]), None);
    }
}
