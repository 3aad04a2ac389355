//! What an edit makes of a message, decided once for every backend.

use shared::{MessageState, Timestamp};

use super::{Edit, StoreError};

impl Edit {
    /// The state of a message afterwards; None where it is so already, which takes no number.
    ///
    /// # Errors
    /// [`StoreError::MessageDeleted`] when a tombstone is given a body.
    pub(super) fn apply(
        &self,
        before: &MessageState,
        at: Timestamp,
    ) -> Result<Option<MessageState>, StoreError> {
        match (before, self) {
            (MessageState::Deleted { .. }, Self::Delete) => Ok(None),
            (MessageState::Deleted { .. }, Self::Body(_)) => Err(StoreError::MessageDeleted),
            (MessageState::Live { body, .. }, Self::Body(new)) if *body == new.as_str() => Ok(None),
            (MessageState::Live { reply_to, .. }, Self::Body(new)) => {
                Ok(Some(MessageState::Live {
                    body: new.clone().into(),
                    reply_to: *reply_to,
                    edited_at: Some(at),
                }))
            }
            (MessageState::Live { .. }, Self::Delete) => {
                Ok(Some(MessageState::Deleted { deleted_at: at }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::MessageId;
    use uuid::Uuid;

    use super::*;

    fn at(n: i64) -> Timestamp {
        Timestamp::from_millis(n)
    }

    fn live(body: &str, edited_at: Option<i64>) -> MessageState {
        MessageState::Live {
            body: body.to_owned(),
            reply_to: Some(MessageId::from_uuid(Uuid::from_u128(1))),
            edited_at: edited_at.map(at),
        }
    }

    fn saying(body: &str) -> Edit {
        Edit::Body(body.parse().unwrap())
    }

    #[test]
    fn a_new_body_keeps_what_it_answers_and_says_when() {
        let edited = saying("new").apply(&live("old", Some(1)), at(2)).unwrap();
        assert_eq!(edited, Some(live("new", Some(2))));
    }

    #[test]
    fn a_deleted_message_keeps_nothing_but_when() {
        let deleted = Edit::Delete.apply(&live("old", None), at(2)).unwrap();
        let tombstone = MessageState::Deleted { deleted_at: at(2) };
        assert_eq!(deleted, Some(tombstone));
    }

    #[test]
    fn saying_the_same_and_deleting_twice_change_nothing() {
        let tombstone = MessageState::Deleted { deleted_at: at(1) };
        for (edit, before) in [
            (saying("same"), live("same", Some(1))),
            (Edit::Delete, tombstone),
        ] {
            assert!(matches!(edit.apply(&before, at(2)), Ok(None)), "{edit:?}");
        }
    }

    #[test]
    fn a_tombstone_takes_no_body() {
        let tombstone = MessageState::Deleted { deleted_at: at(1) };
        let refused = saying("new").apply(&tombstone, at(2));
        assert!(matches!(refused, Err(StoreError::MessageDeleted)));
    }
}
