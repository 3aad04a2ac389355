//! Reading everything there is, kind by kind.

use std::collections::HashMap;

use async_trait::async_trait;
use mongodb::{
    Database,
    bson::{Document, Uuid, doc},
};
use shared::{RoomId, Timestamp, UserId};

use super::{
    MongoStore,
    failure::Failure,
    key::{BsonId, pair, room_id},
    logins::SpentRecord,
    record::{
        AccountRecord, BanDocument, MemberDocument, MessageRecord, RoomRecord, SessionRecord,
    },
    schema::{BANS, MEMBERS, MESSAGES, ROOMS, SESSIONS, SPENT_REFRESHES, USERS},
    view::{Find, View},
};
use crate::store::{
    Account, Archive, Digest, Identity, KeptBan, KeptLogin, KeptMember, KeptRoom, Key, Kind, Login,
    Records, StoreError,
};

#[async_trait]
impl Archive for MongoStore {
    fn identity(&self) -> Identity {
        Identity {
            epoch: self.identity.epoch,
            lobby: self.identity.lobby,
        }
    }

    async fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        self.refuse_when_closed()?;
        Ok(count(&self.db, kind).await?)
    }

    async fn records(
        &self,
        kind: Kind,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Records, StoreError> {
        self.refuse_when_closed()?;
        Ok(records(&self.db, kind, after, limit).await?)
    }
}

/// How many records of a kind there are.
pub async fn count(db: &Database, kind: Kind) -> Result<u64, Failure> {
    let collection = db.collection::<Document>(collection(kind));
    Ok(collection.count_documents(doc! {}).await?)
}

fn collection(kind: Kind) -> &'static str {
    match kind {
        Kind::Accounts => USERS,
        Kind::Logins => SESSIONS,
        Kind::Rooms => ROOMS,
        Kind::Members => MEMBERS,
        Kind::Bans => BANS,
        Kind::Messages => MESSAGES,
    }
}

/// The records of a kind above a key.
pub async fn records(
    db: &Database,
    kind: Kind,
    after: Option<Key>,
    limit: u32,
) -> Result<Records, Failure> {
    let mut view = View::plain(db);
    let view = &mut view;
    Ok(match kind {
        Kind::Accounts => {
            let found: Vec<AccountRecord> = view.all(USERS, by_id(after, limit)).await?;
            let accounts = found.into_iter().map(Account::try_from);
            Records::Accounts(accounts.collect::<Result<_, _>>()?)
        }
        Kind::Logins => Records::Logins(logins(view, by_id(after, limit)).await?),
        Kind::Rooms => {
            let found: Vec<RoomRecord> = view.all(ROOMS, by_id(after, limit)).await?;
            let rooms = found.iter().map(kept_room);
            Records::Rooms(rooms.collect::<Result<_, _>>()?)
        }
        Kind::Members => {
            let found: Vec<MemberDocument> = view.all(MEMBERS, by_place(after, limit)).await?;
            Records::Members(found.iter().map(kept_member).collect())
        }
        Kind::Bans => {
            let found: Vec<BanDocument> = view.all(BANS, by_place(after, limit)).await?;
            Records::Bans(found.iter().map(kept_ban).collect())
        }
        Kind::Messages => {
            let found = messages(view, after, limit).await?;
            Records::Messages(found.into_iter().map(Into::into).collect())
        }
    })
}

fn by_id(after: Option<Key>, limit: u32) -> Find {
    let filter = match after {
        Some(key) => doc! { "_id": { "$gt": bson(key.id) } },
        None => doc! {},
    };
    Find::by(filter).sorted(doc! { "_id": 1 }).at_most(limit)
}

/// By room and person, whose ids make the key.
fn by_place(after: Option<Key>, limit: u32) -> Find {
    let filter = match after {
        Some(key) => {
            let user = UserId::from_uuid(uuid::Uuid::from_u128(key.within));
            doc! { "_id": { "$gt": pair(RoomId::from_uuid(key.id), user) } }
        }
        None => doc! {},
    };
    Find::by(filter).sorted(doc! { "_id": 1 }).at_most(limit)
}

/// First the rest of one room's, then the next rooms': two ranges of one index.
async fn messages(
    view: &mut View<'_>,
    after: Option<Key>,
    limit: u32,
) -> Result<Vec<MessageRecord>, Failure> {
    let order = doc! { "room": 1, "seq": 1 };
    let Some(key) = after else {
        let first = Find::default().sorted(order).at_most(limit);
        return view.all(MESSAGES, first).await;
    };
    let (room, seq) = (bson(key.id), i64::try_from(key.within).unwrap_or(i64::MAX));
    let rest = Find::by(doc! { "room": room, "seq": { "$gt": seq } });
    let rest = rest.sorted(order.clone()).at_most(limit);
    let mut found: Vec<MessageRecord> = view.all(MESSAGES, rest).await?;
    let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(limit));
    if left > 0 {
        let next = Find::by(doc! { "room": { "$gt": room } });
        let next = next.sorted(order).at_most(left);
        found.extend(view.all::<MessageRecord>(MESSAGES, next).await?);
    }
    Ok(found)
}

async fn logins(view: &mut View<'_>, which: Find) -> Result<Vec<KeptLogin>, Failure> {
    let found: Vec<SessionRecord> = view.all(SESSIONS, which).await?;
    let ids: Vec<Uuid> = found.iter().map(|session| session.id).collect();
    let of_them = Find::by(doc! { "session": { "$in": ids } }).sorted(doc! { "_id": 1 });
    let mut spent = HashMap::<_, Vec<Digest>>::new();
    for record in view.all::<SpentRecord>(SPENT_REFRESHES, of_them).await? {
        // Behind the session's id.
        let digest = digest(record.id.bytes.get(16..).unwrap_or_default())?;
        spent.entry(record.session).or_default().push(digest);
    }
    let kept = found.into_iter().map(|session| {
        let last_spent = session.last_spent.as_ref();
        Ok(KeptLogin {
            refresh: digest(&session.refresh.bytes)?,
            last_spent: last_spent.map(|value| digest(&value.bytes)).transpose()?,
            rotated_at: session.rotated_at.map(Timestamp::from_millis),
            spent: spent.remove(&session.id).unwrap_or_default(),
            login: Login::from(session),
        })
    });
    kept.collect()
}

/// A digest as it is kept.
pub fn digest(bytes: &[u8]) -> Result<Digest, Failure> {
    Digest::try_from(bytes).map_err(Failure::unreadable)
}

fn kept_room(record: &RoomRecord) -> Result<KeptRoom, Failure> {
    Ok(KeptRoom {
        room: record.room()?,
        last_message_at: record.last_message_at.map(Timestamp::from_millis),
    })
}

fn kept_member(record: &MemberDocument) -> KeptMember {
    KeptMember {
        room: record.room_id(),
        user: record.user_id(),
        membership: record.membership(),
    }
}

fn kept_ban(record: &BanDocument) -> KeptBan {
    KeptBan {
        room: room_id(record.room),
        user: record.user_id(),
        banned_by: record.banned_by(),
        created_at: Timestamp::from_millis(record.created_at),
    }
}

fn bson(id: uuid::Uuid) -> Uuid {
    RoomId::from_uuid(id).bson()
}
