//! Documents as types, and how they become the store's. BSON stops in this folder.
//!
//! Flat documents; ids are UUIDs (binary subtype 4), times milliseconds since the Unix epoch, UTC.
//! A key that is unique is always there and made here, because a missing one would count as a
//! value of its own.

use mongodb::bson::{Binary, Uuid};
use serde::{Deserialize, Serialize};
use shared::{
    DirectRoom, Gender, Marks, Message, MessageState, NamedRoom, Room, RoomId, RoomName, RoomRole,
    ServerRole, SessionId, Timestamp, UserId, Username, Visibility,
};

use super::{
    failure::Failure,
    key::{
        BsonId, client_id, direct_key, folded, message_id, number, pair, private_key, public_key,
        room_id, session_id, user_id,
    },
};
use crate::store::{Account, Login, MemberRecord, Membership};

/// In `users`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountRecord {
    #[serde(rename = "_id")]
    pub id: Uuid,
    pub username: String,
    /// What the name looks like. Not unique: accounts that were made before may look alike.
    #[serde(default)]
    pub look: String,
    pub email: String,
    /// Unique: by which addresses are compared; the id once deleted, which is no address.
    pub email_key: String,
    pub password_hash: String,
    pub display_name: String,
    /// By which it is searched.
    pub display_key: String,
    pub gender: Gender,
    pub status_text: String,
    pub role: ServerRole,
    pub created_at: i64,
    pub last_seen_at: Option<i64>,
    pub deleted_at: Option<i64>,
}

impl From<&Account> for AccountRecord {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.bson(),
            username: account.username.as_str().to_owned(),
            look: account.username.look(),
            email: account.email.clone(),
            email_key: email_key(account),
            password_hash: account.password_hash.clone(),
            display_name: account.display_name.clone(),
            display_key: folded(&account.display_name),
            gender: account.gender,
            status_text: account.status_text.clone(),
            role: account.role,
            created_at: account.created_at.as_millis(),
            last_seen_at: account.last_seen_at.map(Timestamp::as_millis),
            deleted_at: account.deleted_at.map(Timestamp::as_millis),
        }
    }
}

fn email_key(account: &Account) -> String {
    match account.email.parse::<shared::Email>() {
        Ok(email) => email.key().clone(),
        Err(_) => account.id.to_string(),
    }
}

impl TryFrom<AccountRecord> for Account {
    type Error = Failure;

    fn try_from(record: AccountRecord) -> Result<Self, Failure> {
        Ok(Self {
            id: user_id(record.id),
            username: Username::try_from(record.username).map_err(Failure::unreadable)?,
            email: record.email,
            password_hash: record.password_hash,
            display_name: record.display_name,
            gender: record.gender,
            status_text: record.status_text,
            role: record.role,
            created_at: Timestamp::from_millis(record.created_at),
            last_seen_at: record.last_seen_at.map(Timestamp::from_millis),
            deleted_at: record.deleted_at.map(Timestamp::from_millis),
        })
    }
}

/// In `rooms`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoomRecord {
    #[serde(rename = "_id")]
    pub id: Uuid,
    /// Unique: a public room's name, the id of a private one, the two of a conversation.
    pub key: String,
    /// None in a private conversation.
    pub name: Option<String>,
    pub title: Option<String>,
    pub topic: Option<String>,
    pub visibility: Option<Visibility>,
    /// The two of a private conversation, by id.
    pub pair: Option<[Uuid; 2]>,
    pub member_count: i64,
    /// The counter of the room's log.
    pub head: i64,
    pub last_message: Option<Uuid>,
    pub last_message_at: Option<i64>,
    pub created_at: i64,
}

impl RoomRecord {
    /// Which.
    pub fn room_id(&self) -> RoomId {
        room_id(self.id)
    }

    /// A counter, as the store says it.
    pub fn head(&self) -> u64 {
        self.head.unsigned_abs()
    }

    /// How many members.
    pub fn member_count(&self) -> u32 {
        u32::try_from(self.member_count).unwrap_or(0)
    }

    /// The room itself.
    pub fn room(&self) -> Result<Room, Failure> {
        let id = self.room_id();
        let created_at = Timestamp::from_millis(self.created_at);
        if let Some([low, high]) = self.pair {
            return Ok(Room::Direct(DirectRoom {
                id,
                members: [low, high].map(user_id),
                head: self.head(),
                created_at,
            }));
        }
        Ok(Room::Room(self.named()?))
    }

    /// The room, if it has a name.
    pub fn named(&self) -> Result<NamedRoom, Failure> {
        let (Some(name), Some(visibility)) = (self.name.clone(), self.visibility) else {
            return Err(crate::store::StoreError::NotFound.into());
        };
        Ok(NamedRoom {
            id: self.room_id(),
            name: RoomName::try_from(name).map_err(Failure::unreadable)?,
            title: self.title.clone(),
            topic: self.topic.clone(),
            visibility,
            member_count: self.member_count(),
            head: self.head(),
            created_at: Timestamp::from_millis(self.created_at),
        })
    }
}

impl From<&Room> for RoomRecord {
    fn from(room: &Room) -> Self {
        match room {
            Room::Room(room) => Self {
                id: room.id.bson(),
                key: match room.visibility {
                    Visibility::Public => public_key(&room.name),
                    Visibility::Private => private_key(room.id),
                },
                name: Some(room.name.as_str().to_owned()),
                title: room.title.clone(),
                topic: room.topic.clone(),
                visibility: Some(room.visibility),
                pair: None,
                member_count: i64::from(room.member_count),
                head: number(room.head),
                last_message: None,
                last_message_at: None,
                created_at: room.created_at.as_millis(),
            },
            Room::Direct(room) => Self {
                id: room.id.bson(),
                key: direct_key(room.members),
                name: None,
                title: None,
                topic: None,
                visibility: None,
                pair: Some(room.members.map(BsonId::bson)),
                member_count: 2,
                head: number(room.head),
                last_message: None,
                last_message_at: None,
                created_at: room.created_at.as_millis(),
            },
        }
    }
}

/// In `members`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MemberDocument {
    /// [`pair`] of room and user.
    #[serde(rename = "_id")]
    pub id: Binary,
    pub room: Uuid,
    pub user: Uuid,
    /// Never changes; here so that a page of members is one range.
    pub username: String,
    /// Whether the room has a name: private conversations don't count.
    pub is_named: bool,
    pub role: RoomRole,
    pub joined_at: i64,
    pub delivered: i64,
    pub read: i64,
}

impl MemberDocument {
    /// Who.
    pub fn user_id(&self) -> UserId {
        user_id(self.user)
    }

    /// Where.
    pub fn room_id(&self) -> RoomId {
        room_id(self.room)
    }

    /// How far they have got.
    pub fn marks(&self) -> Marks {
        Marks {
            delivered: self.delivered.unsigned_abs(),
            read: self.read.unsigned_abs(),
        }
    }

    /// Their place.
    pub fn membership(&self) -> Membership {
        Membership {
            role: self.role,
            joined_at: Timestamp::from_millis(self.joined_at),
            marks: self.marks(),
        }
    }

    /// With their account.
    pub fn with(&self, account: Account) -> MemberRecord {
        MemberRecord {
            account,
            membership: self.membership(),
        }
    }
}

/// In `bans`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BanDocument {
    /// [`pair`] of room and user.
    #[serde(rename = "_id")]
    pub id: Binary,
    pub room: Uuid,
    pub user: Uuid,
    pub banned_by: Uuid,
    pub created_at: i64,
}

impl BanDocument {
    /// Who may not join.
    pub fn user_id(&self) -> UserId {
        user_id(self.user)
    }

    /// Who said so.
    pub fn banned_by(&self) -> UserId {
        user_id(self.banned_by)
    }
}

/// In `messages`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MessageRecord {
    #[serde(rename = "_id")]
    pub id: Uuid,
    pub room: Uuid,
    pub seq: i64,
    pub rev: i64,
    pub author: Uuid,
    pub client_id: Uuid,
    /// Unique: [`pair`] of author and client id.
    pub key: Binary,
    /// None once deleted.
    pub body: Option<String>,
    pub reply_to: Option<Uuid>,
    pub created_at: i64,
    pub edited_at: Option<i64>,
    pub deleted_at: Option<i64>,
}

impl From<&Message> for MessageRecord {
    fn from(message: &Message) -> Self {
        let (body, reply_to, edited_at, deleted_at) = match &message.state {
            MessageState::Live {
                body,
                reply_to,
                edited_at,
            } => (Some(body.clone()), *reply_to, *edited_at, None),
            MessageState::Deleted { deleted_at } => (None, None, None, Some(*deleted_at)),
        };
        Self {
            id: message.id.bson(),
            room: message.room.bson(),
            seq: number(message.seq),
            rev: number(message.rev),
            author: message.author.bson(),
            client_id: message.client_id.bson(),
            key: pair(message.author, message.client_id),
            body,
            reply_to: reply_to.map(BsonId::bson),
            created_at: message.created_at.as_millis(),
            edited_at: edited_at.map(Timestamp::as_millis),
            deleted_at: deleted_at.map(Timestamp::as_millis),
        }
    }
}

impl From<MessageRecord> for Message {
    fn from(record: MessageRecord) -> Self {
        let state = match record.deleted_at {
            Some(deleted_at) => MessageState::Deleted {
                deleted_at: Timestamp::from_millis(deleted_at),
            },
            None => MessageState::Live {
                body: record.body.unwrap_or_default(),
                reply_to: record.reply_to.map(message_id),
                edited_at: record.edited_at.map(Timestamp::from_millis),
            },
        };
        Self {
            id: message_id(record.id),
            room: room_id(record.room),
            seq: record.seq.unsigned_abs(),
            rev: record.rev.unsigned_abs(),
            author: user_id(record.author),
            client_id: client_id(record.client_id),
            created_at: Timestamp::from_millis(record.created_at),
            state,
        }
    }
}

/// In `sessions`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionRecord {
    #[serde(rename = "_id")]
    pub id: Uuid,
    pub user: Uuid,
    /// The current value's digest.
    pub refresh: Binary,
    /// The value that it replaced.
    pub last_spent: Option<Binary>,
    /// When it did.
    pub rotated_at: Option<i64>,
    pub created_at: i64,
    pub last_used_at: i64,
    pub expires_at: i64,
    pub user_agent: String,
}

impl SessionRecord {
    /// Which.
    pub fn session_id(&self) -> SessionId {
        session_id(self.id)
    }
}

impl From<SessionRecord> for Login {
    fn from(record: SessionRecord) -> Self {
        Self {
            id: record.session_id(),
            user: user_id(record.user),
            created_at: Timestamp::from_millis(record.created_at),
            last_used_at: Timestamp::from_millis(record.last_used_at),
            expires_at: Timestamp::from_millis(record.expires_at),
            user_agent: record.user_agent,
        }
    }
}
