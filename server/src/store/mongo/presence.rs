//! Who is connected to which server, and who is writing, as documents: kept no longer than they
//! are true, and written without waiting for a disk.

use mongodb::{
    Database,
    bson::{Binary, Bson, DateTime, Document, Uuid, doc, serialize_to_document},
    options::WriteConcern,
};
use serde::{Deserialize, Serialize};
use shared::{RoomId, UserId};

use super::{
    commits::{glance, in_time},
    failure::Failure,
    key::{BsonId, binary, room_id, user_id},
    schema::{PRESENCE, TYPING},
    view::Find,
    work,
};
use crate::{
    bus::{Availability, ServerId},
    store::StoreError,
};

/// In `presence`: somebody with a connection to a server.
#[derive(Debug, Serialize, Deserialize)]
pub struct PresenceRecord {
    /// The server's id, then the person's.
    #[serde(rename = "_id")]
    pub id: Binary,
    pub server: Uuid,
    pub availability: Availability,
}

/// In `typing`: somebody was writing just then.
#[derive(Debug, Serialize, Deserialize)]
pub struct TypingRecord {
    pub server: Uuid,
    pub room: Uuid,
    pub user: Uuid,
    pub at: DateTime,
}

impl TypingRecord {
    /// Where, and who.
    pub fn place(&self) -> (RoomId, UserId) {
        (room_id(self.room), user_id(self.user))
    }
}

/// For BSON.
pub fn server_bson(server: ServerId) -> Uuid {
    Uuid::from_bytes(server.0.into_bytes())
}

fn presence_id(server: ServerId, user: UserId) -> Binary {
    let mut bytes = server.0.into_bytes().to_vec();
    bytes.extend(user.bson().bytes());
    binary(bytes)
}

/// Whom a document's id is about; None for what is no such id.
pub fn read_id(id: &Bson) -> Option<(ServerId, UserId)> {
    let Bson::Binary(id) = id else {
        return None;
    };
    let (server, user) = id.bytes.split_at_checked(16)?;
    let server = uuid::Uuid::from_slice(server).ok()?;
    let user = uuid::Uuid::from_slice(user).ok()?;
    Some((ServerId(server), UserId::from_uuid(user)))
}

/// Not journaled: after a crash all of it is said again.
pub fn quick() -> WriteConcern {
    WriteConcern::nodes(1)
}

/// Writes what a server says of its people: all in two commands at most.
pub async fn write(
    db: &Database,
    server: ServerId,
    said: &[(UserId, Availability)],
) -> Result<(), StoreError> {
    let (mut updates, mut deletes): (Vec<Document>, Vec<Document>) = (Vec::new(), Vec::new());
    for (user, availability) in said {
        let id = presence_id(server, *user);
        if *availability == Availability::Offline {
            deletes.push(doc! { "q": { "_id": id }, "limit": 1 });
            continue;
        }
        let record = PresenceRecord {
            id: id.clone(),
            server: server_bson(server),
            availability: *availability,
        };
        let record = serialize_to_document(&record).map_err(Failure::unreadable)?;
        // Replaced, not changed, so that the change stream has the whole document.
        updates.push(doc! { "q": { "_id": id }, "u": record, "upsert": true });
    }
    in_time(async {
        if !updates.is_empty() {
            let command =
                doc! { "update": PRESENCE, "updates": updates, "writeConcern": { "w": 1 } };
            work::check(&db.run_command(command).await?)?;
        }
        if !deletes.is_empty() {
            let command =
                doc! { "delete": PRESENCE, "deletes": deletes, "writeConcern": { "w": 1 } };
            work::check(&db.run_command(command).await?)?;
        }
        Ok(())
    })
    .await
}

/// What every server but `me` says of its people.
pub async fn read(
    db: &Database,
    me: ServerId,
) -> Result<Vec<(ServerId, UserId, Availability)>, StoreError> {
    let others = doc! { "server": { "$ne": server_bson(me) } };
    let records: Vec<PresenceRecord> = glance(db, move |view| {
        let find = Find::by(others.clone());
        Box::pin(async move { view.all(PRESENCE, find).await })
    })
    .await?;
    let known = records.iter().filter_map(|record| {
        let (server, user) = read_id(&Bson::Binary(record.id.clone()))?;
        Some((server, user, record.availability))
    });
    Ok(known.collect())
}

/// Forgets everybody who was connected to a server that is gone.
pub async fn forget(db: &Database, server: ServerId) -> Result<(), StoreError> {
    let theirs = doc! { "server": server_bson(server) };
    let presence = db.collection::<Document>(PRESENCE);
    in_time(async {
        let deleting = presence.delete_many(theirs).write_concern(quick());
        deleting.await?;
        Ok(())
    })
    .await
}

/// Says that somebody is writing.
pub async fn write_typing(
    db: &Database,
    server: ServerId,
    notices: &[(RoomId, UserId)],
) -> Result<(), StoreError> {
    let records: Vec<TypingRecord> = notices
        .iter()
        .map(|(room, user)| TypingRecord {
            server: server_bson(server),
            room: room.bson(),
            user: user.bson(),
            at: DateTime::now(),
        })
        .collect();
    let typing = db.collection::<TypingRecord>(TYPING);
    in_time(async {
        typing.insert_many(records).write_concern(quick()).await?;
        Ok(())
    })
    .await
}
