//! Rooms with a name, and where each question about rooms is answered.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use shared::{
    Marks, MyRoom, NamedRoom, Room, RoomHead, RoomId, RoomName, RoomRole, RoomUpdate, Ticks,
    Timestamp, UserId, Visibility,
};

use crate::store::{
    Access, BanRecord, Change, Joined, MarkMove, MemberFilter, MemberRecord, NewRoomRecord,
    RoomKey, Rooms, StoreError,
};

use super::{
    SqliteStore, accounts, bans, direct, log, marks, members, mine,
    rows::{self, Word, membership_columns, room_columns},
    writer::Write,
};

pub(super) const BY_ID: &str = concat!("SELECT ", room_columns!(), " FROM rooms WHERE id = ?1");

macro_rules! access {
    ($rooms:literal) => {
        concat!(
            "SELECT ",
            room_columns!(),
            ", bans.user IS NOT NULL, ",
            membership_columns!(),
            " FROM rooms
             LEFT JOIN members ON members.room = rooms.id AND members.user = ?1
             LEFT JOIN bans ON bans.room = rooms.id AND bans.user = ?1
             WHERE ",
            $rooms
        )
    };
}
pub(super) const ACCESS_BY_ID: &str = access!("rooms.id = ?2");
pub(super) const ACCESS_BY_NAME: &str = access!("rooms.name = ?2 AND rooms.visibility = 'public'");

pub(super) const JOINABLE: &str = concat!(
    "SELECT ",
    room_columns!(),
    " FROM rooms
     WHERE visibility = 'public'
       AND NOT EXISTS (SELECT 1 FROM members WHERE room = rooms.id AND user = ?1)
       AND NOT EXISTS (SELECT 1 FROM bans WHERE room = rooms.id AND user = ?1)
       AND (?2 IS NULL OR instr(name, lower(?2)) OR instr(lower(title), lower(?2))
            OR instr(lower(topic), lower(?2)))
     ORDER BY name LIMIT ?3"
);

#[async_trait]
impl Rooms for SqliteStore {
    async fn create_room(&self, room: NewRoomRecord, owner: UserId) -> Result<Room, StoreError> {
        self.write(move |write| create(write, &room, owner)).await
    }

    async fn direct_room(
        &self,
        pair: [UserId; 2],
        id: RoomId,
        at: Timestamp,
    ) -> Result<Room, StoreError> {
        self.write(move |write| direct::find_or_create(write, pair, id, at))
            .await
    }

    async fn access(&self, reader: UserId, room: RoomKey) -> Result<Option<Access>, StoreError> {
        self.read(move |conn| access(conn, reader, &room)).await
    }

    async fn my_rooms(
        &self,
        user: UserId,
        active_since: Option<Timestamp>,
    ) -> Result<Vec<MyRoom>, StoreError> {
        self.read(move |conn| mine::rooms(conn, user, active_since))
            .await
    }

    async fn room_heads(&self, user: UserId) -> Result<Vec<RoomHead>, StoreError> {
        self.read(move |conn| mine::heads(conn, user)).await
    }

    async fn rooms_of(&self, users: &[UserId]) -> Result<Vec<(UserId, RoomId)>, StoreError> {
        let users = rows::id_list(users);
        self.read(move |conn| mine::places(conn, &users)).await
    }

    async fn are_members(&self, places: &[(RoomId, UserId)]) -> Result<Vec<bool>, StoreError> {
        let places = places.to_vec();
        self.read(move |conn| {
            let mut query = conn.prepare_cached(log::IS_MEMBER)?;
            let mut is_in = |(room, user): (RoomId, UserId)| {
                Ok(query.exists([room.as_uuid(), user.as_uuid()])?)
            };
            places.into_iter().map(&mut is_in).collect()
        })
        .await
    }

    async fn joinable_rooms(
        &self,
        user: UserId,
        q: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Room>, StoreError> {
        let q = q.map(str::to_owned);
        self.read(move |conn| {
            let mut query = conn.prepare_cached(JOINABLE)?;
            let found =
                query.query_map(params![user.as_uuid(), q, limit], |row| rows::room(row, 0))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn update_room(&self, room: RoomId, update: RoomUpdate) -> Result<Room, StoreError> {
        self.write(move |write| change(write, room, &update)).await
    }

    async fn delete_room(&self, room: RoomId) -> Result<(), StoreError> {
        self.write(move |write| {
            find_named(write.conn, room)?;
            if room == write.lobby {
                return Err(StoreError::NotFound);
            }
            erase(write, room)
        })
        .await
    }

    async fn add_member(
        &self,
        room: RoomId,
        user: UserId,
        at: Timestamp,
    ) -> Result<Joined, StoreError> {
        self.write(move |write| members::join(write, room, user, at))
            .await
    }

    async fn remove_member(
        &self,
        room: RoomId,
        user: UserId,
        below: Option<RoomRole>,
    ) -> Result<(), StoreError> {
        self.write(move |write| members::remove(write, room, user, below))
            .await
    }

    async fn set_role(
        &self,
        room: RoomId,
        user: UserId,
        role: RoomRole,
    ) -> Result<MemberRecord, StoreError> {
        self.write(move |write| members::set_role(write, room, user, role))
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
        self.write(move |write| bans::ban(write, room, user, banned_by, below, at))
            .await
    }

    async fn unban(&self, room: RoomId, user: UserId) -> Result<(), StoreError> {
        self.write(move |write| bans::lift(write.conn, room, user))
            .await
    }

    async fn bans(&self, room: RoomId) -> Result<Vec<BanRecord>, StoreError> {
        self.read(move |conn| bans::list(conn, room)).await
    }

    async fn members(
        &self,
        room: RoomId,
        after: Option<&str>,
        limit: u32,
        filter: MemberFilter<'_>,
    ) -> Result<Vec<MemberRecord>, StoreError> {
        let after = after.unwrap_or_default().to_owned();
        let (among, except) = match filter {
            MemberFilter::All => (None, None),
            MemberFilter::Among(ids) => (Some(rows::id_list(ids)), None),
            MemberFilter::Except(ids) => (None, Some(rows::id_list(ids))),
        };
        self.read(move |conn| {
            let mut query = conn.prepare_cached(members::PAGE)?;
            let found = query.query_map(
                params![room.as_uuid(), after, limit, among, except],
                rows::member,
            )?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn member(&self, room: RoomId, user: UserId) -> Result<Option<MemberRecord>, StoreError> {
        self.read(move |conn| members::find(conn, room, user)).await
    }

    async fn move_marks(&self, moves: &[MarkMove]) -> Result<Vec<Option<Marks>>, StoreError> {
        let moves = moves.to_vec();
        self.write(move |write| marks::advance(write, &moves)).await
    }

    async fn ticks(&self, room: RoomId) -> Result<Option<Ticks>, StoreError> {
        self.read(move |conn| marks::ticks(conn, room)).await
    }
}

/// The room with this id.
pub fn find(conn: &Connection, id: RoomId) -> Result<Option<Room>, StoreError> {
    let mut query = conn.prepare_cached(BY_ID)?;
    Ok(query
        .query_row([id.as_uuid()], |row| rows::room(row, 0))
        .optional()?)
}

/// The room with this id, if it has a name.
pub fn find_named(conn: &Connection, id: RoomId) -> Result<NamedRoom, StoreError> {
    match find(conn, id)? {
        Some(Room::Room(room)) => Ok(room),
        Some(Room::Direct(_)) | None => Err(StoreError::NotFound),
    }
}

fn access(conn: &Connection, reader: UserId, key: &RoomKey) -> Result<Option<Access>, StoreError> {
    let (sql, key): (_, &dyn rusqlite::ToSql) = match key {
        RoomKey::Id(id) => (ACCESS_BY_ID, &id.as_uuid()),
        RoomKey::Name(name) => (ACCESS_BY_NAME, &name.as_str()),
    };
    let mut query = conn.prepare_cached(sql)?;
    let found = query.query_row(params![reader.as_uuid(), key], |row| {
        let is_member = row.get::<_, Option<String>>(11)?.is_some();
        Ok(Access {
            room: rows::room(row, 0)?,
            membership: is_member.then(|| rows::membership(row, 11)).transpose()?,
            is_banned: row.get(10)?,
        })
    });
    Ok(found.optional()?)
}

fn refuse_taken_name(conn: &Connection, name: &RoomName, but: RoomId) -> Result<(), StoreError> {
    let mut query = conn.prepare_cached(
        "SELECT 1 FROM rooms WHERE name = ?1 AND visibility = 'public' AND id <> ?2",
    )?;
    if query.exists(params![name.as_str(), but.as_uuid()])? {
        return Err(StoreError::RoomNameTaken);
    }
    Ok(())
}

fn create(write: &mut Write<'_>, new: &NewRoomRecord, owner: UserId) -> Result<Room, StoreError> {
    if new.visibility == Visibility::Public {
        refuse_taken_name(write.conn, &new.name, new.id)?;
    }
    accounts::live(write.conn, owner)?;
    members::refuse_too_many(write.conn, owner)?;
    let mut insert = write.conn.prepare_cached(
        "INSERT INTO rooms (id, name, title, topic, visibility, created_at)
         VALUES (?1, ?2, nullif(?3, ''), nullif(?4, ''), ?5, ?6)",
    )?;
    insert.execute(params![
        new.id.as_uuid(),
        new.name.as_str(),
        new.title.as_ref().map(shared::Title::as_str),
        new.topic.as_ref().map(shared::Topic::as_str),
        new.visibility.word(),
        new.created_at.as_millis(),
    ])?;
    members::put(write, new.id, owner, RoomRole::Owner, new.created_at)?;
    find(write.conn, new.id)?.ok_or(StoreError::NotFound)
}

fn change(write: &mut Write<'_>, id: RoomId, update: &RoomUpdate) -> Result<Room, StoreError> {
    let before = find_named(write.conn, id)?;
    let visibility = update.visibility.unwrap_or(before.visibility);
    if visibility == Visibility::Public {
        refuse_taken_name(write.conn, update.name.as_ref().unwrap_or(&before.name), id)?;
    }
    let mut statement = write.conn.prepare_cached(
        "UPDATE rooms SET
             name = ifnull(?2, name),
             title = nullif(ifnull(?3, title), ''),
             topic = nullif(ifnull(?4, topic), ''),
             visibility = ?5
         WHERE id = ?1",
    )?;
    statement.execute(params![
        id.as_uuid(),
        update.name.as_ref().map(RoomName::as_str),
        update.title.as_ref().map(shared::Title::as_str),
        update.topic.as_ref().map(shared::Topic::as_str),
        visibility.word(),
    ])?;
    let after = find_named(write.conn, id)?;
    let is_changed = after != before;
    let room = Room::Room(after);
    if is_changed {
        write.announce(Change::RoomChanged(room.clone()));
    }
    Ok(room)
}

/// Takes a room away with everything in it.
pub fn erase(write: &mut Write<'_>, room: RoomId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM messages WHERE room = ?1",
        "DELETE FROM members WHERE room = ?1",
        "DELETE FROM bans WHERE room = ?1",
        "DELETE FROM rooms WHERE id = ?1",
    ] {
        write.conn.prepare_cached(sql)?.execute([room.as_uuid()])?;
    }
    write.announce(Change::RoomDeleted(room));
    Ok(())
}
