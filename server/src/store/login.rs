//! Logins (sessions) and tickets, as kept: only digests of their secrets.

use async_trait::async_trait;
use shared::{RoomHead, SessionId, Timestamp, UserId};

use super::{Account, StoreError};

/// SHA-256 of a random secret: enough to recognize it, useless to a thief.
pub type Digest = [u8; 32];

/// A login, as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What the client called itself.
    pub user_agent: String,
}

/// A login to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLogin {
    /// The login itself.
    pub login: Login,
    /// Of its first refresh value.
    pub refresh: Digest,
}

/// What became of a refresh value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// It was the current one and has been replaced by the next.
    Rotated(Login),
    /// It was replaced less than the grace ago: the value that replaced it still stands.
    Repeated(Login),
    /// It was replaced earlier, so somebody replays it: the session has been ended.
    Replayed,
    /// No such session, an expired one, or a value it never had.
    Unknown,
}

/// What a ticket stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketGrant {
    /// The login it was made with.
    pub session: SessionId,
    /// Whose.
    pub user: UserId,
    /// When the access token it was made with runs out.
    pub access_expires_at: Timestamp,
    /// When the ticket itself runs out.
    pub expires_at: Timestamp,
}

/// Somebody who connects through a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The login.
    pub login: Login,
    /// Whose it is.
    pub account: Account,
    /// The rooms they are in, in no particular order.
    pub rooms: Vec<RoomHead>,
}

/// Logins.
#[async_trait]
pub trait Logins {
    /// Makes a login.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account is absent or deleted.
    async fn create_session(&self, new: NewLogin) -> Result<(), StoreError>;

    /// The login with this id, unless it has ended. An expired one counts as ended.
    async fn session(&self, id: SessionId, now: Timestamp) -> Result<Option<Login>, StoreError>;

    /// The same for many at once, in the order asked, in one snapshot.
    async fn sessions(
        &self,
        ids: &[SessionId],
        now: Timestamp,
    ) -> Result<Vec<Option<Login>>, StoreError>;

    /// People with their logins and rooms, many at once, in the order asked, in one snapshot. None
    /// where the login has ended or is somebody else's.
    async fn arrivals(
        &self,
        asked: &[(UserId, SessionId)],
        now: Timestamp,
    ) -> Result<Vec<Option<Arrival>>, StoreError>;

    /// A person's logins that have not ended, newest use first, ties by id.
    async fn sessions_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Login>, StoreError>;

    /// Exchanges the refresh value `presented` for `next`, atomically: of concurrent calls with
    /// one value the first rotates and the others are told `Repeated`.
    ///
    /// `Repeated` holds for [`REFRESH_GRACE_MS`](shared::REFRESH_GRACE_MS) after the rotation,
    /// for the value just replaced only. A value replaced before that ends the session.
    async fn rotate_refresh(
        &self,
        id: SessionId,
        presented: Digest,
        next: Digest,
        now: Timestamp,
    ) -> Result<Rotation, StoreError>;

    /// Ends a login of that person; false where there was none.
    async fn end_session(&self, user: UserId, id: SessionId) -> Result<bool, StoreError>;

    /// Ends all logins of that person but `keep`; how many ended.
    async fn end_sessions(&self, user: UserId, keep: Option<SessionId>) -> Result<u32, StoreError>;

    /// Keeps a ticket.
    async fn put_ticket(&self, ticket: Digest, grant: TicketGrant) -> Result<(), StoreError>;

    /// Takes a ticket: the first call gets it, every later one and a late one get nothing.
    async fn take_ticket(
        &self,
        ticket: Digest,
        now: Timestamp,
    ) -> Result<Option<TicketGrant>, StoreError>;

    /// Throws away expired logins and tickets; announces nothing.
    async fn purge_expired(&self, now: Timestamp) -> Result<(), StoreError>;
}
