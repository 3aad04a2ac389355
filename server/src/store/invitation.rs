//! Invitations to register, as kept: only digests of their codes.

use async_trait::async_trait;
use shared::{InvitationId, Timestamp};

use super::{Digest, StoreError};

/// An invitation, as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRecord {
    /// Which.
    pub id: InvitationId,
    /// How many may still register with it.
    pub uses_left: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Invitations. Used up by [`Accounts::create_user`](super::Accounts::create_user).
#[async_trait]
pub trait Invitations {
    /// Keeps an invitation.
    async fn put_invitation(
        &self,
        code: Digest,
        invitation: InvitationRecord,
    ) -> Result<(), StoreError>;

    /// Those that have not run out and are not used up, newest first, ties by id.
    async fn invitations(&self, now: Timestamp) -> Result<Vec<InvitationRecord>, StoreError>;

    /// Takes an invitation back; false where there was none.
    async fn remove_invitation(&self, id: InvitationId) -> Result<bool, StoreError>;
}
