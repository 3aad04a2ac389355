//! A database that becomes a store by being filled with another one's records.

use std::collections::HashMap;

use async_trait::async_trait;
use mongodb::{
    Database,
    bson::{Document, Uuid, doc},
};
use serde::Serialize;
use shared::{Message, UserId};

use super::{
    archive,
    driver_thread::DriverThread,
    failure::Failure,
    followers::refuse_served,
    key::{BsonId, binary, number, pair},
    lease::Lease,
    logins::{SpentRecord, spent_id},
    open::{Server, reach},
    record::{
        AccountRecord, BanDocument, MemberDocument, MessageRecord, RoomRecord, SessionRecord,
    },
    schema::{self, BANS, MEMBERS, MESSAGES, ROOMS, SESSIONS, SPENT_REFRESHES, USERS},
    view::{Find, View},
};
use crate::store::{
    Archive, Identity, Intake, KeptBan, KeptLogin, KeptMember, KeptRoom, Key, Kind, MoveError,
    Records, StoreError,
};

/// The database, marked as unfinished until it is whole.
struct MongoIntake {
    db: Database,
    identity: Identity,
    /// On a standalone server: nobody else has it meanwhile.
    lease: Option<Lease>,
    thread: DriverThread,
}

/// Refuses a database that holds no store, or that a server has open.
///
/// # Errors
/// [`MoveError::Absent`]; [`MoveError::Store`].
pub async fn check_source(url: &str) -> Result<(), MoveError> {
    let Server {
        db, is_replica_set, ..
    } = reach(url).await?;
    let found = schema::is_unfinished(&db).await.map_err(StoreError::from)?;
    if found.is_none() {
        return Err(MoveError::Absent(name(&db)));
    }
    if is_replica_set {
        refuse_served(&db).await?;
    }
    // The lease of a standalone server says it when the store is opened.
    Ok(())
}

/// Begins a store with that identity.
///
/// # Errors
/// [`MoveError::NotEmpty`] when there is a store with anybody in it; [`MoveError::Store`].
pub async fn begin_intake(url: &str, identity: Identity) -> Result<Box<dyn Intake>, MoveError> {
    let dead = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Unavailable(error);
    let thread = DriverThread::start().map_err(|error| dead(error.into()))?;
    let (url, task) = (url.to_owned(), thread.clone());
    let begun = thread.spawn(async move { begin(&url, identity, task).await });
    let intake = begun.await.map_err(|error| dead(error.into()))??;
    Ok(Box::new(intake))
}

async fn begin(
    url: &str,
    identity: Identity,
    thread: DriverThread,
) -> Result<MongoIntake, MoveError> {
    let Server {
        db, is_replica_set, ..
    } = reach(url).await?;
    let is_again = schema::is_unfinished(&db).await.map_err(StoreError::from)? == Some(true);
    if !is_again {
        schema::prepare(&db).await.map_err(StoreError::from)?;
    }
    let lease = if is_replica_set {
        refuse_served(&db).await?;
        None
    } else {
        let lease = Lease::take(&db).await?;
        thread.spawn(lease.clone().keep());
        Some(lease)
    };
    if !is_again && is_used(&db).await.map_err(StoreError::from)? {
        if let Some(lease) = lease {
            lease.give_up().await;
        }
        return Err(MoveError::NotEmpty(name(&db)));
    }
    schema::begin_anew(&db, identity.epoch, identity.lobby)
        .await
        .map_err(StoreError::from)?;
    Ok(MongoIntake {
        db,
        identity,
        lease,
        thread,
    })
}

async fn is_used(db: &Database) -> Result<bool, Failure> {
    let (accounts, rooms) = (Kind::Accounts, Kind::Rooms);
    Ok(archive::count(db, accounts).await? > 0 || archive::count(db, rooms).await? > 1)
}

/// Without the address, which may hold a password.
fn name(db: &Database) -> String {
    format!("the MongoDB database {}", db.name())
}

impl Drop for MongoIntake {
    fn drop(&mut self) {
        self.thread.stop();
    }
}

#[async_trait]
impl Archive for MongoIntake {
    fn identity(&self) -> Identity {
        self.identity
    }

    async fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        Ok(archive::count(&self.db, kind).await?)
    }

    async fn records(
        &self,
        kind: Kind,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Records, StoreError> {
        Ok(archive::records(&self.db, kind, after, limit).await?)
    }
}

#[async_trait]
impl Intake for MongoIntake {
    async fn put(&self, records: Records) -> Result<(), StoreError> {
        let put = match records {
            Records::Accounts(all) => {
                self.insert(USERS, documents(&all, AccountRecord::from))
                    .await
            }
            Records::Logins(all) => self.put_logins(&all).await,
            Records::Rooms(all) => self.insert(ROOMS, documents(&all, room)).await,
            Records::Members(all) => self.put_members(&all).await,
            Records::Bans(all) => self.insert(BANS, documents(&all, ban)).await,
            Records::Messages(all) => self.put_messages(&all).await,
        };
        Ok(put?)
    }

    async fn finish(self: Box<Self>) -> Result<(), MoveError> {
        schema::mark_whole(&self.db)
            .await
            .map_err(StoreError::from)?;
        if let Some(lease) = &self.lease {
            lease.give_up().await;
        }
        Ok(())
    }
}

impl MongoIntake {
    async fn insert<T: Serialize + Send + Sync>(
        &self,
        collection: &'static str,
        records: Vec<T>,
    ) -> Result<(), Failure> {
        if !records.is_empty() {
            let collection = self.db.collection::<T>(collection);
            collection.insert_many(records).await?;
        }
        Ok(())
    }

    async fn put_logins(&self, all: &[KeptLogin]) -> Result<(), Failure> {
        let spent = all.iter().flat_map(|kept| {
            kept.spent.iter().map(|digest| SpentRecord {
                id: spent_id(kept.login.id, *digest),
                session: kept.login.id.bson(),
                expires_at: kept.login.expires_at.as_millis(),
            })
        });
        self.insert(SPENT_REFRESHES, spent.collect()).await?;
        self.insert(SESSIONS, documents(all, session)).await
    }

    /// With what a place repeats of the person and the room.
    async fn put_members(&self, all: &[KeptMember]) -> Result<(), Failure> {
        let mut view = View::plain(&self.db);
        let users: Vec<UserId> = all.iter().map(|kept| kept.user).collect();
        let accounts = super::accounts::among(&mut view, &users).await?;
        let usernames: HashMap<_, _> = accounts
            .into_iter()
            .map(|account| (account.id, account.username))
            .collect();
        let rooms: Vec<Uuid> = all.iter().map(|kept| kept.room.bson()).collect();
        let rooms: Vec<RoomRecord> = view
            .all(ROOMS, Find::by(doc! { "_id": { "$in": rooms } }))
            .await?;
        let named: HashMap<_, _> = rooms
            .iter()
            .map(|room| (room.room_id(), room.name.is_some()))
            .collect();
        let members = all.iter().map(|kept| {
            let (name, is_named) = (usernames.get(&kept.user), named.get(&kept.room));
            let (Some(name), Some(is_named)) = (name, is_named) else {
                return Err(Failure::unreadable("a member without account or room"));
            };
            Ok(MemberDocument {
                id: pair(kept.room, kept.user),
                room: kept.room.bson(),
                user: kept.user.bson(),
                username: name.as_str().to_owned(),
                is_named: *is_named,
                role: kept.membership.role,
                joined_at: kept.membership.joined_at.as_millis(),
                delivered: number(kept.membership.marks.delivered),
                read: number(kept.membership.marks.read),
            })
        });
        let members: Vec<_> = members.collect::<Result<_, _>>()?;
        self.insert(MEMBERS, members).await
    }

    /// Each room names its newest, which is the last to come.
    async fn put_messages(&self, all: &[Message]) -> Result<(), Failure> {
        let newest: HashMap<_, _> = all.iter().map(|said| (said.room, said.id)).collect();
        self.insert(MESSAGES, documents(all, MessageRecord::from))
            .await?;
        let rooms = self.db.collection::<Document>(ROOMS);
        for (room, message) in newest {
            let newest = doc! { "$set": { "last_message": message.bson() } };
            rooms
                .update_one(doc! { "_id": room.bson() }, newest)
                .await?;
        }
        Ok(())
    }
}

fn documents<'a, R, T>(all: &'a [R], document: impl Fn(&'a R) -> T) -> Vec<T> {
    all.iter().map(document).collect()
}

fn room(kept: &KeptRoom) -> RoomRecord {
    RoomRecord {
        last_message_at: kept.last_message_at.map(shared::Timestamp::as_millis),
        ..RoomRecord::from(&kept.room)
    }
}

fn session(kept: &KeptLogin) -> SessionRecord {
    let login = &kept.login;
    SessionRecord {
        id: login.id.bson(),
        user: login.user.bson(),
        refresh: binary(kept.refresh),
        last_spent: kept.last_spent.map(binary),
        rotated_at: kept.rotated_at.map(shared::Timestamp::as_millis),
        created_at: login.created_at.as_millis(),
        last_used_at: login.last_used_at.as_millis(),
        expires_at: login.expires_at.as_millis(),
        user_agent: login.user_agent.clone(),
    }
}

fn ban(ban: &KeptBan) -> BanDocument {
    BanDocument {
        id: pair(ban.room, ban.user),
        room: ban.room.bson(),
        user: ban.user.bson(),
        banned_by: ban.banned_by.bson(),
        created_at: ban.created_at.as_millis(),
    }
}
