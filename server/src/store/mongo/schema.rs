//! The collections, their indexes, and what is made with a store.

use mongodb::{
    Database, IndexModel,
    bson::{Binary, Bson, Document, Uuid, doc},
    options::IndexOptions,
};
use serde::{Deserialize, Serialize};
use shared::{Epoch, RoomId, Visibility};

use super::{
    failure::{DUPLICATE_KEY, Failure, Refusal, code_of},
    key::{BsonId, binary, public_key, room_id},
    record::RoomRecord,
};
use crate::{
    data_dir::{SECRET_BYTES, Secret},
    store::StoreError,
};

pub const META: &str = "meta";
pub const USERS: &str = "users";
pub const SESSIONS: &str = "sessions";
pub const SPENT_REFRESHES: &str = "spent_refreshes";
pub const TICKETS: &str = "tickets";
pub const INVITATIONS: &str = "invitations";
pub const ROOMS: &str = "rooms";
pub const MEMBERS: &str = "members";
pub const BANS: &str = "bans";
pub const MESSAGES: &str = "messages";
/// Rooms that are gone and whose messages are still to be removed.
pub const GARBAGE: &str = "garbage";
/// What each commit changed, for the change stream.
pub const COMMITS: &str = "commits";
/// Which servers live.
pub const SERVERS: &str = "servers";
/// Who is connected to which of them.
pub const PRESENCE: &str = "presence";
/// Who is writing, for the change stream.
pub const TYPING: &str = "typing";

/// The version of everything here.
const VERSION: i32 = 2;
/// A document that is there for the change stream is of no use once every stream has passed it.
const NEWS_KEPT_SECONDS: u64 = 60;

/// What is made with a store and never changes.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    pub epoch: Epoch,
    pub lobby: RoomId,
    /// Signs access tokens and derives refresh values, on every server.
    pub secret: Secret,
}

/// In `meta`, under the id `store`.
#[derive(Debug, Serialize, Deserialize)]
struct MetaRecord {
    #[serde(rename = "_id")]
    id: String,
    version: i32,
    epoch: Uuid,
    lobby: Uuid,
    secret: Binary,
    /// A copy is filling it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unfinished: bool,
}

/// Makes what is missing and answers with what the store is. Any number of servers may do it at
/// once.
pub async fn prepare(db: &Database) -> Result<Identity, Failure> {
    let meta = match meta(db).await? {
        Some(meta) => meta,
        None => furnish(db).await?,
    };
    if meta.version > VERSION {
        return Err(StoreError::Backend(Box::new(Refusal::Newer {
            version: meta.version,
            known: VERSION,
        }))
        .into());
    }
    if meta.version < VERSION {
        upgrade(db).await?;
    }
    if meta.unfinished {
        return Err(Refusal::Unfinished.unavailable().into());
    }
    let secret = Secret::try_from(meta.secret.bytes)
        .map_err(|_| Failure::unreadable(format!("the secret has not {SECRET_BYTES} bytes")))?;
    Ok(Identity {
        epoch: Epoch::from_uuid(uuid::Uuid::from_bytes(meta.epoch.bytes())),
        lobby: room_id(meta.lobby),
        secret,
    })
}

/// Whether there is a store, and whether a copy into it was cut short.
pub async fn is_unfinished(db: &Database) -> Result<Option<bool>, Failure> {
    Ok(meta(db).await?.map(|meta| meta.unfinished))
}

/// Marks the store as one that a copy is filling, empties it, and gives it an identity.
pub async fn begin_anew(db: &Database, epoch: Epoch, lobby: RoomId) -> Result<(), Failure> {
    let meta = db.collection::<Document>(META);
    let which = doc! { "_id": "store" };
    let mark = doc! { "$set": { "unfinished": true } };
    meta.update_one(which.clone(), mark).await?;
    for (collection, _) in indexes() {
        db.collection::<Document>(collection)
            .delete_many(doc! {})
            .await?;
    }
    let epoch = Uuid::from_bytes(epoch.as_uuid().into_bytes());
    let identity = doc! { "$set": { "epoch": epoch, "lobby": lobby.bson() } };
    meta.update_one(which, identity).await?;
    Ok(())
}

/// Takes the mark away. Everything written before is durable with it.
pub async fn mark_whole(db: &Database) -> Result<(), Failure> {
    let mark = doc! { "$unset": { "unfinished": "" } };
    db.collection::<Document>(META)
        .update_one(doc! { "_id": "store" }, mark)
        .await?;
    Ok(())
}

async fn meta(db: &Database) -> Result<Option<MetaRecord>, Failure> {
    let meta = db.collection::<MetaRecord>(META);
    Ok(meta.find_one(doc! { "_id": "store" }).await?)
}

/// From version 1: looks of names, invitations. Several servers may do it at once.
async fn upgrade(db: &Database) -> Result<(), Failure> {
    make_indexes(db).await?;
    let mut look = Bson::from("$username");
    for (find, by) in [("0", "o"), ("1", "l"), ("m", "rn")] {
        look = doc! { "$replaceAll": { "input": look, "find": find, "replacement": by } }.into();
    }
    let users = db.collection::<Document>(USERS);
    users
        .update_many(
            doc! { "look": null },
            vec![doc! { "$set": { "look": look } }],
        )
        .await?;
    let version = doc! { "$set": { "version": VERSION } };
    db.collection::<Document>(META)
        .update_one(
            doc! { "_id": "store", "version": { "$lt": VERSION } },
            version,
        )
        .await?;
    Ok(())
}

async fn make_indexes(db: &Database) -> Result<(), Failure> {
    for (collection, indexes) in indexes() {
        db.collection::<Document>(collection)
            .create_indexes(indexes)
            .await?;
    }
    Ok(())
}

/// Indexes first, then the lobby, then the mark that all of it is there: who finds the mark has
/// nothing to do, and who was interrupted begins again.
async fn furnish(db: &Database) -> Result<MetaRecord, Failure> {
    make_indexes(db).await?;
    // Collections without an index of their own: a transaction on an old server makes none.
    for collection in [GARBAGE, META, SERVERS] {
        match db.create_collection(collection).await {
            Err(error) if code_of(&error) == Some(NAMESPACE_EXISTS) => {}
            made => made?,
        }
    }
    let lobby = lobby(db).await?;
    let lease = doc! { "$setOnInsert": { "until": 0_i64 } };
    db.collection::<Document>(META)
        .update_one(doc! { "_id": "lease" }, lease)
        .upsert(true)
        .await?;
    let mut secret = [0; SECRET_BYTES];
    aws_lc_rs::rand::fill(&mut secret)
        .map_err(|_| Failure::unreadable("no random numbers to be had"))?;
    let record = MetaRecord {
        id: "store".to_owned(),
        version: VERSION,
        epoch: Uuid::new(),
        lobby,
        secret: binary(secret),
        unfinished: false,
    };
    match db.collection::<MetaRecord>(META).insert_one(&record).await {
        // Another server was quicker; what it made counts.
        Err(error) if code_of(&error) == Some(DUPLICATE_KEY) => {}
        made => {
            made?;
        }
    }
    meta(db)
        .await?
        .ok_or_else(|| Failure::unreadable("what was written is not there"))
}

const NAMESPACE_EXISTS: i32 = 48;

/// The lobby's id; its name is unique, so of several servers one makes it.
async fn lobby(db: &Database) -> Result<Uuid, Failure> {
    let name = "lobby"
        .parse()
        .map_err(|_| Failure::unreadable("no name for the lobby"))?;
    let key = public_key(&name);
    let record = RoomRecord {
        id: RoomId::from_uuid(uuid::Uuid::now_v7()).bson(),
        key: key.clone(),
        name: Some(name.as_str().to_owned()),
        title: Some("Lobby".to_owned()),
        topic: None,
        visibility: Some(Visibility::Public),
        pair: None,
        member_count: 0,
        head: 0,
        last_message: None,
        last_message_at: None,
        created_at: mongodb::bson::DateTime::now().timestamp_millis(),
    };
    let rooms = db.collection::<RoomRecord>(ROOMS);
    match rooms.insert_one(&record).await {
        Err(error) if code_of(&error) == Some(DUPLICATE_KEY) => {}
        made => {
            made?;
        }
    }
    let found = rooms.find_one(doc! { "key": key }).await?;
    Ok(found.map_or(record.id, |room| room.id))
}

fn indexes() -> [(&'static str, Vec<IndexModel>); 12] {
    [
        (
            USERS,
            vec![
                unique(doc! { "username": 1 }),
                unique(doc! { "email_key": 1 }),
                index(doc! { "look": 1 }),
            ],
        ),
        (
            INVITATIONS,
            vec![
                unique(doc! { "digest": 1 }),
                index(doc! { "expires_at": 1 }),
            ],
        ),
        (
            SESSIONS,
            vec![index(doc! { "user": 1 }), index(doc! { "expires_at": 1 })],
        ),
        (
            SPENT_REFRESHES,
            vec![
                index(doc! { "session": 1 }),
                index(doc! { "expires_at": 1 }),
            ],
        ),
        (TICKETS, vec![index(doc! { "expires_at": 1 })]),
        (
            ROOMS,
            vec![
                unique(doc! { "key": 1 }),
                index(doc! { "visibility": 1, "name": 1 }),
            ],
        ),
        (
            MEMBERS,
            vec![
                unique(doc! { "room": 1, "username": 1 }),
                index(doc! { "user": 1 }),
            ],
        ),
        (
            BANS,
            vec![index(doc! { "room": 1 }), index(doc! { "user": 1 })],
        ),
        (
            MESSAGES,
            vec![
                unique(doc! { "room": 1, "seq": 1 }),
                unique(doc! { "room": 1, "rev": 1 }),
                unique(doc! { "key": 1 }),
            ],
        ),
        (COMMITS, vec![expiring(doc! { "at": 1 })]),
        (TYPING, vec![expiring(doc! { "at": 1 })]),
        (PRESENCE, vec![index(doc! { "server": 1 })]),
    ]
}

fn index(keys: Document) -> IndexModel {
    IndexModel::builder().keys(keys).build()
}

fn unique(keys: Document) -> IndexModel {
    let options = IndexOptions::builder().unique(true).build();
    IndexModel::builder().keys(keys).options(options).build()
}

fn expiring(keys: Document) -> IndexModel {
    let options = IndexOptions::builder()
        .expire_after(std::time::Duration::from_secs(NEWS_KEPT_SECONDS))
        .build();
    IndexModel::builder().keys(keys).options(options).build()
}
