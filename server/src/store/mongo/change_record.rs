//! Changes as documents: what one commit tells every server, in the commit itself.

use mongodb::bson::{DateTime, Uuid};
use serde::{Deserialize, Serialize};
use shared::Marks;

use super::{
    failure::Failure,
    key::{BsonId, number, room_id, session_id, user_id},
    record::{AccountRecord, MessageRecord, RoomRecord},
};
use crate::store::Change;

/// In `commits`: one for each commit that changed what somebody may see.
#[derive(Debug, Serialize, Deserialize)]
pub struct CommitRecord {
    #[serde(rename = "_id")]
    pub id: Uuid,
    /// When, for throwing it away a minute later: who follows reads it from the change stream.
    pub at: DateTime,
    pub changes: Vec<ChangeRecord>,
}

/// A [`Change`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeRecord {
    MessagePosted(MessageRecord),
    MessageChanged(MessageRecord),
    UserChanged(AccountRecord),
    RoomChanged(RoomRecord),
    RoomDeleted {
        room: Uuid,
    },
    MemberJoined {
        room: RoomRecord,
        user: Uuid,
    },
    RoleChanged {
        room: Uuid,
        user: Uuid,
    },
    MemberLeft {
        room: Uuid,
        user: Uuid,
    },
    MarksMoved {
        room: Uuid,
        user: Uuid,
        delivered: i64,
        read: i64,
        member_count: u32,
    },
    SessionEnded {
        session: Uuid,
        user: Uuid,
    },
}

impl ChangeRecord {
    /// None for what is no commit's.
    pub fn of(change: &Change) -> Option<Self> {
        Some(match change {
            Change::Gap => return None,
            Change::MessagePosted(message) => Self::MessagePosted(message.into()),
            Change::MessageChanged(message) => Self::MessageChanged(message.into()),
            Change::UserChanged(account) => Self::UserChanged((&**account).into()),
            Change::RoomChanged(room) => Self::RoomChanged(room.into()),
            Change::RoomDeleted(room) => Self::RoomDeleted { room: room.bson() },
            Change::MemberJoined { room, user } => Self::MemberJoined {
                room: room.into(),
                user: user.bson(),
            },
            Change::RoleChanged { room, user } => Self::RoleChanged {
                room: room.bson(),
                user: user.bson(),
            },
            Change::MemberLeft { room, user } => Self::MemberLeft {
                room: room.bson(),
                user: user.bson(),
            },
            Change::MarksMoved {
                room,
                user,
                marks,
                member_count,
            } => Self::MarksMoved {
                room: room.bson(),
                user: user.bson(),
                delivered: number(marks.delivered),
                read: number(marks.read),
                member_count: *member_count,
            },
            Change::SessionEnded { session, user } => Self::SessionEnded {
                session: session.bson(),
                user: user.bson(),
            },
        })
    }
}

impl TryFrom<ChangeRecord> for Change {
    type Error = Failure;

    fn try_from(record: ChangeRecord) -> Result<Self, Failure> {
        Ok(match record {
            ChangeRecord::MessagePosted(message) => Self::MessagePosted(message.into()),
            ChangeRecord::MessageChanged(message) => Self::MessageChanged(message.into()),
            ChangeRecord::UserChanged(account) => Self::UserChanged(Box::new(account.try_into()?)),
            ChangeRecord::RoomChanged(room) => Self::RoomChanged(room.room()?),
            ChangeRecord::RoomDeleted { room } => Self::RoomDeleted(room_id(room)),
            ChangeRecord::MemberJoined { room, user } => Self::MemberJoined {
                room: room.room()?,
                user: user_id(user),
            },
            ChangeRecord::RoleChanged { room, user } => Self::RoleChanged {
                room: room_id(room),
                user: user_id(user),
            },
            ChangeRecord::MemberLeft { room, user } => Self::MemberLeft {
                room: room_id(room),
                user: user_id(user),
            },
            ChangeRecord::MarksMoved {
                room,
                user,
                delivered,
                read,
                member_count,
            } => Self::MarksMoved {
                room: room_id(room),
                user: user_id(user),
                marks: Marks {
                    delivered: delivered.unsigned_abs(),
                    read: read.unsigned_abs(),
                },
                member_count,
            },
            ChangeRecord::SessionEnded { session, user } => Self::SessionEnded {
                session: session_id(session),
                user: user_id(user),
            },
        })
    }
}
