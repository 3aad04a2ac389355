//! Ids, numbers and keys, as BSON has them.

use mongodb::bson::{Binary, Uuid, spec::BinarySubtype};
use shared::{ClientId, InvitationId, MessageId, RoomId, RoomName, SessionId, UserId};

/// An id for BSON.
pub trait BsonId {
    /// The same bits.
    fn bson(self) -> Uuid;
}

macro_rules! bson_ids {
    ($($from:ident -> $id:ident),+ $(,)?) => {$(
        #[doc = "An id from BSON."]
        pub fn $from(id: Uuid) -> $id {
            $id::from_uuid(uuid::Uuid::from_bytes(id.bytes()))
        }

        impl BsonId for $id {
            fn bson(self) -> Uuid {
                Uuid::from_bytes(self.as_uuid().into_bytes())
            }
        }
    )+};
}
bson_ids! {
    user_id -> UserId,
    room_id -> RoomId,
    message_id -> MessageId,
    session_id -> SessionId,
    client_id -> ClientId,
    invitation_id -> InvitationId,
}

/// Two ids as one key: 32 bytes.
pub fn pair(one: impl BsonId, other: impl BsonId) -> Binary {
    let mut bytes = one.bson().bytes().to_vec();
    bytes.extend(other.bson().bytes());
    binary(bytes)
}

/// Bytes for BSON.
pub fn binary(bytes: impl Into<Vec<u8>>) -> Binary {
    Binary {
        subtype: BinarySubtype::Generic,
        bytes: bytes.into(),
    }
}

/// A `seq`, `rev` or mark for BSON. No kept number is near the limit, so above it all are alike.
pub fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Like SQLite's `lower`: what "ignoring ASCII case" compares.
pub fn folded(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// The key of a public room: its name.
pub fn public_key(name: &RoomName) -> String {
    format!("public {name}")
}

/// The key of a private room: any number of them may have one name.
pub fn private_key(id: RoomId) -> String {
    format!("private {id}")
}

/// The key of a private conversation: who talks, by id.
pub fn direct_key(pair: [UserId; 2]) -> String {
    format!("direct {} {}", pair[0], pair[1])
}
