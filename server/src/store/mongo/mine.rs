//! The rooms one person is in.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use mongodb::bson::{Binary, Uuid, doc};
use shared::{MAX_MARKED_MEMBERS, MAX_UNREAD, MyRoom, RoomHead, RoomId, Timestamp, UserId};

use super::{
    failure::Failure,
    key::{BsonId, pair},
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
    let mut heads = heads_of(view, &[user]).await?;
    Ok(heads.remove(&user).unwrap_or_default())
}

/// The same of many people; who is in none has no entry.
pub async fn heads_of(
    view: &mut View<'_>,
    users: &[UserId],
) -> Result<HashMap<UserId, Vec<RoomHead>>, Failure> {
    let places = places_of(view, users).await?;
    let rooms: HashSet<RoomId> = places.iter().map(|(_, room)| *room).collect();
    let rooms = among(view, rooms.into_iter().map(BsonId::bson).collect()).await?;
    let counters: HashMap<RoomId, u64> = rooms
        .iter()
        .map(|room| (room.room_id(), room.head()))
        .collect();
    let mut heads: HashMap<UserId, Vec<RoomHead>> = HashMap::new();
    for (user, id) in places {
        if let Some(&head) = counters.get(&id) {
            heads.entry(user).or_default().push(RoomHead { id, head });
        }
    }
    Ok(heads)
}

/// Whether each is in the room beside it.
pub async fn are_members(
    view: &mut View<'_>,
    places: &[(RoomId, UserId)],
) -> Result<Vec<bool>, Failure> {
    let keys: Vec<Binary> = places
        .iter()
        .map(|(room, user)| pair(*room, *user))
        .collect();
    let named = Find::by(doc! { "_id": { "$in": keys } });
    let found: Vec<MemberDocument> = view.all(MEMBERS, named).await?;
    let found: HashSet<(RoomId, UserId)> = found
        .iter()
        .map(|place| (place.room_id(), place.user_id()))
        .collect();
    Ok(places.iter().map(|place| found.contains(place)).collect())
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
