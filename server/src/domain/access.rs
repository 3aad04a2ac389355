//! Permission as a lookup: a room is found only by who may see it.

use std::str::FromStr;

use shared::{NamedRoom, Room, RoomId, RoomName, RoomRole, ServerRole, UserId, Visibility};

use super::{Domain, SignedIn};
use crate::{
    Error,
    store::{Membership, RoomKey, StoreError},
};

/// A room as a path names it: by id, or by a public room's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRef(RoomKey);

impl From<RoomId> for RoomRef {
    fn from(room: RoomId) -> Self {
        Self(RoomKey::Id(room))
    }
}

impl FromStr for RoomRef {
    type Err = Error;

    /// A text that can be neither id nor name names no room.
    fn from_str(text: &str) -> Result<Self, Error> {
        if let Ok(id) = text.parse::<RoomId>() {
            return Ok(id.into());
        }
        text.parse::<RoomName>()
            .map(|name| Self(RoomKey::Name(name)))
            .map_err(|_| Error::NotFound("room"))
    }
}

/// A room, found by somebody who may see it.
#[derive(Debug)]
pub(super) struct SeenRoom {
    pub room: Room,
    pub membership: Option<Membership>,
    pub is_banned: bool,
    is_server_admin: bool,
}

const NOT_A_MEMBER: Error = Error::Forbidden("you are not a member of this room");

impl SeenRoom {
    pub fn id(&self) -> RoomId {
        self.room.id()
    }

    /// The reader's place in it.
    pub fn membership(&self) -> Result<&Membership, Error> {
        self.membership.as_ref().ok_or(NOT_A_MEMBER)
    }

    /// The room, unless it is a private conversation, which has no settings and no members to
    /// come and go.
    pub fn named(&self) -> Result<&NamedRoom, Error> {
        self.room
            .named()
            .ok_or(Error::Forbidden("a private conversation cannot be changed"))
    }

    pub fn is_public(&self) -> bool {
        self.room
            .named()
            .is_some_and(|room| room.visibility == Visibility::Public)
    }

    /// What the reader may do here. Server admins act as room admins in public rooms only.
    pub fn role(&self) -> Option<RoomRole> {
        let own = self.membership.map(|membership| membership.role);
        if self.is_server_admin && self.is_public() {
            own.max(Some(RoomRole::Admin))
        } else {
            own
        }
    }

    /// Passes who is at least admin here.
    pub fn require_admin(&self) -> Result<RoomRole, Error> {
        self.named()?;
        match self.role() {
            Some(role) if role >= RoomRole::Admin => Ok(role),
            _ => Err(Error::Forbidden("only an admin of the room may do that")),
        }
    }

    /// Passes the owner.
    pub fn require_owner(&self) -> Result<(), Error> {
        self.named()?;
        if self.role() == Some(RoomRole::Owner) {
            Ok(())
        } else {
            Err(Error::Forbidden("only the owner of the room may do that"))
        }
    }
}

impl Domain {
    /// Finds a room for a reader: one they are in, or a public one.
    pub(super) async fn see(&self, me: &SignedIn, room: &RoomRef) -> Result<SeenRoom, Error> {
        let access = self.store.access(me.user(), room.0.clone()).await?;
        let access = access.ok_or(Error::NotFound("room"))?;
        let mut seen = SeenRoom {
            room: access.room,
            membership: access.membership,
            is_banned: access.is_banned,
            is_server_admin: false,
        };
        if seen.membership.is_none() && !seen.is_public() {
            return Err(Error::NotFound("room"));
        }
        let is_room_admin = seen.role() >= Some(RoomRole::Admin);
        if !is_room_admin && seen.is_public() {
            seen.is_server_admin = self.is_server_admin(me.user()).await?;
        }
        Ok(seen)
    }

    /// The id a path means; a name costs a lookup, an id none.
    pub(super) async fn room_id(&self, me: &SignedIn, room: &RoomRef) -> Result<RoomId, Error> {
        match &room.0 {
            RoomKey::Id(id) => Ok(*id),
            RoomKey::Name(_) => Ok(self.see(me, room).await?.id()),
        }
    }

    pub(super) async fn is_server_admin(&self, user: UserId) -> Result<bool, Error> {
        let account = self.store.user(user).await?;
        Ok(account.is_some_and(|account| {
            account.deleted_at.is_none() && account.role == ServerRole::Admin
        }))
    }

    /// Why somebody who is not in the room may do nothing there.
    pub async fn refusal(&self, me: &SignedIn, room: RoomId) -> Error {
        self.refused(me, room, StoreError::NotMember).await
    }

    /// What a person who is not in the room hears: `forbidden` where they can see it,
    /// `not_found` where they cannot. Other failures stay as they are.
    pub(super) async fn refused(&self, me: &SignedIn, room: RoomId, error: StoreError) -> Error {
        if !matches!(error, StoreError::NotMember) {
            return error.into();
        }
        match self.see(me, &room.into()).await {
            Ok(_) => NOT_A_MEMBER,
            Err(error) => error,
        }
    }
}
