//! Who may not join a room.

use std::collections::HashMap;

use mongodb::bson::doc;
use shared::{RoomId, RoomRole, Timestamp, UserId};

use super::{
    accounts,
    failure::Failure,
    key::{BsonId, pair},
    members,
    record::BanDocument,
    rooms,
    schema::{BANS, MEMBERS},
    view::{Find, View},
    work::Work,
};
use crate::store::{BanRecord, StoreError};

/// Bans somebody and takes them out. Whether the room is gone with them.
pub async fn ban(
    work: &mut Work<'_>,
    id: RoomId,
    user: UserId,
    banned_by: UserId,
    below: RoomRole,
    at: Timestamp,
) -> Result<bool, Failure> {
    let room = rooms::find_named(&mut work.view, id).await?;
    accounts::find(&mut work.view, user)
        .await?
        .ok_or(StoreError::NotFound)?;
    let place = pair(id, user);
    let which = doc! { "_id": place.clone() };
    if !work.view.has(BANS, which.clone()).await? {
        let record = BanDocument {
            id: place,
            room: room.id,
            user: user.bson(),
            banned_by: banned_by.bson(),
            created_at: at.as_millis(),
        };
        work.insert(BANS, &record)?;
    }
    if work.view.has(MEMBERS, which).await? {
        return members::remove(work, id, user, Some(below)).await;
    }
    // Who joins meanwhile writes the room too.
    rooms::count(work, &room);
    Ok(false)
}

/// A room's bans, newest first, ties by id.
pub async fn list(view: &mut View<'_>, room: RoomId) -> Result<Vec<BanRecord>, Failure> {
    let find = Find::by(doc! { "room": room.bson() }).sorted(doc! { "created_at": -1, "user": 1 });
    let bans: Vec<BanDocument> = view.all(BANS, find).await?;
    let users: Vec<UserId> = bans.iter().map(BanDocument::user_id).collect();
    let mut accounts: HashMap<_, _> = accounts::among(view, &users)
        .await?
        .into_iter()
        .map(|account| (account.id, account))
        .collect();
    let records = bans.into_iter().filter_map(|ban| {
        Some(BanRecord {
            account: accounts.remove(&ban.user_id())?,
            banned_by: ban.banned_by(),
            created_at: Timestamp::from_millis(ban.created_at),
        })
    });
    Ok(records.collect())
}
