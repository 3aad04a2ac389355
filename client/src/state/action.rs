//! What can happen to the state: said by the server, by a finished request, or by the person.

use shared::{
    ClientId, Member, Message, MessageBody, MessageId, MessagePage, MyRoom, Profile, Room, RoomId,
    ServerFrame, User,
};

use super::{History, Pending};

/// Which page of a room's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// The last messages.
    Newest,
    /// Some before and some after this `seq`.
    Around(u64),
    /// The ones before this `seq`.
    Before(u64),
    /// The ones after this `seq`.
    After(u64),
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Action {
    /// The server said something.
    Frame(Box<ServerFrame>),
    /// A connection is being tried.
    Connecting,
    /// There is no connection, and the next try is then.
    Lost { retry_at: Option<i64> },
    /// `GET /rooms` answered.
    RoomsLoaded(Vec<MyRoom>),
    /// A room one is in, heard of alone.
    RoomKnown(Room),
    /// One is not in the room any more.
    RoomGone(RoomId),
    /// All members of a room.
    MembersLoaded { room: RoomId, members: Vec<Member> },
    /// Some people.
    PeopleLoaded(Vec<User>),
    /// One's own profile, changed.
    Me(Profile),
    /// A room comes onto the screen.
    Open(RoomId),
    /// A room leaves the screen.
    Close(RoomId),
    /// The reader came to an end of what is loaded.
    Load { room: RoomId, ask: Ask },
    /// There is time to fetch a room before it is opened.
    FetchAhead,
    /// A page of history.
    PageLoaded {
        room: RoomId,
        ask: Ask,
        page: MessagePage,
    },
    /// A page of history could not be had.
    PageFailed { room: RoomId },
    /// A page of changes above `since`.
    ChangesLoaded {
        room: RoomId,
        since: u64,
        page: MessagePage,
    },
    /// The server can't continue from our cursor.
    ChangesRefused { room: RoomId },
    /// An edit or deletion of one's own was answered.
    Changed(Message),
    /// A written message outlives this page now, as far as that can be had: it may go.
    Kept(ClientId),
    /// There is no network, and this is what an earlier page of the login had kept to read.
    Remembered(Box<History>),
    /// What an earlier page, or another tab, had kept.
    Restored {
        pending: Vec<Pending>,
        drafts: Vec<(RoomId, String)>,
        /// What the drafts answer.
        answers: Vec<(RoomId, MessageId)>,
    },
    /// A message was written.
    Send {
        room: RoomId,
        client_id: ClientId,
        body: MessageBody,
    },
    /// A failed message is to be tried again.
    Retry(ClientId),
    /// A failed message is given up.
    Discard(ClientId),
    /// The box holds this text.
    Draft { room: RoomId, text: String },
    /// What is written next answers this message, or none.
    Answer {
        room: RoomId,
        message: Option<MessageId>,
    },
    /// The reader wants to see the message with this `seq`.
    Jump { room: RoomId, seq: u64 },
    /// A quoted message came.
    QuoteLoaded { room: RoomId, message: Message },
    /// A key was pressed in the box.
    Typed(RoomId),
    /// Whether the reader is at the end of a room and moves with it.
    Following { room: RoomId, is_following: bool },
    /// Everything up to there was visible in a focused page.
    Seen { room: RoomId, seq: u64 },
    /// The marks that gathered may go.
    FlushMarks,
    /// The page got or lost the focus.
    Focused(bool),
    /// The announcements were spoken.
    Announced,
    /// The server has another page by now than this one.
    Outdated,
    /// The offer of it was put off.
    NotNow,
    /// A second went by.
    Tick,
}
