//! Typing: the others see it, and nobody outside the room.

use shared::{ClientFrame, ErrorCode, RoomId, ServerFrame, UserId};

use crate::harness::{Socket, TestServer};

impl Socket {
    async fn type_in(&mut self, room: RoomId) {
        self.tell(&ClientFrame::Typing { room }).await;
    }
}

fn typing(heard: &[ServerFrame]) -> Vec<(RoomId, UserId)> {
    heard
        .iter()
        .filter_map(|frame| match frame {
            ServerFrame::Typing { room, user } => Some((*room, *user)),
            _ => None,
        })
        .collect()
}

#[actix_web::test]
async fn typing_is_seen_by_the_other_members_and_not_by_oneself() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mallory = server.register("mallory").await;
    let room = alice.open_room("club").await.id;
    bob.join(room).await;
    let (mut alices, mut bobs) = (alice.connect().await, bob.connect().await);
    let (mut other_tab, mut mallorys) = (alice.connect().await, mallory.connect().await);
    alices.type_in(room).await;
    let seen = bobs
        .until(|frame| match frame {
            ServerFrame::Typing { room, user } => Some((room, user)),
            _ => None,
        })
        .await;
    assert_eq!(seen, (room, alice.id));
    alice.say(server.lobby(), "to all").await;
    for socket in [&mut alices, &mut other_tab, &mut mallorys] {
        assert_eq!(typing(&socket.heard_before("to all").await), []);
    }
}

#[actix_web::test]
async fn typing_is_told_once_a_second_at_most() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    let (mut alices, mut bobs) = (alice.connect().await, bob.connect().await);
    for _ in 0..20 {
        alices.type_in(lobby).await;
    }
    alices.ping().await;
    alice.say(lobby, "first").await;
    let told = typing(&bobs.heard_before("first").await).len();
    assert!((1..=2).contains(&told), "told {told} times");
    server.clock.advance(1_000);
    alices.type_in(lobby).await;
    alices.ping().await;
    alice.say(lobby, "second").await;
    assert_eq!(
        typing(&bobs.heard_before("second").await),
        [(lobby, alice.id)]
    );
}

#[actix_web::test]
async fn a_message_ends_the_pause_between_typing_notices() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    let (mut alices, mut bobs) = (alice.connect().await, bob.connect().await);
    alices.type_in(lobby).await;
    alices.send_message(lobby, "one").await;
    alices.type_in(lobby).await;
    alices.ping().await;
    bob.say(lobby, "two").await;
    let heard = bobs.heard_before("two").await;
    assert_eq!(typing(&heard).len(), 2, "{heard:?}");
}

#[actix_web::test]
async fn nobody_types_where_they_are_not() {
    let server = TestServer::start().await;
    let (alice, mallory) = (
        server.register("alice").await,
        server.register("mallory").await,
    );
    let room = alice.open_room("club").await.id;
    let (mut alices, mut mallorys) = (alice.connect().await, mallory.connect().await);
    mallorys.type_in(room).await;
    mallorys.expect_error(ErrorCode::Forbidden).await;
    let hidden = alice.open_private_room("cabal").await.id;
    mallorys.type_in(hidden).await;
    mallorys.expect_error(ErrorCode::NotFound).await;
    alice.say(room, "quiet here").await;
    assert_eq!(typing(&alices.heard_before("quiet here").await), []);
}
