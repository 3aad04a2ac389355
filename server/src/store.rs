//! What Parlor keeps, as promises: traits that every backend keeps word for word.
//!
//! Each sentence of a method's docs has a case in the contract suite (`server/tests/store`), which
//! runs on every backend. No permission is decided here: methods that take a `reader` or an
//! `author` report in the same snapshot whether that person is in the room, and `domain` decides
//! what it means. SQL stops at `store/sqlite`.

#![warn(missing_docs)]

mod account;
mod archive;
mod change;
mod copy;
mod counters;
mod edit;
mod error;
mod invitation;
mod log;
mod login;
mod marks;
mod mongo;
mod move_error;
mod open;
mod refresh;
mod room;
mod sqlite;

use async_trait::async_trait;
use shared::{Epoch, RoomId};

pub use account::{Account, AccountUpdate, Accounts, NewAccount};
pub use archive::{
    Archive, Identity, Intake, KeptBan, KeptLogin, KeptMember, KeptRoom, Key, Kind, Records,
};
pub use change::{Change, Feed};
pub use copy::{Verified, copy, copy_store};
pub use counters::Activity;
pub use error::StoreError;
pub use invitation::{InvitationRecord, Invitations};
pub use log::{Changes, Edit, Log, NewPost, Page, PageAt, Posted};
pub use login::{Arrival, Digest, Login, Logins, NewLogin, Rotation, TicketGrant};
pub use move_error::{MoveError, Progress};
pub use open::{
    Opened, StoreUrl, StoreUrlError, back_up, begin_intake, open, open_source, restore,
};
pub use room::{
    Access, BanRecord, Joined, MarkMove, MemberFilter, MemberRecord, Membership, NewRoomRecord,
    RoomKey, Rooms,
};

/// A whole store.
#[async_trait]
pub trait Store: Accounts + Invitations + Logins + Rooms + Log + Archive + Send + Sync {
    /// The store's life: random, made with it, the same at every opening until a restore.
    fn epoch(&self) -> Epoch;

    /// The public room that everybody who registers is in. Made with the store; it has no owner
    /// and is never deleted, not even when it is empty.
    fn lobby(&self) -> RoomId;

    /// Whether the store answers and would take a write.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it does not.
    async fn check(&self) -> Result<(), StoreError>;

    /// What the store did since it was opened here, and what waits. What was answered is counted.
    fn activity(&self) -> Activity;

    /// Finishes what was accepted and closes; later calls fail with [`StoreError::Unavailable`].
    /// The feed ends after the last change.
    async fn close(&self);
}
