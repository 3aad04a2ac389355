//! What the state asks to be done outside of it.

use shared::{ClientFrame, ClientId, MessageId, RoomId, UserId};

use super::Ask;

/// Something to do; whoever does it reports back with an [`Action`](super::Action).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Say this on the socket, if there is one: what must not be lost is said again after `ready`.
    Send(ClientFrame),
    /// `GET /rooms`.
    FetchRooms,
    /// All pages of a room's members.
    FetchMembers(RoomId),
    /// People one shares a room with and others, the first pages.
    FetchPeople,
    /// One person.
    FetchUser(UserId),
    /// A page of history.
    FetchPage { room: RoomId, ask: Ask },
    /// A message that is quoted.
    FetchQuote { room: RoomId, message: MessageId },
    /// A page of changes.
    FetchChanges { room: RoomId, since: u64 },
    /// Keep this pending message over the end of this page, and its room's draft as it is now;
    /// then come with [`Action::Kept`](super::Action::Kept).
    KeepPending(ClientId),
    /// The pending message is done with.
    ForgetPending(ClientId),
    /// Keep the room's draft and what it answers, or forget them where there are none.
    KeepDraft(RoomId),
    /// What other tabs of the same person could not send.
    FetchUnsent,
    /// Come back with [`Action::FlushMarks`](super::Action::FlushMarks) soon, once.
    FlushMarksSoon,
}
