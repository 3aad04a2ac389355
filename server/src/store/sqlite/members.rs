//! Who is in a room: joining, leaving, roles and who follows an owner.

use rusqlite::{Connection, OptionalExtension, params};
use shared::{MAX_ROOMS_PER_USER, RoomId, RoomRole, Timestamp, UserId};

use crate::store::{Change, Joined, MemberRecord, StoreError};

use super::{
    accounts, bans, rooms,
    rows::{self, Word, account_columns, membership_columns},
    writer::Write,
};

macro_rules! members {
    ($which:literal) => {
        concat!(
            "SELECT ",
            account_columns!(),
            ", ",
            membership_columns!(),
            " FROM members JOIN users ON users.id = members.user WHERE ",
            $which
        )
    };
}
pub(super) const ONE: &str = members!("members.room = ?1 AND members.user = ?2");
pub(super) const PAGE: &str = members!(
    "members.room = ?1 AND members.username > ?2
       AND (?4 IS NULL OR members.user IN (SELECT unhex(value) FROM json_each(?4)))
       AND (?5 IS NULL OR members.user NOT IN (SELECT unhex(value) FROM json_each(?5)))
     ORDER BY members.username LIMIT ?3"
);
pub(super) const HEIR: &str = "SELECT user FROM members WHERE room = ?1
     ORDER BY role = 'admin' DESC, joined_at, user LIMIT 1";

/// One member.
pub fn find(
    conn: &Connection,
    room: RoomId,
    user: UserId,
) -> Result<Option<MemberRecord>, StoreError> {
    let mut query = conn.prepare_cached(ONE)?;
    Ok(query
        .query_row([room.as_uuid(), user.as_uuid()], rows::member)
        .optional()?)
}

/// A member of a room that has a name.
fn find_in_named(
    conn: &Connection,
    room: RoomId,
    user: UserId,
) -> Result<MemberRecord, StoreError> {
    if rooms::find_named(conn, room).is_err() {
        return Err(StoreError::NotMember);
    }
    find(conn, room, user)?.ok_or(StoreError::NotMember)
}

/// Puts somebody who is not in it into a room, with both marks at its head.
pub fn put(
    write: &mut Write<'_>,
    room: RoomId,
    user: UserId,
    role: RoomRole,
    at: Timestamp,
) -> Result<(), StoreError> {
    let mut insert = write.conn.prepare_cached(
        "INSERT INTO members (room, user, username, role, joined_at, delivered, read)
         SELECT rooms.id, users.id, users.username, ?3, ?4, rooms.head, rooms.head
         FROM rooms, users WHERE rooms.id = ?1 AND users.id = ?2",
    )?;
    insert.execute(params![
        room.as_uuid(),
        user.as_uuid(),
        role.word(),
        at.as_millis()
    ])?;
    let room = rooms::find(write.conn, room)?.ok_or(StoreError::NotFound)?;
    write.announce(Change::MemberJoined { room, user });
    Ok(())
}

/// Refuses who is in as many rooms as one may be; private conversations don't count.
pub fn refuse_too_many(conn: &Connection, user: UserId) -> Result<(), StoreError> {
    let mut query = conn.prepare_cached(
        "SELECT count(*) FROM members JOIN rooms ON rooms.id = members.room
         WHERE members.user = ?1 AND rooms.name IS NOT NULL",
    )?;
    let rooms = query.query_row([user.as_uuid()], |row| rows::count(row, 0))?;
    if rooms >= MAX_ROOMS_PER_USER {
        return Err(StoreError::TooManyRooms);
    }
    Ok(())
}

/// Puts somebody into a named room, if they may be.
pub fn join(
    write: &mut Write<'_>,
    room: RoomId,
    user: UserId,
    at: Timestamp,
) -> Result<Joined, StoreError> {
    rooms::find_named(write.conn, room)?;
    if let Some(member) = find(write.conn, room, user)? {
        return Ok(Joined::Already(member));
    }
    accounts::live(write.conn, user)?;
    if bans::is_banned(write.conn, room, user)? {
        return Err(StoreError::Banned);
    }
    refuse_too_many(write.conn, user)?;
    put(write, room, user, RoomRole::Member, at)?;
    find(write.conn, room, user)?
        .map(Joined::New)
        .ok_or(StoreError::NotFound)
}

/// Takes somebody out of a named room, where their role is below `below`.
pub fn remove(
    write: &mut Write<'_>,
    room: RoomId,
    user: UserId,
    below: Option<RoomRole>,
) -> Result<(), StoreError> {
    let role = find_in_named(write.conn, room, user)?.membership.role;
    if below.is_some_and(|below| role >= below) {
        return Err(StoreError::NotMember);
    }
    take_out(write, room, user, role)
}

/// Takes somebody out of every room with a name.
pub fn take_out_of_all(write: &mut Write<'_>, user: UserId) -> Result<(), StoreError> {
    let mut query = write.conn.prepare_cached(
        "SELECT members.room, members.role FROM members JOIN rooms ON rooms.id = members.room
         WHERE members.user = ?1 AND rooms.name IS NOT NULL",
    )?;
    let places: Vec<(RoomId, RoomRole)> = query
        .query_map([user.as_uuid()], |row| {
            Ok((rows::room_id(row, 0)?, rows::word(row, 1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (room, role) in places {
        take_out(write, room, user, role)?;
    }
    Ok(())
}

/// Takes a member out: an owner is followed, an empty room deleted.
fn take_out(
    write: &mut Write<'_>,
    room: RoomId,
    user: UserId,
    role: RoomRole,
) -> Result<(), StoreError> {
    let mut delete = write
        .conn
        .prepare_cached("DELETE FROM members WHERE room = ?1 AND user = ?2")?;
    delete.execute([room.as_uuid(), user.as_uuid()])?;
    write.announce(Change::MemberLeft { room, user });
    if role != RoomRole::Owner {
        // Only the lobby has no owner, and it stays.
        return Ok(());
    }
    let mut query = write.conn.prepare_cached(HEIR)?;
    match query
        .query_row([room.as_uuid()], |row| rows::user_id(row, 0))
        .optional()?
    {
        Some(heir) => give_role(write, room, heir, RoomRole::Owner),
        None => rooms::erase(write, room),
    }
}

fn give_role(
    write: &mut Write<'_>,
    room: RoomId,
    user: UserId,
    role: RoomRole,
) -> Result<(), StoreError> {
    let mut update = write
        .conn
        .prepare_cached("UPDATE members SET role = ?3 WHERE room = ?1 AND user = ?2")?;
    update.execute(params![room.as_uuid(), user.as_uuid(), role.word()])?;
    write.announce(Change::RoleChanged { room, user });
    Ok(())
}

/// Makes a plain member an admin or back.
pub fn set_role(
    write: &mut Write<'_>,
    room: RoomId,
    user: UserId,
    role: RoomRole,
) -> Result<MemberRecord, StoreError> {
    let member = find_in_named(write.conn, room, user)?;
    if role == RoomRole::Owner || member.membership.role == RoomRole::Owner {
        return Err(StoreError::NotMember);
    }
    if member.membership.role == role {
        return Ok(member);
    }
    give_role(write, room, user, role)?;
    find(write.conn, room, user)?.ok_or(StoreError::NotMember)
}
