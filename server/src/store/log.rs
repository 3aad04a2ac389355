//! The log of a room: messages and their changes, in the one order everybody sees.

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use shared::{ClientId, Message, MessageBody, MessageId, RoomId, Timestamp, UserId};

use super::StoreError;

/// A message to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPost {
    /// Its id, should it be new.
    pub id: MessageId,
    /// Where.
    pub room: RoomId,
    /// Who.
    pub author: UserId,
    /// What the author's client calls it.
    pub client_id: ClientId,
    /// What it says.
    pub body: MessageBody,
    /// The message of the same room that it answers.
    pub reply_to: Option<MessageId>,
    /// Now.
    pub created_at: Timestamp,
}

/// What became of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    /// It is durable, and has the room's next number.
    New(Message),
    /// It was posted before: the message in its current state; nothing changed.
    Repeated(Message),
}

impl Posted {
    /// The message, new or not.
    pub fn into_message(self) -> Message {
        match self {
            Self::New(message) | Self::Repeated(message) => message,
        }
    }
}

/// What to do to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// It says this from now on.
    Body(MessageBody),
    /// It is gone; a tombstone stays.
    Delete,
}

/// Where a page of history lies. `seq`s, which need not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageAt {
    /// The newest.
    End,
    /// The newest below it.
    Before(u64),
    /// The oldest above it.
    After(u64),
    /// Half below, itself, half above; what one half lacks is not made up by the other.
    Around(u64),
}

/// A page of history, oldest first, tombstones included. One snapshot with its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The messages by `seq`.
    pub messages: Vec<Message>,
    /// The room's.
    pub head: u64,
    /// More before it (after it, for [`PageAt::After`]).
    pub has_more: bool,
    /// For [`PageAt::Around`]: more after it.
    pub has_newer: bool,
}

/// A page of changes. One snapshot with its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The messages by `rev`, each in its current state.
    pub messages: Vec<Message>,
    /// The room's.
    pub head: u64,
    /// Whether there are more above the last one.
    pub has_more: bool,
}

/// Messages.
///
/// Every change of a room's log takes the next number of the room's one counter, 1, 2, 3, …
/// without holes, whatever fails or runs at once.
#[async_trait]
pub trait Log {
    /// Posts a message.
    ///
    /// It is queued by this call, before the future is first polled: of two calls in a row the
    /// first gets the lower number. The future ends when the message is durable.
    /// An `(author, client_id)` that was posted before, deleted messages included, answers with
    /// that message in its current state; the body is not compared.
    ///
    /// # Errors
    /// In this order: [`StoreError::NotMember`]; [`StoreError::ClientIdReused`];
    /// [`StoreError::NoSuchReply`]. [`StoreError::Overloaded`] when too much is waiting.
    fn post(&self, post: NewPost) -> BoxFuture<'static, Result<Posted, StoreError>>;

    /// Edits or deletes a message of the room and answers with its new state, under the room's
    /// next number. Saying the same again, and deleting twice, change nothing and take no number.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the message is not in the room;
    /// [`StoreError::MessageDeleted`] when a tombstone is given a body.
    async fn edit(
        &self,
        room: RoomId,
        message: MessageId,
        edit: Edit,
        at: Timestamp,
    ) -> Result<Message, StoreError>;

    /// A message of the room, a tombstone too.
    async fn message(
        &self,
        room: RoomId,
        message: MessageId,
    ) -> Result<Option<Message>, StoreError>;

    /// A page of the room's history for a member, `limit` messages at most.
    ///
    /// # Errors
    /// [`StoreError::NotMember`] when `reader` is not in the room, in the same snapshot.
    async fn page(
        &self,
        reader: UserId,
        room: RoomId,
        at: PageAt,
        limit: u32,
    ) -> Result<Page, StoreError>;

    /// The messages whose `rev` is above `since`, `limit` at most, for a member. None above the
    /// head.
    ///
    /// # Errors
    /// [`StoreError::NotMember`] when `reader` is not in the room, in the same snapshot.
    async fn changes(
        &self,
        reader: UserId,
        room: RoomId,
        since: u64,
        limit: u32,
    ) -> Result<Changes, StoreError>;
}
