//! What a store answers when it cannot do what was asked.

/// Why a store did not do what was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another account has that username or one that looks like it, a deleted one too.
    #[error("that username, or one that looks like it, is taken")]
    UsernameTaken,
    /// Another account has that e-mail address, ignoring case.
    #[error("that e-mail address is taken")]
    EmailTaken,
    /// Another public room has that name.
    #[error("that room name is taken")]
    RoomNameTaken,
    /// No such invitation: used up, run out, taken back, or never made.
    #[error("is not good (any more): ask for another one")]
    NoInvitation,
    /// The thing asked for is absent.
    #[error("not found")]
    NotFound,
    /// The person is not in the room, or there is no such room.
    #[error("not a member")]
    NotMember,
    /// The person is banned from the room.
    #[error("banned from the room")]
    Banned,
    /// The author used that client id for a message of another room.
    #[error("that client_id was used in another room")]
    ClientIdReused,
    /// The message that is answered is not in this room.
    #[error("no such message in this room")]
    NoSuchReply,
    /// The message was deleted, so it cannot be edited.
    #[error("the message was deleted")]
    MessageDeleted,
    /// The person is in as many rooms as one may be.
    #[error("in too many rooms")]
    TooManyRooms,
    /// More is waiting to be written than may wait; nothing was queued.
    #[error("the store is overloaded")]
    Overloaded,
    /// The store cannot do it now: no space, no connection, an I/O error. Whether it was done
    /// may be unknown, so only what can be repeated without harm should be.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store answered what should be impossible: a bug here, or a damaged file.
    #[error("the store failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}
