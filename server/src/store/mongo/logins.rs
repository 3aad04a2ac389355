//! Logins and tickets.

use std::collections::HashMap;

use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use serde::{Deserialize, Serialize};
use shared::{SessionId, Timestamp, UserId};

use super::{
    MongoStore, accounts,
    archive::digest,
    commits::{Echo, glance, in_time},
    failure::Failure,
    key::{BsonId, binary, session_id, user_id},
    mine,
    record::SessionRecord,
    schema::{INVITATIONS, SESSIONS, SPENT_REFRESHES, TICKETS, USERS},
    view::{Find, View},
    work::Work,
};
use crate::store::{
    Account, Arrival, Change, Digest, Login, Logins, NewLogin, Rotation, StoreError, TicketGrant,
    refresh::{RefreshValues, Shown},
};

/// In `tickets`.
#[derive(Debug, Serialize, Deserialize)]
struct TicketRecord {
    #[serde(rename = "_id")]
    digest: mongodb::bson::Binary,
    session: mongodb::bson::Uuid,
    user: mongodb::bson::Uuid,
    access_expires_at: i64,
    expires_at: i64,
}

#[async_trait]
impl Logins for MongoStore {
    async fn create_session(&self, new: NewLogin) -> Result<(), StoreError> {
        let login = &new.login;
        let record = &SessionRecord {
            id: login.id.bson(),
            user: login.user.bson(),
            refresh: binary(new.refresh),
            last_spent: None,
            rotated_at: None,
            created_at: login.created_at.as_millis(),
            last_used_at: login.last_used_at.as_millis(),
            expires_at: login.expires_at.as_millis(),
            user_agent: login.user_agent.clone(),
        };
        self.commit(Echo::Ignored, Some(login.user.bson()), move |work| {
            Box::pin(async move {
                accounts::live(&mut work.view, login.user).await?;
                // Who deletes the account meanwhile would miss this session: both write the account.
                work.set(USERS, login.user.bson(), doc! { "last_login": record.id });
                work.insert(SESSIONS, record)
            })
        })
        .await
    }

    async fn session(&self, id: SessionId, now: Timestamp) -> Result<Option<Login>, StoreError> {
        self.refuse_when_closed()?;
        glance(&self.db, move |view| {
            Box::pin(async move { Ok(find(view, id, now).await?.map(Login::from)) })
        })
        .await
    }

    async fn sessions(
        &self,
        ids: &[SessionId],
        now: Timestamp,
    ) -> Result<Vec<Option<Login>>, StoreError> {
        self.refuse_when_closed()?;
        glance(&self.db, move |view| {
            Box::pin(async move {
                let found = among(view, ids, now).await?;
                Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
            })
        })
        .await
    }

    async fn arrivals(
        &self,
        asked: &[(UserId, SessionId)],
        now: Timestamp,
    ) -> Result<Vec<Option<Arrival>>, StoreError> {
        self.read(move |view| Box::pin(async move { arrivals(view, asked, now).await }))
            .await
    }

    async fn sessions_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Login>, StoreError> {
        self.refuse_when_closed()?;
        let filter = doc! { "user": user.bson(), "expires_at": { "$gt": now.as_millis() } };
        let find = &Find::by(filter).sorted(doc! { "last_used_at": -1, "_id": 1 });
        glance(&self.db, move |view| {
            Box::pin(async move {
                let found: Vec<SessionRecord> = view.all(SESSIONS, find.clone()).await?;
                Ok(found.into_iter().map(Login::from).collect())
            })
        })
        .await
    }

    async fn rotate_refresh(
        &self,
        id: SessionId,
        presented: Digest,
        next: Digest,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        self.commit(Echo::Awaited, Some(id.bson()), move |work| {
            Box::pin(async move { rotate(work, id, presented, next, now).await })
        })
        .await
    }

    async fn end_session(&self, user: UserId, id: SessionId) -> Result<bool, StoreError> {
        self.commit(Echo::Awaited, Some(user.bson()), move |work| {
            Box::pin(async move {
                let theirs = doc! { "_id": id.bson(), "user": user.bson() };
                let ended = end(work, user, theirs).await?;
                Ok(ended > 0)
            })
        })
        .await
    }

    async fn end_sessions(&self, user: UserId, keep: Option<SessionId>) -> Result<u32, StoreError> {
        self.commit(Echo::Awaited, Some(user.bson()), move |work| {
            Box::pin(async move { end_all(work, user, keep).await })
        })
        .await
    }

    async fn put_ticket(&self, ticket: Digest, grant: TicketGrant) -> Result<(), StoreError> {
        self.refuse_when_closed()?;
        let record = TicketRecord {
            digest: binary(ticket),
            session: grant.session.bson(),
            user: grant.user.bson(),
            access_expires_at: grant.access_expires_at.as_millis(),
            expires_at: grant.expires_at.as_millis(),
        };
        let tickets = self.db.collection::<TicketRecord>(TICKETS);
        in_time(async {
            tickets.insert_one(&record).await?;
            Ok(())
        })
        .await
    }

    async fn take_ticket(
        &self,
        ticket: Digest,
        now: Timestamp,
    ) -> Result<Option<TicketGrant>, StoreError> {
        self.refuse_when_closed()?;
        let tickets = self.db.collection::<TicketRecord>(TICKETS);
        let taken = in_time(async {
            let filter = doc! { "_id": binary(ticket) };
            Ok(tickets.find_one_and_delete(filter).await?)
        })
        .await?;
        let grant = taken.map(|record| TicketGrant {
            session: session_id(record.session),
            user: user_id(record.user),
            access_expires_at: Timestamp::from_millis(record.access_expires_at),
            expires_at: Timestamp::from_millis(record.expires_at),
        });
        Ok(grant.filter(|grant| grant.expires_at > now))
    }

    async fn purge_expired(&self, now: Timestamp) -> Result<(), StoreError> {
        self.refuse_when_closed()?;
        for collection in [SESSIONS, SPENT_REFRESHES, TICKETS, INVITATIONS] {
            let expired = doc! { "expires_at": { "$lte": now.as_millis() } };
            let collection = self.db.collection::<Document>(collection);
            in_time(async { Ok(collection.delete_many(expired).await?) }).await?;
        }
        self.remove_garbage().await
    }
}

async fn find(
    view: &mut View<'_>,
    id: SessionId,
    now: Timestamp,
) -> Result<Option<SessionRecord>, Failure> {
    let filter = doc! { "_id": id.bson(), "expires_at": { "$gt": now.as_millis() } };
    view.one(SESSIONS, filter).await
}

async fn among(
    view: &mut View<'_>,
    ids: &[SessionId],
    now: Timestamp,
) -> Result<HashMap<SessionId, Login>, Failure> {
    let ids: Vec<_> = ids.iter().map(|id| id.bson()).collect();
    let filter = doc! { "_id": { "$in": ids }, "expires_at": { "$gt": now.as_millis() } };
    let found: Vec<SessionRecord> = view.all(SESSIONS, Find::by(filter)).await?;
    let logins = found.into_iter().map(Login::from);
    Ok(logins.map(|login| (login.id, login)).collect())
}

async fn arrivals(
    view: &mut View<'_>,
    asked: &[(UserId, SessionId)],
    now: Timestamp,
) -> Result<Vec<Option<Arrival>>, Failure> {
    let (users, ids): (Vec<UserId>, Vec<SessionId>) = asked.iter().copied().unzip();
    let logins = among(view, &ids, now).await?;
    let accounts = accounts::among(view, &users).await?;
    let accounts: HashMap<UserId, Account> = accounts.into_iter().map(|a| (a.id, a)).collect();
    let heads = mine::heads_of(view, &users).await?;
    let arrival = |(user, id): &(UserId, SessionId)| {
        Some(Arrival {
            login: logins.get(id).filter(|login| login.user == *user)?.clone(),
            account: accounts.get(user)?.clone(),
            rooms: heads.get(user).cloned().unwrap_or_default(),
        })
    };
    Ok(asked.iter().map(arrival).collect())
}

/// In `spent_refreshes`: every value a session has had before, so that a replay is told from a
/// guess.
#[derive(Debug, Serialize, Deserialize)]
pub struct SpentRecord {
    /// Session and digest: 48 bytes.
    #[serde(rename = "_id")]
    pub id: mongodb::bson::Binary,
    pub session: mongodb::bson::Uuid,
    pub expires_at: i64,
}

/// The id of a spent value.
pub fn spent_id(session: SessionId, digest: Digest) -> mongodb::bson::Binary {
    let mut bytes = session.bson().bytes().to_vec();
    bytes.extend(digest);
    binary(bytes)
}

async fn rotate(
    work: &mut Work<'_>,
    id: SessionId,
    presented: Digest,
    next: Digest,
    now: Timestamp,
) -> Result<Rotation, Failure> {
    let Some(record) = find(&mut work.view, id, now).await? else {
        return Ok(Rotation::Unknown);
    };
    match refresh_values(&record)?.judge(&presented, now) {
        Shown::Current => replace(work, record, presented, next, now).map(Rotation::Rotated),
        Shown::JustReplaced => Ok(Rotation::Repeated(record.into())),
        Shown::Spent => replayed(work, &record, presented).await,
    }
}

fn refresh_values(record: &SessionRecord) -> Result<RefreshValues, Failure> {
    let last_spent = record.last_spent.as_ref();
    Ok(RefreshValues {
        current: digest(&record.refresh.bytes)?,
        last_spent: last_spent.map(|spent| digest(&spent.bytes)).transpose()?,
        rotated_at: record.rotated_at.map(Timestamp::from_millis),
    })
}

/// Makes `next` the login's refresh value; the login afterwards.
fn replace(
    work: &mut Work<'_>,
    record: SessionRecord,
    presented: Digest,
    next: Digest,
    now: Timestamp,
) -> Result<Login, Failure> {
    let spent = SpentRecord {
        id: spent_id(record.session_id(), presented),
        session: record.id,
        expires_at: record.expires_at,
    };
    work.insert(SPENT_REFRESHES, &spent)?;
    let last_used_at = record.last_used_at.max(now.as_millis());
    work.set(
        SESSIONS,
        record.id,
        doc! {
            "refresh": binary(next),
            "last_spent": binary(presented),
            "rotated_at": now.as_millis(),
            "last_used_at": last_used_at,
        },
    );
    Ok(Login::from(SessionRecord {
        last_used_at,
        ..record
    }))
}

/// Ends the login where it ever had the value: somebody replays it.
async fn replayed(
    work: &mut Work<'_>,
    record: &SessionRecord,
    presented: Digest,
) -> Result<Rotation, Failure> {
    let spent = doc! { "_id": spent_id(record.session_id(), presented) };
    if !work.view.has(SPENT_REFRESHES, spent).await? {
        return Ok(Rotation::Unknown);
    }
    end(work, user_id(record.user), doc! { "_id": record.id }).await?;
    Ok(Rotation::Replayed)
}

/// Ends all logins of that person but `keep`; how many ended.
pub async fn end_all(
    work: &mut Work<'_>,
    user: UserId,
    keep: Option<SessionId>,
) -> Result<u32, Failure> {
    let mut theirs = doc! { "user": user.bson() };
    if let Some(keep) = keep {
        theirs.insert("_id", doc! { "$ne": keep.bson() });
    }
    end(work, user, theirs).await
}

async fn end(work: &mut Work<'_>, user: UserId, which: Document) -> Result<u32, Failure> {
    let found: Vec<SessionRecord> = work.view.all(SESSIONS, Find::by(which)).await?;
    for record in &found {
        work.delete(SESSIONS, doc! { "_id": record.id });
    }
    for record in &found {
        work.delete(SPENT_REFRESHES, doc! { "session": record.id });
        work.announce(Change::SessionEnded {
            session: record.session_id(),
            user,
        });
    }
    Ok(u32::try_from(found.len()).unwrap_or(u32::MAX))
}
