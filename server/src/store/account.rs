//! Accounts, as kept.

use async_trait::async_trait;
use shared::{Email, Gender, ServerRole, SessionId, Timestamp, UserId, Username};

use super::{Digest, StoreError};

/// An account, as kept. A deleted one keeps its id and username and nothing else of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub id: UserId,
    /// Taken for ever.
    pub username: Username,
    /// As written; `""` once deleted.
    pub email: String,
    /// A bcrypt hash; `""` once deleted, which verifies nothing.
    pub password_hash: String,
    /// `""` where the username is shown.
    pub display_name: String,
    /// It chooses the picture.
    pub gender: Gender,
    /// `""` for none.
    pub status_text: String,
    /// What they may do on the whole server.
    pub role: ServerRole,
    /// When it was made.
    pub created_at: Timestamp,
    /// When they were last connected.
    pub last_seen_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

/// An account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Chosen by the caller.
    pub id: UserId,
    /// Unique by its look ([`Username::look`]), deleted accounts included.
    pub username: Username,
    /// Unique ignoring case.
    pub email: Email,
    /// A bcrypt hash.
    pub password_hash: String,
    /// `""` to show the username.
    pub display_name: String,
    /// It chooses the picture.
    pub gender: Gender,
    /// What they may do on the whole server.
    pub role: ServerRole,
    /// Now.
    pub created_at: Timestamp,
    /// Of the invitation's code that it uses up, where one is needed.
    pub invitation: Option<Digest>,
}

/// What to change of an account; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountUpdate {
    /// `""` to show the username.
    pub display_name: Option<String>,
    /// Unique ignoring case.
    pub email: Option<Email>,
    /// It chooses the picture.
    pub gender: Option<Gender>,
    /// `""` clears it.
    pub status_text: Option<String>,
    /// What they may do on the whole server.
    pub role: Option<ServerRole>,
}

/// People.
#[async_trait]
pub trait Accounts {
    /// Makes an account, puts it into the lobby and uses up its invitation by one, all or nothing.
    ///
    /// Of two concurrent calls with one name, one look of a name, one address or the last use of
    /// one invitation exactly one succeeds.
    ///
    /// # Errors
    /// [`StoreError::NoInvitation`] first; [`StoreError::UsernameTaken`] before [`StoreError::EmailTaken`] where both are.
    async fn create_user(&self, account: NewAccount) -> Result<(), StoreError>;

    /// The account with this id, a deleted one too.
    async fn user(&self, id: UserId) -> Result<Option<Account>, StoreError>;

    /// The account with this name, a deleted one too.
    async fn user_by_name(&self, username: &Username) -> Result<Option<Account>, StoreError>;

    /// The account whose name looks like that ([`Username::look`]), a deleted one too; the one that
    /// was made first, where older ones look alike.
    async fn user_by_look(&self, look: &str) -> Result<Option<Account>, StoreError>;

    /// The accounts with these ids, deleted ones too, in no particular order; absent ids are
    /// left out, repeated ones answered once.
    async fn users(&self, ids: &[UserId]) -> Result<Vec<Account>, StoreError>;

    /// Accounts that are not deleted, by username, at most `limit`, after the name `after`.
    ///
    /// With `q`: only those whose username or display name contains it, ignoring ASCII case; `%`,
    /// `_`, `*` and the like mean themselves.
    async fn list_users(
        &self,
        q: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Account>, StoreError>;

    /// Changes an account and answers with its new state.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when absent or deleted; [`StoreError::EmailTaken`].
    async fn update_user(&self, id: UserId, update: AccountUpdate) -> Result<Account, StoreError>;

    /// Replaces the password hash and ends every session of the account but `keep`, both or
    /// neither.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when absent or deleted.
    async fn set_password(
        &self,
        id: UserId,
        password_hash: String,
        keep: Option<SessionId>,
    ) -> Result<(), StoreError>;

    /// Replaces the password hash by another of the same password, where it is still `old`; ends no
    /// session. An absent account is passed over.
    async fn replace_hash(&self, id: UserId, old: String, new: String) -> Result<(), StoreError>;

    /// Deletes an account: its personal data is gone, its sessions end, it leaves every room with
    /// a name (with the succession of [`Rooms::remove_member`](super::Rooms::remove_member)).
    /// Private conversations and messages stay; the username stays taken, the address is free.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when absent or deleted already.
    async fn delete_user(&self, id: UserId, at: Timestamp) -> Result<(), StoreError>;

    /// Moves `last_seen_at` forward; absent accounts and earlier times are skipped.
    async fn set_last_seen(&self, seen: &[(UserId, Timestamp)]) -> Result<(), StoreError>;
}
