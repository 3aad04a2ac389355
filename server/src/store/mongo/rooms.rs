//! Rooms with a name, and where each question about rooms is answered.

use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use shared::{
    Marks, MyRoom, Room, RoomHead, RoomId, RoomRole, RoomUpdate, Ticks, Timestamp, UserId,
    Visibility,
};

use super::{
    MongoStore, accounts, bans,
    commits::{Echo, glance},
    direct,
    failure::Failure,
    key::{BsonId, pair, private_key, public_key},
    marks, members, mine,
    record::{BanDocument, MemberDocument, RoomRecord},
    schema::{BANS, GARBAGE, MEMBERS, ROOMS},
    view::{Find, View},
    work::Work,
};
use crate::store::{
    Access, BanRecord, Change, Joined, MarkMove, MemberFilter, MemberRecord, NewRoomRecord,
    RoomKey, Rooms, StoreError,
};

#[async_trait]
impl Rooms for MongoStore {
    async fn create_room(&self, room: NewRoomRecord, owner: UserId) -> Result<Room, StoreError> {
        let room = &room;
        self.commit(Echo::Awaited, Some(owner.bson()), move |work| {
            Box::pin(async move { create(work, room, owner).await })
        })
        .await
    }

    async fn direct_room(
        &self,
        pair: [UserId; 2],
        id: RoomId,
        at: Timestamp,
    ) -> Result<Room, StoreError> {
        self.commit(Echo::Awaited, Some(pair[0].bson()), move |work| {
            Box::pin(async move { direct::find_or_create(work, pair, id, at).await })
        })
        .await
    }

    async fn access(&self, reader: UserId, room: RoomKey) -> Result<Option<Access>, StoreError> {
        let room = &room;
        self.read(move |view| Box::pin(async move { access(view, reader, room).await }))
            .await
    }

    async fn my_rooms(
        &self,
        user: UserId,
        active_since: Option<Timestamp>,
    ) -> Result<Vec<MyRoom>, StoreError> {
        self.read(move |view| Box::pin(async move { mine::rooms(view, user, active_since).await }))
            .await
    }

    async fn room_heads(&self, user: UserId) -> Result<Vec<RoomHead>, StoreError> {
        self.read(move |view| Box::pin(async move { mine::heads(view, user).await }))
            .await
    }

    async fn rooms_of(&self, users: &[UserId]) -> Result<Vec<(UserId, RoomId)>, StoreError> {
        self.refuse_when_closed()?;
        glance(&self.db, move |view| {
            Box::pin(async move { mine::places_of(view, users).await })
        })
        .await
    }

    async fn are_members(&self, places: &[(RoomId, UserId)]) -> Result<Vec<bool>, StoreError> {
        self.refuse_when_closed()?;
        glance(&self.db, move |view| {
            Box::pin(async move { mine::are_members(view, places).await })
        })
        .await
    }

    async fn joinable_rooms(
        &self,
        user: UserId,
        q: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Room>, StoreError> {
        self.refuse_when_closed()?;
        glance(&self.db, move |view| {
            Box::pin(async move { joinable(view, user, q, limit).await })
        })
        .await
    }

    async fn update_room(&self, room: RoomId, update: RoomUpdate) -> Result<Room, StoreError> {
        let update = &update;
        self.commit(Echo::Awaited, Some(room.bson()), move |work| {
            Box::pin(async move { change(work, room, update).await })
        })
        .await
    }

    async fn delete_room(&self, room: RoomId) -> Result<(), StoreError> {
        let lobby = self.identity.lobby;
        self.commit(Echo::Awaited, Some(room.bson()), move |work| {
            Box::pin(async move {
                find_named(&mut work.view, room).await?;
                if room == lobby {
                    return Err(StoreError::NotFound.into());
                }
                erase(work, room)
            })
        })
        .await?;
        self.remove_messages(room).await;
        Ok(())
    }

    async fn add_member(
        &self,
        room: RoomId,
        user: UserId,
        at: Timestamp,
    ) -> Result<Joined, StoreError> {
        self.commit(Echo::Awaited, Some(room.bson()), move |work| {
            Box::pin(async move { members::join(work, room, user, at).await })
        })
        .await
    }

    async fn remove_member(
        &self,
        room: RoomId,
        user: UserId,
        below: Option<RoomRole>,
    ) -> Result<(), StoreError> {
        let is_empty = self
            .commit(Echo::Awaited, Some(room.bson()), move |work| {
                Box::pin(async move { members::remove(work, room, user, below).await })
            })
            .await?;
        if is_empty {
            self.remove_messages(room).await;
        }
        Ok(())
    }

    async fn set_role(
        &self,
        room: RoomId,
        user: UserId,
        role: RoomRole,
    ) -> Result<MemberRecord, StoreError> {
        self.commit(Echo::Awaited, Some(room.bson()), move |work| {
            Box::pin(async move { members::set_role(work, room, user, role).await })
        })
        .await
    }

    async fn ban(
        &self,
        room: RoomId,
        user: UserId,
        banned_by: UserId,
        below: RoomRole,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let is_empty = self
            .commit(Echo::Awaited, Some(room.bson()), move |work| {
                Box::pin(async move { bans::ban(work, room, user, banned_by, below, at).await })
            })
            .await?;
        if is_empty {
            self.remove_messages(room).await;
        }
        Ok(())
    }

    async fn unban(&self, room: RoomId, user: UserId) -> Result<(), StoreError> {
        self.commit(Echo::Ignored, Some(room.bson()), move |work| {
            Box::pin(async move {
                work.delete(BANS, doc! { "_id": pair(room, user) });
                Ok(())
            })
        })
        .await
    }

    async fn bans(&self, room: RoomId) -> Result<Vec<BanRecord>, StoreError> {
        self.refuse_when_closed()?;
        glance(&self.db, move |view| {
            Box::pin(async move { bans::list(view, room).await })
        })
        .await
    }

    async fn members(
        &self,
        room: RoomId,
        after: Option<&str>,
        limit: u32,
        filter: MemberFilter<'_>,
    ) -> Result<Vec<MemberRecord>, StoreError> {
        self.refuse_when_closed()?;
        glance(&self.db, move |view| {
            Box::pin(async move { members::page(view, room, after, limit, filter).await })
        })
        .await
    }

    async fn member(&self, room: RoomId, user: UserId) -> Result<Option<MemberRecord>, StoreError> {
        self.refuse_when_closed()?;
        glance(&self.db, move |view| {
            Box::pin(async move { members::find(view, room, user).await })
        })
        .await
    }

    async fn move_marks(&self, moves: &[MarkMove]) -> Result<Vec<Option<Marks>>, StoreError> {
        self.commit(Echo::Ignored, None, move |work| {
            Box::pin(async move { marks::advance(work, moves).await })
        })
        .await
    }

    async fn ticks(&self, room: RoomId) -> Result<Option<Ticks>, StoreError> {
        self.refuse_when_closed()?;
        glance(&self.db, move |view| {
            Box::pin(async move { marks::ticks(view, room).await })
        })
        .await
    }
}

/// The room with this id.
pub async fn find(view: &mut View<'_>, id: RoomId) -> Result<Option<RoomRecord>, Failure> {
    view.one(ROOMS, doc! { "_id": id.bson() }).await
}

/// The room with this id, if it has a name.
pub async fn find_named(view: &mut View<'_>, id: RoomId) -> Result<RoomRecord, Failure> {
    let found = find(view, id).await?.filter(|room| room.name.is_some());
    Ok(found.ok_or(StoreError::NotFound)?)
}

/// Writes how many members a room has. Whoever changes who may do what in a room writes at least
/// this, so that two of them at once are told from one after the other.
pub fn count(work: &mut Work<'_>, room: &RoomRecord) {
    work.set(ROOMS, room.id, doc! { "member_count": room.member_count });
}

async fn access(
    view: &mut View<'_>,
    reader: UserId,
    key: &RoomKey,
) -> Result<Option<Access>, Failure> {
    let filter = match key {
        RoomKey::Id(id) => doc! { "_id": id.bson() },
        RoomKey::Name(name) => doc! { "key": public_key(name) },
    };
    let Some(room) = view.one::<RoomRecord>(ROOMS, filter).await? else {
        return Ok(None);
    };
    let place = doc! { "_id": pair(room.room_id(), reader) };
    let membership: Option<MemberDocument> = view.one(MEMBERS, place.clone()).await?;
    Ok(Some(Access {
        room: room.room()?,
        membership: membership.map(|member| member.membership()),
        is_banned: view.has(BANS, place).await?,
    }))
}

async fn joinable(
    view: &mut View<'_>,
    user: UserId,
    q: Option<&str>,
    limit: u32,
) -> Result<Vec<Room>, Failure> {
    let theirs = Find::by(doc! { "user": user.bson() });
    let is_in: Vec<MemberDocument> = view.all(MEMBERS, theirs.clone()).await?;
    let is_banned: Vec<BanDocument> = view.all(BANS, theirs).await?;
    let mut not: Vec<_> = is_in.into_iter().map(|member| member.room).collect();
    not.extend(is_banned.into_iter().map(|ban| ban.room));
    let mut filter = doc! { "visibility": "public", "_id": { "$nin": not } };
    if let Some(q) = q {
        let anywhere: Vec<Document> = ["name", "title", "topic"]
            .into_iter()
            .map(|field| contains(field, q))
            .collect();
        filter.insert("$or", anywhere);
    }
    let find = Find::by(filter).sorted(doc! { "name": 1 }).at_most(limit);
    let found: Vec<RoomRecord> = view.all(ROOMS, find).await?;
    found.iter().map(RoomRecord::room).collect()
}

/// `$toLower` knows ASCII only, and `$indexOfBytes` no pattern. An absent text contains nothing.
fn contains(field: &str, q: &str) -> Document {
    let text = doc! { "$toLower": { "$ifNull": [format!("${field}"), ""] } };
    let q = doc! { "$literal": q.to_ascii_lowercase() };
    let at = doc! { "$indexOfBytes": [text, q] };
    let has_text = doc! { "$ne": [{ "$ifNull": [format!("${field}"), null] }, null] };
    doc! { "$expr": { "$and": [has_text, { "$gte": [at, 0] }] } }
}

async fn refuse_taken_name(view: &mut View<'_>, key: &str, but: RoomId) -> Result<(), Failure> {
    let other = doc! { "key": key, "_id": { "$ne": but.bson() } };
    if view.has(ROOMS, other).await? {
        return Err(StoreError::RoomNameTaken.into());
    }
    Ok(())
}

/// A text that is there.
fn text(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

async fn create(work: &mut Work<'_>, new: &NewRoomRecord, owner: UserId) -> Result<Room, Failure> {
    let key = match new.visibility {
        Visibility::Public => public_key(&new.name),
        Visibility::Private => private_key(new.id),
    };
    refuse_taken_name(&mut work.view, &key, new.id).await?;
    let account = accounts::live(&mut work.view, owner).await?;
    members::refuse_too_many(&mut work.view, owner).await?;
    let mut room = RoomRecord {
        id: new.id.bson(),
        key,
        name: Some(new.name.as_str().to_owned()),
        title: new.title.as_ref().and_then(|title| text(title.as_str())),
        topic: new.topic.as_ref().and_then(|topic| text(topic.as_str())),
        visibility: Some(new.visibility),
        pair: None,
        member_count: 0,
        head: 0,
        last_message: None,
        last_message_at: None,
        created_at: new.created_at.as_millis(),
    };
    members::put(work, &mut room, &account, RoomRole::Owner, new.created_at)?;
    work.insert(ROOMS, &room)?;
    room.room()
}

async fn change(work: &mut Work<'_>, id: RoomId, update: &RoomUpdate) -> Result<Room, Failure> {
    let before = find_named(&mut work.view, id).await?;
    let mut after = before.clone();
    if let Some(name) = &update.name {
        after.name = Some(name.as_str().to_owned());
    }
    if let Some(title) = &update.title {
        after.title = text(title.as_str());
    }
    if let Some(topic) = &update.topic {
        after.topic = text(topic.as_str());
    }
    after.visibility = update.visibility.or(before.visibility);
    let room = after.named()?;
    after.key = match room.visibility {
        Visibility::Public => public_key(&room.name),
        Visibility::Private => private_key(id),
    };
    refuse_taken_name(&mut work.view, &after.key, id).await?;
    let room = Room::Room(room);
    if room != before.room()? {
        let visibility =
            mongodb::bson::serialize_to_bson(&after.visibility).map_err(Failure::unreadable)?;
        work.set(
            ROOMS,
            after.id,
            doc! {
                "key": after.key,
                "name": after.name,
                "title": after.title,
                "topic": after.topic,
                "visibility": visibility,
            },
        );
        work.announce(Change::RoomChanged(room.clone()));
    }
    Ok(room)
}

/// Takes a room away with everybody in it. Its messages, which may be very many, can be reached by
/// nobody from then on; they are removed afterwards, after a crash too.
pub fn erase(work: &mut Work<'_>, room: RoomId) -> Result<(), Failure> {
    work.delete(ROOMS, doc! { "_id": room.bson() });
    work.delete(MEMBERS, doc! { "room": room.bson() });
    work.delete(BANS, doc! { "room": room.bson() });
    work.insert(GARBAGE, &doc! { "_id": room.bson() })?;
    work.announce(Change::RoomDeleted(room));
    Ok(())
}
