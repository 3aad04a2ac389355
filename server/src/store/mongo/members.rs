//! Who is in a room: joining, leaving, roles and who follows an owner.

use std::collections::HashMap;

use mongodb::bson::{Bson, doc, serialize_to_bson};
use shared::{MAX_ROOMS_PER_USER, RoomId, RoomRole, Timestamp, UserId};

use super::{
    accounts,
    failure::Failure,
    key::{BsonId, pair},
    record::{MemberDocument, RoomRecord},
    rooms,
    schema::{BANS, MEMBERS, USERS},
    view::{Find, View},
    work::Work,
};
use crate::store::{Account, Change, Joined, MemberFilter, MemberRecord, StoreError};

async fn place(
    view: &mut View<'_>,
    room: RoomId,
    user: UserId,
) -> Result<Option<MemberDocument>, Failure> {
    view.one(MEMBERS, doc! { "_id": pair(room, user) }).await
}

/// One member.
pub async fn find(
    view: &mut View<'_>,
    room: RoomId,
    user: UserId,
) -> Result<Option<MemberRecord>, Failure> {
    let Some(member) = place(view, room, user).await? else {
        return Ok(None);
    };
    let account = accounts::find(view, user).await?;
    Ok(account.map(|account| member.with(account)))
}

/// A page of members by username.
pub async fn page(
    view: &mut View<'_>,
    room: RoomId,
    after: Option<&str>,
    limit: u32,
    filter: MemberFilter<'_>,
) -> Result<Vec<MemberRecord>, Failure> {
    let ids = |ids: &[UserId]| ids.iter().map(|id| id.bson()).collect::<Vec<_>>();
    let mut which = doc! {
        "room": room.bson(),
        "username": { "$gt": after.unwrap_or_default() },
    };
    match filter {
        MemberFilter::All => {}
        MemberFilter::Among(among) => {
            which.insert("user", doc! { "$in": ids(among) });
        }
        MemberFilter::Except(except) => {
            which.insert("user", doc! { "$nin": ids(except) });
        }
    }
    let find = Find::by(which)
        .sorted(doc! { "username": 1 })
        .at_most(limit);
    let members: Vec<MemberDocument> = view.all(MEMBERS, find).await?;
    let users: Vec<UserId> = members.iter().map(MemberDocument::user_id).collect();
    let mut accounts: HashMap<UserId, Account> = accounts::among(view, &users)
        .await?
        .into_iter()
        .map(|account| (account.id, account))
        .collect();
    let records = members.into_iter().filter_map(|member| {
        let account = accounts.remove(&member.user_id())?;
        Some(member.with(account))
    });
    Ok(records.collect())
}

/// Puts somebody who is not in it into a room, with both marks at its head, and counts them; the
/// caller writes the room.
pub fn put(
    work: &mut Work<'_>,
    room: &mut RoomRecord,
    account: &Account,
    role: RoomRole,
    at: Timestamp,
) -> Result<(), Failure> {
    room.member_count += 1;
    work.insert(MEMBERS, &document(room, account, role, at))?;
    // Who deletes the account meanwhile, or puts it into another room, writes it too: of the two
    // one begins again and sees the other.
    work.set(USERS, account.id.bson(), doc! { "last_joined": room.id });
    work.announce(Change::MemberJoined {
        room: room.room()?,
        user: account.id,
    });
    Ok(())
}

fn document(room: &RoomRecord, account: &Account, role: RoomRole, at: Timestamp) -> MemberDocument {
    MemberDocument {
        id: pair(room.room_id(), account.id),
        room: room.id,
        user: account.id.bson(),
        username: account.username.as_str().to_owned(),
        is_named: room.name.is_some(),
        role,
        joined_at: at.as_millis(),
        delivered: room.head,
        read: room.head,
    }
}

/// Refuses who is in as many rooms as one may be; private conversations don't count.
pub async fn refuse_too_many(view: &mut View<'_>, user: UserId) -> Result<(), Failure> {
    let named = doc! { "user": user.bson(), "is_named": true };
    if view.count(MEMBERS, named, MAX_ROOMS_PER_USER).await? >= MAX_ROOMS_PER_USER {
        return Err(StoreError::TooManyRooms.into());
    }
    Ok(())
}

/// Puts somebody into a named room, if they may be.
pub async fn join(
    work: &mut Work<'_>,
    id: RoomId,
    user: UserId,
    at: Timestamp,
) -> Result<Joined, Failure> {
    let mut room = rooms::find_named(&mut work.view, id).await?;
    if let Some(member) = find(&mut work.view, id, user).await? {
        return Ok(Joined::Already(member));
    }
    let account = accounts::live(&mut work.view, user).await?;
    if work.view.has(BANS, doc! { "_id": pair(id, user) }).await? {
        return Err(StoreError::Banned.into());
    }
    refuse_too_many(&mut work.view, user).await?;
    put(work, &mut room, &account, RoomRole::Member, at)?;
    rooms::count(work, &room);
    let member = document(&room, &account, RoomRole::Member, at);
    Ok(Joined::New(member.with(account)))
}

/// Takes somebody out of a named room, where their role is below `below`. Whether the room is gone
/// with them.
pub async fn remove(
    work: &mut Work<'_>,
    id: RoomId,
    user: UserId,
    below: Option<RoomRole>,
) -> Result<bool, Failure> {
    let (room, member) = in_named(&mut work.view, id, user).await?;
    if below.is_some_and(|below| member.role >= below) {
        return Err(StoreError::NotMember.into());
    }
    take_out(work, room, &member).await
}

/// A member of a room that has a name.
async fn in_named(
    view: &mut View<'_>,
    id: RoomId,
    user: UserId,
) -> Result<(RoomRecord, MemberDocument), Failure> {
    let room = rooms::find(view, id).await?;
    let room = room.filter(|room| room.name.is_some());
    let room = room.ok_or(StoreError::NotMember)?;
    let member = place(view, id, user).await?;
    Ok((room, member.ok_or(StoreError::NotMember)?))
}

/// Takes somebody out of every room with a name; those that are gone with them.
pub async fn take_out_of_all(work: &mut Work<'_>, user: UserId) -> Result<Vec<RoomId>, Failure> {
    let named = Find::by(doc! { "user": user.bson(), "is_named": true });
    let places: Vec<MemberDocument> = work.view.all(MEMBERS, named).await?;
    let mut gone = Vec::new();
    for member in places {
        let room = rooms::find_named(&mut work.view, member.room_id()).await?;
        let id = room.room_id();
        if take_out(work, room, &member).await? {
            gone.push(id);
        }
    }
    Ok(gone)
}

/// Takes a member out: an owner is followed, an empty room deleted. Whether it was.
async fn take_out(
    work: &mut Work<'_>,
    mut room: RoomRecord,
    member: &MemberDocument,
) -> Result<bool, Failure> {
    let id = room.room_id();
    work.announce(Change::MemberLeft {
        room: id,
        user: member.user_id(),
    });
    // Only the lobby has no owner, and it stays.
    if member.role == RoomRole::Owner {
        let Some(heir) = heir(&mut work.view, member).await? else {
            rooms::erase(work, id)?;
            return Ok(true);
        };
        give_role(work, &heir, RoomRole::Owner)?;
    }
    work.delete(MEMBERS, doc! { "_id": member.id.clone() });
    room.member_count -= 1;
    rooms::count(work, &room);
    Ok(false)
}

/// The oldest admin, else the oldest member.
async fn heir(
    view: &mut View<'_>,
    owner: &MemberDocument,
) -> Result<Option<MemberDocument>, Failure> {
    for role in [RoomRole::Admin, RoomRole::Member] {
        let filter = doc! { "room": owner.room, "role": word(role)? };
        let oldest = Find::by(filter)
            .sorted(doc! { "joined_at": 1, "user": 1 })
            .at_most(1);
        if let Some(heir) = view.all(MEMBERS, oldest).await?.pop() {
            return Ok(Some(heir));
        }
    }
    Ok(None)
}

fn word(role: RoomRole) -> Result<Bson, Failure> {
    serialize_to_bson(&role).map_err(Failure::unreadable)
}

fn give_role(work: &mut Work<'_>, member: &MemberDocument, role: RoomRole) -> Result<(), Failure> {
    work.set(MEMBERS, member.id.clone(), doc! { "role": word(role)? });
    work.announce(Change::RoleChanged {
        room: member.room_id(),
        user: member.user_id(),
    });
    Ok(())
}

/// Makes a plain member an admin or back.
pub async fn set_role(
    work: &mut Work<'_>,
    id: RoomId,
    user: UserId,
    role: RoomRole,
) -> Result<MemberRecord, Failure> {
    let (room, mut member) = in_named(&mut work.view, id, user).await?;
    if role == RoomRole::Owner || member.role == RoomRole::Owner {
        return Err(StoreError::NotMember.into());
    }
    let account = accounts::find(&mut work.view, user).await?;
    let account = account.ok_or(StoreError::NotMember)?;
    if member.role != role {
        give_role(work, &member, role)?;
        rooms::count(work, &room);
        member.role = role;
    }
    Ok(member.with(account))
}
