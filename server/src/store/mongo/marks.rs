//! How far people have got.

use std::collections::HashMap;

use mongodb::bson::{Binary, doc};
use shared::{Lowest, Marks, RoomId, Ticks, UserId};

use super::{
    failure::Failure,
    key::{BsonId, number, pair},
    record::{MemberDocument, RoomRecord},
    schema::{MEMBERS, ROOMS},
    view::{Find, View},
    work::Work,
};
use crate::store::{Change, MarkMove};

/// Moves marks forward; each one's afterwards, in the order asked.
pub async fn advance(
    work: &mut Work<'_>,
    moves: &[MarkMove],
) -> Result<Vec<Option<Marks>>, Failure> {
    let places: Vec<Binary> = moves.iter().map(|m| pair(m.room, m.user)).collect();
    let among = Find::by(doc! { "_id": { "$in": places } });
    let members: Vec<MemberDocument> = work.view.all(MEMBERS, among).await?;
    let rooms: Vec<_> = members.iter().map(|member| member.room).collect();
    let among = Find::by(doc! { "_id": { "$in": rooms } });
    let rooms: HashMap<RoomId, RoomRecord> = work
        .view
        .all::<RoomRecord>(ROOMS, among)
        .await?
        .into_iter()
        .map(|room| (room.room_id(), room))
        .collect();
    let mut marks: HashMap<(RoomId, UserId), Marks> = members
        .iter()
        .map(|member| ((member.room_id(), member.user_id()), member.marks()))
        .collect();
    for asked in moves {
        let MarkMove { room, user, .. } = *asked;
        let (Some(record), Some(before)) = (rooms.get(&room), marks.get_mut(&(room, user))) else {
            continue;
        };
        let after = asked.advance(*before, record.head());
        if after != *before {
            *before = after;
            work.set(
                MEMBERS,
                pair(room, user),
                doc! { "delivered": number(after.delivered), "read": number(after.read) },
            );
            work.announce(Change::MarksMoved {
                room,
                user,
                marks: after,
                member_count: record.member_count(),
            });
        }
    }
    let after = moves.iter().map(|m| marks.get(&(m.room, m.user)).copied());
    Ok(after.collect())
}

/// A room's lowest marks.
pub async fn ticks(view: &mut View<'_>, room: RoomId) -> Result<Option<Ticks>, Failure> {
    let delivered = lowest(view, room, "delivered", |marks| marks.delivered).await?;
    let read = lowest(view, room, "read", |marks| marks.read).await?;
    Ok(delivered
        .zip(read)
        .map(|(delivered, read)| Ticks { delivered, read }))
}

/// Two decide.
async fn lowest(
    view: &mut View<'_>,
    room: RoomId,
    field: &str,
    mark: fn(Marks) -> u64,
) -> Result<Option<Lowest>, Failure> {
    let find = Find::by(doc! { "room": room.bson() })
        .sorted(doc! { field: 1, "user": 1 })
        .at_most(2);
    let found: Vec<MemberDocument> = view.all(MEMBERS, find).await?;
    let marks = found.iter().map(|m| (m.user_id(), mark(m.marks())));
    Ok(Lowest::of(marks))
}
