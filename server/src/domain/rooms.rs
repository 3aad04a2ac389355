//! Rooms and private conversations: made, found, changed, deleted.

use shared::{
    MyRoom, NewRoom, Room, RoomId, RoomUpdate, RoomsQuery, RoomsScope, UserId, Visibility,
};
use uuid::Uuid;

use super::{Domain, RoomRef, SignedIn, accounts::absent_user};
use crate::{
    Error,
    store::{NewRoomRecord, StoreError},
};

/// Most rooms that a search for public ones answers.
const MAX_FOUND: u32 = 100;

/// What `GET /rooms` answers, by its scope.
pub enum ListedRooms {
    /// One's own.
    Mine(Vec<MyRoom>),
    /// Public ones to join.
    Public(Vec<Room>),
}

impl Domain {
    /// Makes a room, owned by who asks.
    ///
    /// # Errors
    /// `room_name_taken`; `conflict` for somebody in too many rooms.
    pub async fn create_room(&self, me: &SignedIn, new: NewRoom) -> Result<Room, Error> {
        let record = NewRoomRecord {
            id: RoomId::from_uuid(Uuid::now_v7()),
            name: new.name,
            title: new.title,
            topic: new.topic,
            visibility: new.visibility,
            created_at: self.clock.now(),
        };
        self.store
            .create_room(record, me.user())
            .await
            .map_err(absent_user)
    }

    /// One's own rooms, or public ones to join.
    ///
    /// # Errors
    /// `invalid_request` for a filter that does not go with the scope.
    pub async fn rooms(&self, me: &SignedIn, query: RoomsQuery) -> Result<ListedRooms, Error> {
        match query.scope {
            None if query.q.is_some() => Err(Error::request("q goes with scope=public")),
            None => {
                let rooms = self.store.my_rooms(me.user(), query.active_since).await?;
                Ok(ListedRooms::Mine(rooms))
            }
            Some(RoomsScope::Public) if query.active_since.is_some() => {
                Err(Error::request("active_since goes without scope"))
            }
            Some(RoomsScope::Public) => {
                let q = query.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
                let rooms = self.store.joinable_rooms(me.user(), q, MAX_FOUND).await?;
                Ok(ListedRooms::Public(rooms))
            }
        }
    }

    /// One room.
    ///
    /// # Errors
    /// `not_found`, also for a private one that is not one's own.
    pub async fn room(&self, me: &SignedIn, room: &RoomRef) -> Result<Room, Error> {
        Ok(self.see(me, room).await?.room)
    }

    /// Changes a room's settings, as its admin.
    ///
    /// # Errors
    /// `forbidden`; `room_name_taken`; `conflict` for hiding the lobby.
    pub async fn update_room(
        &self,
        me: &SignedIn,
        room: &RoomRef,
        update: RoomUpdate,
    ) -> Result<Room, Error> {
        let seen = self.see(me, room).await?;
        seen.require_admin()?;
        if seen.id() == self.lobby() && update.visibility == Some(Visibility::Private) {
            return Err(Error::Conflict(
                "everybody is in the lobby: it stays public",
            ));
        }
        self.store
            .update_room(seen.id(), update)
            .await
            .map_err(absent_room)
    }

    /// Deletes a room with everything in it, as its owner.
    ///
    /// # Errors
    /// `forbidden`; the lobby is nobody's.
    pub async fn delete_room(&self, me: &SignedIn, room: &RoomRef) -> Result<(), Error> {
        let seen = self.see(me, room).await?;
        if seen.id() == self.lobby() {
            return Err(Error::Forbidden("the lobby cannot be deleted"));
        }
        seen.require_owner()?;
        self.store.delete_room(seen.id()).await.map_err(absent_room)
    }

    /// The private conversation with somebody, made when first asked for.
    ///
    /// # Errors
    /// `invalid_field` with oneself; `not_found`.
    pub async fn direct_room(&self, me: &SignedIn, other: UserId) -> Result<Room, Error> {
        if other == me.user() {
            return Err(Error::InvalidField {
                field: "user",
                message: "must be somebody else".to_owned(),
            });
        }
        let id = RoomId::from_uuid(Uuid::now_v7());
        self.store
            .direct_room([me.user(), other], id, self.clock.now())
            .await
            .map_err(absent_user)
    }
}

/// In the words of somebody who asked for a room.
pub(super) fn absent_room(error: StoreError) -> Error {
    match error {
        StoreError::NotFound => Error::NotFound("room"),
        other => other.into(),
    }
}
