//! What people need who connect, read for many of them at once: after a restart thousands come
//! back in the same second.

use std::sync::Arc;

use shared::{RoomHead, RoomId, Session, SessionId, User, UserId};

use super::{Domain, SignedIn, gather::Gather, sessions::wire_session};
use crate::{
    Error,
    store::{Arrival, Login, StoreError},
};

const ENDED: Error = Error::Unauthenticated("the session has ended: log in again");

/// The reads that many share.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    logins: Arc<Gather<SessionId, Option<Login>>>,
    people: Arc<Gather<(UserId, SessionId), Option<Arrival>>>,
    places: Arc<Gather<(RoomId, UserId), bool>>,
}

/// What a connection begins with.
pub struct Arrived {
    /// The login it runs on.
    pub session: Session,
    /// Whose it is, as they see themselves, without their presence: this connection is about to
    /// change it.
    pub user: User,
    /// The rooms they are in, with their heads, in the same snapshot.
    pub rooms: Vec<RoomHead>,
}

impl Domain {
    /// Who has come, and the rooms they are in.
    ///
    /// # Errors
    /// `unauthenticated` when the login has ended.
    pub async fn arrive(&self, me: &SignedIn) -> Result<Arrived, Error> {
        let (store, now) = (Arc::clone(&self.store), self.clock.now());
        let arrival = self
            .arrivals
            .people
            .get((me.user(), me.session()), move |asked| {
                let store = Arc::clone(&store);
                async move { store.arrivals(&asked, now).await }
            });
        let arrival = arrival.await?.ok_or(ENDED)?;
        let mut user = self.own_user(arrival.account);
        if let User::Live(profile) = &mut user {
            profile.presence = None;
        }
        Ok(Arrived {
            session: wire_session(&arrival.login, me.session()),
            user,
            rooms: arrival.rooms,
        })
    }

    /// Whether one is in the room, as the store has it at some moment after this was called.
    ///
    /// # Errors
    /// When the store cannot.
    pub async fn is_member(&self, me: &SignedIn, room: RoomId) -> Result<bool, Error> {
        let store = Arc::clone(&self.store);
        let place = self.arrivals.places.get((room, me.user()), move |asked| {
            let store = Arc::clone(&store);
            async move { store.are_members(&asked).await }
        });
        Ok(place.await?)
    }

    /// The login with this id, unless it has ended.
    pub(super) async fn live_login(&self, session: SessionId) -> Result<Option<Login>, StoreError> {
        let (store, now) = (Arc::clone(&self.store), self.clock.now());
        let login = self.arrivals.logins.get(session, move |asked| {
            let store = Arc::clone(&store);
            async move { store.sessions(&asked, now).await }
        });
        login.await
    }
}
