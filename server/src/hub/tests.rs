//! What the hub promises, with a clock that only the tests move.

use shared::{
    Activity, ClientId, CloseCode, DeletedUser, Epoch, Marks, Message, MessageId, MessageState,
    NamedRoom, PresenceState, Room, RoomHead, RoomId, ServerFrame, Session, SessionId, Ticks,
    Timestamp, User, UserId, Visibility,
};
use uuid::Uuid;

use super::{Audience, ConnId, Effect, Hello, Hub, Leaving, Millis, NotReady};
use crate::{
    bus::{Availability, ServerId, Signal},
    store::Change,
};

mod crowd;
mod elsewhere;
mod gap;
mod presence;
mod rates;
mod rooms;

const ALICE: UserId = UserId::from_uuid(Uuid::from_u128(1));
const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));
const LOBBY: RoomId = RoomId::from_uuid(Uuid::from_u128(100));
const ATTIC: RoomId = RoomId::from_uuid(Uuid::from_u128(101));

fn conn(serial: u64) -> ConnId {
    ConnId { worker: 0, serial }
}

fn login(n: u128) -> SessionId {
    SessionId::from_uuid(Uuid::from_u128(1_000 + n))
}

fn hello(user: UserId, rooms: &[(RoomId, u64)]) -> Hello {
    let at = Timestamp::from_millis(0);
    Hello {
        session: Session {
            id: login(0),
            created_at: at,
            last_used_at: at,
            expires_at: at,
            user_agent: String::new(),
            current: true,
        },
        // Only its id counts here.
        user: User::Deleted(DeletedUser {
            id: user,
            deleted: true,
        }),
        epoch: Epoch::from_uuid(Uuid::from_u128(9)),
        rooms: rooms
            .iter()
            .map(|(id, head)| RoomHead {
                id: *id,
                head: *head,
            })
            .collect(),
    }
}

/// Connects somebody who is in the lobby.
fn connect(hub: &mut Hub, serial: u64, user: UserId, now: Millis) -> Vec<Effect> {
    hub.begin(conn(serial), user, login(u128::from(serial)));
    hub.ready(conn(serial), hello(user, &[(LOBBY, 0)]), now)
        .expect("nothing ended it")
}

fn frames(effects: &[Effect]) -> Vec<(&Audience, &ServerFrame)> {
    fn frame(effect: &Effect) -> Option<(&Audience, &ServerFrame)> {
        match effect {
            Effect::Send { to, frame, .. } => Some((to, frame)),
            _ => None,
        }
    }
    effects.iter().filter_map(frame).collect()
}

/// What others are told of somebody's presence.
fn notices(effects: &[Effect]) -> Vec<(UserId, PresenceState)> {
    let notice = |(to, frame): (&Audience, &ServerFrame)| match frame {
        ServerFrame::PresenceChanged { user, state, .. } => {
            assert!(
                matches!(to, Audience::Rooms { except, .. } if except == user),
                "{to:?}"
            );
            Some((*user, *state))
        }
        _ => None,
    };
    frames(effects).into_iter().filter_map(notice).collect()
}

fn ready_frame(effects: &[Effect]) -> (Vec<RoomHead>, Vec<UserId>, u32) {
    for (_, frame) in frames(effects) {
        if let ServerFrame::Ready {
            rooms,
            online,
            online_count,
            ..
        } = frame
        {
            let online = online
                .iter()
                .flatten()
                .map(|presence| presence.user)
                .collect();
            return (rooms.clone(), online, *online_count);
        }
    }
    panic!("no ready in {effects:?}");
}

fn message(room: RoomId, rev: u64) -> Message {
    Message {
        id: MessageId::from_uuid(Uuid::from_u128(u128::from(rev))),
        room,
        seq: rev,
        rev,
        author: ALICE,
        client_id: ClientId::from_uuid(Uuid::from_u128(u128::from(rev))),
        created_at: Timestamp::from_millis(0),
        state: MessageState::Live {
            body: "hi".into(),
            reply_to: None,
            edited_at: None,
        },
    }
}

fn room(id: RoomId) -> Room {
    Room::Room(NamedRoom {
        id,
        name: "attic".parse().unwrap(),
        title: None,
        topic: None,
        visibility: Visibility::Public,
        member_count: 1,
        head: 7,
        created_at: Timestamp::from_millis(0),
    })
}
