//! The rooms one person is in.

use std::{cmp::Reverse, collections::HashMap};

use mongodb::bson::{Uuid, doc};
use shared::{MAX_MARKED_MEMBERS, MAX_UNREAD, MyRoom, RoomHead, RoomId, Timestamp, UserId};

use super::{
    failure::Failure,
    key::BsonId,
    marks,
    record::{MemberDocument, MessageRecord, RoomRecord},
    schema::{MEMBERS, MESSAGES, ROOMS},
    view::{Find, View},
};

async fn places(
    view: &mut View<'_>,
    user: UserId,
) -> Result<HashMap<Uuid, MemberDocument>, Failure> {
    let theirs = Find::by(doc! { "user": user.bson() });
    let places: Vec<MemberDocument> = view.all(MEMBERS, theirs).await?;
    Ok(places
        .into_iter()
        .map(|place| (place.room, place))
        .collect())
}

/// Who is in which rooms, of these people.
pub async fn places_of(
    view: &mut View<'_>,
    users: &[UserId],
) -> Result<Vec<(UserId, RoomId)>, Failure> {
    let users: Vec<Uuid> = users.iter().map(|user| user.bson()).collect();
    let theirs = Find::by(doc! { "user": { "$in": users } });
    let places: Vec<MemberDocument> = view.all(MEMBERS, theirs).await?;
    Ok(places
        .iter()
        .map(|place| (place.user_id(), place.room_id()))
        .collect())
}

async fn among(view: &mut View<'_>, ids: Vec<Uuid>) -> Result<Vec<RoomRecord>, Failure> {
    view.all(ROOMS, Find::by(doc! { "_id": { "$in": ids } }))
        .await
}

/// The rooms and their heads.
pub async fn heads(view: &mut View<'_>, user: UserId) -> Result<Vec<RoomHead>, Failure> {
    let places = places(view, user).await?;
    let rooms = among(view, places.into_keys().collect()).await?;
    let heads = rooms.iter().map(|room| RoomHead {
        id: room.room_id(),
        head: room.head(),
    });
    Ok(heads.collect())
}

/// The rooms as their member sees them, newest activity first.
pub async fn rooms(
    view: &mut View<'_>,
    user: UserId,
    active_since: Option<Timestamp>,
) -> Result<Vec<MyRoom>, Failure> {
    let places = places(view, user).await?;
    let mut rooms = among(view, places.keys().copied().collect()).await?;
    if let Some(since) = active_since {
        rooms.retain(|room| room.last_message_at >= Some(since.as_millis()));
    }
    rooms.sort_by_key(|room| {
        let active_at = room.last_message_at.unwrap_or(room.created_at);
        (Reverse(active_at), room.room_id())
    });
    let last: Vec<Uuid> = rooms.iter().filter_map(|room| room.last_message).collect();
    let last = Find::by(doc! { "_id": { "$in": last } });
    let mut last: HashMap<Uuid, MessageRecord> = view
        .all::<MessageRecord>(MESSAGES, last)
        .await?
        .into_iter()
        .map(|message| (message.id, message))
        .collect();
    let mut mine = Vec::with_capacity(rooms.len());
    for room in rooms {
        let Some(place) = places.get(&room.id) else {
            continue;
        };
        let last_message = room.last_message.and_then(|id| last.remove(&id));
        let has_news = last_message
            .as_ref()
            .is_some_and(|message| message.seq > place.read);
        let unread = if has_news {
            unread(view, user, place).await?
        } else {
            0
        };
        let is_large = room.name.is_some() && room.member_count() > MAX_MARKED_MEMBERS;
        let ticks = if is_large {
            marks::ticks(view, room.room_id()).await?
        } else {
            None
        };
        mine.push(MyRoom {
            room: room.room()?,
            last_message: last_message.map(Into::into),
            unread,
            marks: place.marks(),
            my_role: place.role,
            ticks,
        });
    }
    Ok(mine)
}

/// Counted no further than anybody is shown.
async fn unread(view: &mut View<'_>, user: UserId, place: &MemberDocument) -> Result<u32, Failure> {
    let news = doc! {
        "room": place.room,
        "seq": { "$gt": place.read },
        "author": { "$ne": user.bson() },
        "deleted_at": null,
    };
    view.count(MESSAGES, news, MAX_UNREAD).await
}
