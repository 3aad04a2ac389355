//! Messages, as they travel.

use serde::{Deserialize, Serialize};

use crate::{ClientId, MessageId, RoomId, Timestamp, UserId};

/// One message in its current state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Message {
    /// Which.
    pub id: MessageId,
    /// Where.
    pub room: RoomId,
    /// The number it got when it was posted. Only rises in a room, with gaps where changes of
    /// other messages took a number: never compute with differences.
    pub seq: u64,
    /// The number of its last change; equal to `seq` until then.
    pub rev: u64,
    /// Who wrote it.
    pub author: UserId,
    /// What the author's client called it.
    pub client_id: ClientId,
    /// When the server took it. A label: `seq` orders.
    pub created_at: Timestamp,
    /// What it says, or that it was deleted.
    #[serde(flatten)]
    pub state: MessageState,
}

/// What a message says, or that it was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum MessageState {
    /// It can be read.
    Live {
        /// The text, as written.
        body: String,
        /// The message of the same room that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
        /// When it was last edited.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        edited_at: Option<Timestamp>,
    },
    /// A tombstone.
    Deleted {
        /// When.
        deleted_at: Timestamp,
    },
}

impl Message {
    /// The text, unless it was deleted.
    pub fn body(&self) -> Option<&str> {
        match &self.state {
            MessageState::Live { body, .. } => Some(body),
            MessageState::Deleted { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_flat_object() {
        let json = r#"{"id":"01890a5d-ac96-774b-bcce-b302099a8057","room":"01890a5d-ac96-774b-bcce-b302099a8058","seq":41,"rev":42,"author":"01890a5d-ac96-774b-bcce-b302099a8059","client_id":"01890a5d-ac96-774b-bcce-b302099a8050","created_at":1763600000000,"body":"hi"}"#;
        let message: Message = serde_json::from_str(json).unwrap();
        assert_eq!(message.body(), Some("hi"));
        assert_eq!(serde_json::to_string(&message).unwrap(), json);
    }

    #[test]
    fn a_tombstone_has_no_body() {
        let json = r#"{"id":"01890a5d-ac96-774b-bcce-b302099a8057","room":"01890a5d-ac96-774b-bcce-b302099a8058","seq":41,"rev":43,"author":"01890a5d-ac96-774b-bcce-b302099a8059","client_id":"01890a5d-ac96-774b-bcce-b302099a8050","created_at":1763600000000,"deleted_at":1763600000001}"#;
        let message: Message = serde_json::from_str(json).unwrap();
        assert_eq!(message.body(), None);
        assert_eq!(serde_json::to_string(&message).unwrap(), json);
    }
}
