//! Private conversations of two.

use mongodb::bson::doc;
use shared::{Room, RoomId, RoomRole, Timestamp, UserId};

use super::{
    accounts,
    failure::Failure,
    key::{BsonId, direct_key},
    members,
    record::RoomRecord,
    schema::ROOMS,
    work::Work,
};
use crate::store::StoreError;

/// The conversation of these two, made with `id` where there is none yet.
pub async fn find_or_create(
    work: &mut Work<'_>,
    mut pair: [UserId; 2],
    id: RoomId,
    at: Timestamp,
) -> Result<Room, Failure> {
    pair.sort_unstable();
    let key = direct_key(pair);
    let found: Option<RoomRecord> = work.view.one(ROOMS, doc! { "key": key.as_str() }).await?;
    if let Some(room) = found {
        return room.room();
    }
    if pair[0] == pair[1] {
        return Err(StoreError::NotFound.into());
    }
    let mut accounts = Vec::with_capacity(2);
    for user in pair {
        accounts.push(accounts::live(&mut work.view, user).await?);
    }
    let mut room = RoomRecord {
        id: id.bson(),
        key,
        name: None,
        title: None,
        topic: None,
        visibility: None,
        pair: Some(pair.map(BsonId::bson)),
        member_count: 0,
        head: 0,
        last_message: None,
        last_message_at: None,
        created_at: at.as_millis(),
    };
    for account in &accounts {
        members::put(work, &mut room, account, RoomRole::Member, at)?;
    }
    work.insert(ROOMS, &room)?;
    room.room()
}
