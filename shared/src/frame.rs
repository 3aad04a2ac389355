//! The frames of WebSocket and SSE: one JSON object each, tagged by `type`.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    Activity, ClientId, Epoch, ErrorCode, Lowest, Message, MessageBody, MessageId, Presence,
    PresenceState, Room, RoomId, Session, Timestamp, User, UserId, request::present,
};

/// What a client may say. Strict: an unknown field is an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// Asks for everything above the cursors.
    Resume {
        /// The store's, as the client knows it.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "present"
        )]
        epoch: Option<Epoch>,
        /// The last `rev` it has of each room; at most
        /// [`MAX_RESUME_ROOMS`](crate::MAX_RESUME_ROOMS).
        #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = crate::MAX_RESUME_ROOMS)))]
        rooms: HashMap<RoomId, u64>,
    },
    /// Posts a message; answered by `message_accepted` or `error` with the `client_id`.
    SendMessage {
        /// Where.
        room: RoomId,
        /// Chosen once per message: a retry with it posts nothing twice.
        client_id: ClientId,
        /// What it says.
        body: MessageBody,
        /// A message of the same room.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "present"
        )]
        reply_to: Option<MessageId>,
    },
    /// Moves one's marks forward.
    Mark {
        /// Where.
        room: RoomId,
        /// Everything up to this `seq` reached the client.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "present"
        )]
        delivered: Option<u64>,
        /// Everything up to this `seq` was seen.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "present"
        )]
        read: Option<u64>,
    },
    /// Says that one is writing.
    Typing {
        /// Where.
        room: RoomId,
    },
    /// Says whether there was input lately.
    SetPresence {
        /// What is so.
        state: Activity,
    },
    /// Keeps the socket beyond its access token.
    Renew {
        /// A token of the same session.
        token: String,
    },
    /// Asks for `pong`. Braces matter: serde lets a unit variant carry unknown fields.
    Ping {},
}

/// A room and the number of its last change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RoomHead {
    /// Which.
    pub id: RoomId,
    /// The number of its last change, 0 where there was none.
    pub head: u64,
}

/// Why a client must fetch afresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResetReason {
    /// Another store than the client knew: it was wiped or restored.
    Epoch,
    /// The cursor is above the room's head.
    Ahead,
    /// Not a member, or the room was deleted.
    Gone,
    /// The stream's cursor had no place for this room.
    Cursor,
    /// A reason this client does not know yet.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// What the server may say. Lenient: clients skip what they do not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The first frame of every connection.
    Ready {
        /// The login it runs on.
        session: Session,
        /// Oneself.
        user: User,
        /// The store's.
        epoch: Epoch,
        /// How often the server pings, in ms.
        heartbeat_ms: u32,
        /// The rooms one is in: everything above these heads comes live.
        rooms: Vec<RoomHead>,
        /// Who is connected among those one shares a room with, oneself included; absent beyond
        /// [`MAX_READY_ONLINE`](crate::MAX_READY_ONLINE).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        online: Option<Vec<Presence>>,
        /// How many that are.
        online_count: u32,
    },
    /// Durable, to the sender; `message_posted` follows.
    MessageAccepted {
        /// Where.
        room: RoomId,
        /// What the client called it.
        client_id: ClientId,
        /// What the server calls it.
        id: MessageId,
        /// Its number.
        seq: u64,
        /// When the server took it.
        created_at: Timestamp,
    },
    /// A new message.
    MessagePosted {
        /// The message.
        message: Message,
    },
    /// An edited or deleted message.
    MessageChanged {
        /// The message in its current state.
        message: Message,
    },
    /// The room's resume is complete: the cursor is `head`.
    CaughtUp {
        /// Which.
        room: RoomId,
        /// The number of its last change.
        head: u64,
    },
    /// Too far behind to resume here: page `changes`.
    Behind {
        /// Which.
        room: RoomId,
        /// The number of its last change.
        head: u64,
    },
    /// Fetch afresh: the room, or everything where no room is named.
    Reset {
        /// Which.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<RoomId>,
        /// Why.
        reason: ResetReason,
    },
    /// How far somebody has got.
    MarksChanged {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
        /// What reached their client.
        delivered: u64,
        /// What they saw.
        read: u64,
    },
    /// How far the slowest have got, in rooms with many members.
    TicksChanged {
        /// Where.
        room: RoomId,
        /// Of what reached their clients.
        delivered: Lowest,
        /// Of what they saw.
        read: Lowest,
    },
    /// Somebody came, went, or was away: the notice of the chat page.
    PresenceChanged {
        /// Who; never oneself.
        user: UserId,
        /// What they are now.
        state: PresenceState,
        /// With `offline`: since when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_seen_at: Option<Timestamp>,
    },
    /// Many came and went: updates lists and makes no notice.
    PresenceBatch {
        /// The last state of each.
        changes: Vec<Presence>,
    },
    /// Somebody is writing.
    Typing {
        /// Where.
        room: RoomId,
        /// Who; never oneself.
        user: UserId,
    },
    /// A person's name, picture or status changed, or the account was deleted.
    UserChanged {
        /// The person, as anybody sees them, without presence.
        user: User,
    },
    /// A room's settings changed.
    RoomChanged {
        /// The room.
        room: Room,
    },
    /// Oneself is in a room from now on.
    RoomJoined {
        /// The room.
        room: Room,
    },
    /// A room is gone.
    RoomDeleted {
        /// Which.
        room: RoomId,
    },
    /// Somebody is in the room from now on, or has another role there.
    MemberJoined {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
    },
    /// Somebody is not in the room any more; oneself too.
    MemberLeft {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
    },
    /// A request failed, or the connection is about to be closed.
    Error {
        /// For programs.
        code: ErrorCode,
        /// For people.
        message: String,
        /// The field that breaks its rule.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        /// The message it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_id: Option<ClientId>,
        /// When to come back, in ms.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// The server is stopping: reconnect after this time.
    Draining {
        /// In ms.
        retry_after_ms: u64,
    },
    /// Answers `ping`.
    Pong {},
    /// A frame this client does not know yet.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// Why a WebSocket was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum CloseCode {
    /// Bye.
    Normal = 1000,
    /// A frame that is no text.
    Unsupported = 1003,
    /// A frame above [`MAX_JSON_BYTES`](crate::MAX_JSON_BYTES).
    TooLarge = 1009,
    /// The server restarts: reconnect after the hinted time.
    Restarting = 1012,
    /// The access token ran out and was not renewed.
    TokenExpired = 4001,
    /// The session was ended.
    Revoked = 4003,
    /// The client reads too slowly: reconnect and resume.
    TooSlow = 4008,
    /// The client sends too fast.
    Flooding = 4029,
}

impl CloseCode {
    /// Every one, in the order of the protocol page.
    pub const ALL: [Self; 8] = [
        Self::Normal,
        Self::Unsupported,
        Self::TooLarge,
        Self::Restarting,
        Self::TokenExpired,
        Self::Revoked,
        Self::TooSlow,
        Self::Flooding,
    ];

    /// As it travels.
    pub const fn as_u16(self) -> u16 {
        self as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_frame_refuses_unknown_fields() {
        for json in [
            r#"{"type":"ping","x":1}"#,
            r#"{"type":"typing","room":"01890a5d-ac96-774b-bcce-b302099a8057","x":1}"#,
            r#"{"type":"resume","rooms":{},"x":1}"#,
            r#"{"type":"renew","token":"t","x":1}"#,
            r#"{"type":"set_presence","state":"away","x":1}"#,
            r#"{"type":"mark","room":"01890a5d-ac96-774b-bcce-b302099a8057","x":1}"#,
        ] {
            assert!(serde_json::from_str::<ClientFrame>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_resume_names_rooms_by_id() {
        let json = r#"{"type":"resume","rooms":{"01890a5d-ac96-774b-bcce-b302099a8057":7}}"#;
        let frame: ClientFrame = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&frame).unwrap(), json);
    }

    #[test]
    fn an_unknown_server_frame_is_skipped() {
        let frame: ServerFrame =
            serde_json::from_str(r#"{"type":"firework","colors":["red"]}"#).unwrap();
        assert_eq!(frame, ServerFrame::Unknown);
    }
}
