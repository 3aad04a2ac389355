//! The fixed cast and short ways to make what the server would say. Alice is oneself.

use shared::{
    ClientId, Epoch, Gender, Marks, Member, Message, MessageId, MessagePage, MessageState, MyRoom,
    NamedRoom, PresenceState, Profile, Room, RoomId, RoomRole, ServerFrame, Session, SessionId,
    Timestamp, User, UserId, Visibility,
};
use uuid::Uuid;

use super::{Action, Effect, State};

pub const ALICE: UserId = UserId::from_uuid(Uuid::from_u128(1));
pub const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));
pub const CAROL: UserId = UserId::from_uuid(Uuid::from_u128(3));
pub const LOBBY: RoomId = RoomId::from_uuid(Uuid::from_u128(100));
pub const CLUB: RoomId = RoomId::from_uuid(Uuid::from_u128(101));
pub const EPOCH: Epoch = Epoch::from_uuid(Uuid::from_u128(7));

pub fn profile(id: UserId, username: &str) -> Profile {
    Profile {
        id,
        username: username.parse().unwrap(),
        display_name: username[..1].to_uppercase() + &username[1..],
        gender: Gender::Unspecified,
        status_text: None,
        created_at: Timestamp::from_millis(0),
        last_seen_at: None,
        presence: None,
        email: None,
        role: None,
    }
}

pub fn client_id(n: u128) -> ClientId {
    ClientId::from_uuid(Uuid::from_u128(n))
}

pub fn message_in(room: RoomId, seq: u64, author: UserId) -> Message {
    Message {
        id: MessageId::from_uuid(Uuid::from_u128(u128::from(seq) + 1_000_000)),
        room,
        seq,
        rev: seq,
        author,
        client_id: client_id(u128::from(seq) + 2_000_000),
        created_at: Timestamp::from_millis(i64::try_from(seq).unwrap() * 1_000),
        state: MessageState::Live {
            body: format!("message {seq}"),
            reply_to: None,
            edited_at: None,
        },
    }
}

pub fn message(seq: u64, author: UserId) -> Message {
    message_in(LOBBY, seq, author)
}

pub fn edited(seq: u64, rev: u64, body: &str, author: UserId) -> Message {
    Message {
        rev,
        state: MessageState::Live {
            body: body.to_owned(),
            reply_to: None,
            edited_at: Some(Timestamp::from_millis(9)),
        },
        ..message(seq, author)
    }
}

pub fn deleted(seq: u64, rev: u64, author: UserId) -> Message {
    Message {
        rev,
        state: MessageState::Deleted {
            deleted_at: Timestamp::from_millis(9),
        },
        ..message(seq, author)
    }
}

/// A page of Alice's messages.
pub fn page(seqs: &[u64], head: u64) -> MessagePage {
    MessagePage {
        messages: seqs.iter().map(|seq| message(*seq, ALICE)).collect(),
        head,
        epoch: EPOCH,
        has_more: false,
        has_newer: None,
    }
}

pub fn room(id: RoomId, name: &str, head: u64) -> Room {
    Room::Room(NamedRoom {
        id,
        name: name.parse().unwrap(),
        title: None,
        topic: None,
        visibility: Visibility::Public,
        member_count: 2,
        head,
        created_at: Timestamp::from_millis(0),
    })
}

pub fn my_room(id: RoomId, name: &str, head: u64, read: u64) -> MyRoom {
    MyRoom {
        room: room(id, name, head),
        last_message: (head > 0).then(|| message_in(id, head, BOB)),
        unread: u32::try_from(head - read).unwrap(),
        marks: Marks {
            delivered: read,
            read,
        },
        my_role: RoomRole::Member,
        ticks: None,
    }
}

pub fn member(id: UserId, username: &str, delivered: u64, read: u64) -> Member {
    Member {
        user: User::Live(profile(id, username)),
        role: RoomRole::Member,
        joined_at: Timestamp::from_millis(0),
        marks: Marks { delivered, read },
        presence: PresenceState::Offline,
    }
}

pub fn ready(heads: &[(RoomId, u64)]) -> ServerFrame {
    ServerFrame::Ready {
        session: Session {
            id: SessionId::from_uuid(Uuid::from_u128(9)),
            created_at: Timestamp::from_millis(0),
            last_used_at: Timestamp::from_millis(0),
            expires_at: Timestamp::from_millis(0),
            user_agent: String::new(),
            current: true,
        },
        user: User::Live(profile(ALICE, "alice")),
        epoch: EPOCH,
        heartbeat_ms: 25_000,
        rooms: heads
            .iter()
            .map(|(id, head)| shared::RoomHead {
                id: *id,
                head: *head,
            })
            .collect(),
        online: Some(Vec::new()),
        online_count: 1,
    }
}

pub fn posted(message: Message) -> ServerFrame {
    ServerFrame::MessagePosted { message }
}

impl State {
    /// Alice, who has just signed in.
    pub fn of_alice() -> Self {
        Self::new(profile(ALICE, "alice"), 0)
    }

    /// Alice, connected, with the lobby open and its messages 1 to `head` read.
    pub fn in_lobby(head: u64) -> Self {
        let mut state = Self::of_alice();
        state.hear(ready(&[(LOBBY, head)]));
        state.act(Action::RoomsLoaded(vec![my_room(
            LOBBY, "lobby", head, head,
        )]));
        state.act(Action::Open(LOBBY));
        let seqs: Vec<u64> = (1..=head).collect();
        state.act(Action::PageLoaded {
            room: LOBBY,
            ask: super::Ask::Newest,
            page: page(&seqs, head),
        });
        state
    }

    pub fn act(&mut self, action: Action) -> Vec<Effect> {
        let now = self.now;
        self.reduce(action, now)
    }

    pub fn hear(&mut self, frame: ServerFrame) -> Vec<Effect> {
        self.act(Action::Frame(Box::new(frame)))
    }

    #[expect(clippy::missing_panics_doc, reason = "a test fails by panicking")]
    pub fn lobby(&self) -> &super::RoomState {
        self.room(LOBBY).unwrap()
    }

    #[expect(clippy::missing_panics_doc, reason = "a test fails by panicking")]
    pub fn bodies(&self) -> Vec<String> {
        let log = self.lobby().log.as_ref().unwrap();
        log.messages()
            .map(|message| message.body().unwrap_or("deleted").to_owned())
            .collect()
    }
}
