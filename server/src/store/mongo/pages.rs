//! Reading a room's log: pages of history by `seq`, of changes by `rev`, each one range of an
//! index and one snapshot with the head.

use mongodb::bson::{Document, doc};
use shared::{Message, RoomId, UserId};

use super::{
    failure::Failure,
    key::{BsonId, number, pair},
    record::{MessageRecord, RoomRecord},
    schema::{MEMBERS, MESSAGES, ROOMS},
    view::{Find, View},
};
use crate::store::{Changes, Page, PageAt, StoreError};

async fn head(view: &mut View<'_>, reader: UserId, room: RoomId) -> Result<u64, Failure> {
    let place = doc! { "_id": pair(room, reader) };
    if !view.has(MEMBERS, place).await? {
        return Err(StoreError::NotMember.into());
    }
    let found = view
        .one::<RoomRecord>(ROOMS, doc! { "_id": room.bson() })
        .await?;
    Ok(found.ok_or(StoreError::NotMember)?.head())
}

/// Up to `limit` messages of one range, in its order, and whether it has more.
async fn range(
    view: &mut View<'_>,
    filter: Document,
    sort: Document,
    limit: u32,
) -> Result<(Vec<Message>, bool), Failure> {
    let find = Find::by(filter).sorted(sort).at_most(limit + 1);
    let found: Vec<MessageRecord> = view.all(MESSAGES, find).await?;
    let has_more = found.len() > limit as usize;
    let messages = found.into_iter().take(limit as usize).map(Message::from);
    Ok((messages.collect(), has_more))
}

async fn below(
    view: &mut View<'_>,
    room: RoomId,
    seq: u64,
    limit: u32,
) -> Result<(Vec<Message>, bool), Failure> {
    let filter = doc! { "room": room.bson(), "seq": { "$lt": number(seq) } };
    let (mut messages, has_more) = range(view, filter, doc! { "seq": -1 }, limit).await?;
    messages.reverse();
    Ok((messages, has_more))
}

async fn above(
    view: &mut View<'_>,
    room: RoomId,
    seq: u64,
    limit: u32,
) -> Result<(Vec<Message>, bool), Failure> {
    let filter = doc! { "room": room.bson(), "seq": { "$gt": number(seq) } };
    range(view, filter, doc! { "seq": 1 }, limit).await
}

/// A page of history, oldest first.
pub async fn page(
    view: &mut View<'_>,
    reader: UserId,
    room: RoomId,
    at: PageAt,
    limit: u32,
) -> Result<Page, Failure> {
    let head = head(view, reader, room).await?;
    let mut has_newer = false;
    let (messages, has_more) = match at {
        PageAt::End => below(view, room, u64::MAX, limit).await?,
        PageAt::Before(seq) => below(view, room, seq, limit).await?,
        PageAt::After(seq) => above(view, room, seq, limit).await?,
        PageAt::Around(seq) => {
            let half = limit.saturating_sub(1) / 2;
            let (mut messages, has_more) = below(view, room, seq, half).await?;
            let itself = doc! { "room": room.bson(), "seq": number(seq) };
            messages.extend(range(view, itself, doc! {}, limit.min(1)).await?.0);
            let (newer, more_above) = above(view, room, seq, half).await?;
            messages.extend(newer);
            has_newer = more_above;
            (messages, has_more)
        }
    };
    Ok(Page {
        messages,
        head,
        has_more,
        has_newer,
    })
}

/// A page of changes, by `rev`.
pub async fn changes(
    view: &mut View<'_>,
    reader: UserId,
    room: RoomId,
    since: u64,
    limit: u32,
) -> Result<Changes, Failure> {
    let head = head(view, reader, room).await?;
    let filter = doc! { "room": room.bson(), "rev": { "$gt": number(since) } };
    let (messages, has_more) = range(view, filter, doc! { "rev": 1 }, limit).await?;
    Ok(Changes {
        messages,
        head,
        has_more,
    })
}
