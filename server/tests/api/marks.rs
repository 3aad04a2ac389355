//! Marks: how far everybody has got, what is unread, and the ticks that follow from it.

use serde_json::json;
use shared::{
    ClientFrame, ErrorCode, Lowest, Marks, MarksAnswer, Members, RoomId, ServerFrame, UserId,
};

use crate::harness::{Person, Socket, TestServer};

fn marks(delivered: u64, read: u64) -> Marks {
    Marks { delivered, read }
}

async fn put(person: &Person, room: RoomId, update: serde_json::Value) -> Marks {
    let path = format!("/rooms/{room}/marks");
    let answer: MarksAnswer = person.put(&path).json(update).await.ok();
    answer.marks
}

impl Socket {
    async fn next_marks(&mut self) -> (RoomId, UserId, Marks) {
        self.until(|frame| match frame {
            ServerFrame::MarksChanged {
                room,
                user,
                delivered,
                read,
            } => Some((room, user, marks(delivered, read))),
            _ => None,
        })
        .await
    }
}

#[actix_web::test]
async fn marks_only_move_forward_and_not_beyond_the_head() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    alice.count_to(lobby, 10).await;
    for (update, wanted) in [
        (json!({ "delivered": 4 }), marks(4, 0)),
        (json!({ "read": 2 }), marks(4, 2)),
        (json!({ "delivered": 1, "read": 1 }), marks(4, 2)),
        (json!({ "read": 6 }), marks(6, 6)),
        (json!({}), marks(6, 6)),
        (json!({ "delivered": 999 }), marks(10, 6)),
        (json!({ "read": u64::MAX >> 1 }), marks(10, 10)),
        (json!({ "delivered": 0, "read": 0 }), marks(10, 10)),
    ] {
        assert_eq!(put(&bob, lobby, update.clone()).await, wanted, "{update}");
        assert_eq!(bob.my_room(lobby).await.marks, wanted, "{update}");
    }
}

#[actix_web::test]
async fn marks_of_the_wrong_form_are_refused() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    for (update, code, field) in [
        (json!({ "read": -1 }), ErrorCode::InvalidField, "read"),
        (json!({ "read": 1.5 }), ErrorCode::InvalidField, "read"),
        (
            json!({ "delivered": "4" }),
            ErrorCode::InvalidField,
            "delivered",
        ),
        (json!({ "seen": 1 }), ErrorCode::InvalidRequest, "seen"),
    ] {
        alice
            .put(&format!("/rooms/{}/marks", server.lobby()))
            .json(update)
            .await
            .refused_on(code, field);
    }
}

#[actix_web::test]
async fn a_mark_said_over_a_socket_reaches_the_members() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    alice.count_to(lobby, 3).await;
    let (mut alices, mut bobs) = (alice.connect().await, bob.connect().await);
    bobs.tell(&ClientFrame::Mark {
        room: lobby,
        delivered: Some(2),
        read: None,
    })
    .await;
    assert_eq!(alices.next_marks().await, (lobby, bob.id, marks(2, 0)));
    server.clock.advance(250);
    bobs.mark_read(lobby, 3).await;
    assert_eq!(alices.next_marks().await, (lobby, bob.id, marks(3, 3)));
    // One's other tabs clear their badges by it.
    assert_eq!(bobs.next_marks().await, (lobby, bob.id, marks(2, 0)));
    let path = format!("/rooms/{lobby}/members");
    let page: Members = alice.get(&path).await.ok();
    let of_bob = page.members.iter().find(|m| m.user.id() == bob.id);
    assert_eq!(of_bob.unwrap().marks, marks(3, 3));
}

#[actix_web::test]
async fn marks_that_come_fast_are_told_seldom_and_the_last_one_always() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    alice.count_to(lobby, 40).await;
    let (mut alices, mut bobs) = (alice.connect().await, bob.connect().await);
    for seq in 1..=40 {
        bobs.mark_read(lobby, seq).await;
    }
    let mut told = Vec::new();
    while told.last() != Some(&40) {
        told.push(alices.next_marks().await.2.read);
    }
    assert!(told.is_sorted(), "{told:?}");
    assert!(told.len() < 20, "{} for 40 marks: {told:?}", told.len());
}

#[actix_web::test]
async fn only_members_mark() {
    let server = TestServer::start().await;
    let (alice, mallory) = (
        server.register("alice").await,
        server.register("mallory").await,
    );
    let public = alice.open_room("club").await.id;
    let private = alice.open_private_room("cabal").await.id;
    alice.say(public, "hi").await;
    alice.say(private, "hi").await;
    let (mut alices, mut mallorys) = (alice.connect().await, mallory.connect().await);
    mallorys.mark_read(public, 1).await;
    mallorys.expect_error(ErrorCode::Forbidden).await;
    mallorys.mark_read(private, 1).await;
    mallorys.expect_error(ErrorCode::NotFound).await;
    alice.read_to(public, 1).await;
    assert_eq!(alices.next_marks().await.1, alice.id, "only her own");
}

#[actix_web::test]
async fn unread_counts_what_others_said_and_is_still_there() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    let said = alice.count_to(lobby, 5).await;
    bob.say(lobby, "my own").await;
    let unread = async || bob.my_room(lobby).await.unread;
    assert_eq!(unread().await, 5);
    alice.take_back(&said[4]).await;
    assert_eq!(unread().await, 4);
    alice.reword(&said[0], "edited").await;
    assert_eq!(unread().await, 4);
    bob.read_to(lobby, said[1].seq).await;
    assert_eq!(unread().await, 2);
    put(&bob, lobby, json!({ "delivered": 9 })).await;
    assert_eq!(unread().await, 2, "delivered is not read");
    bob.read_to(lobby, 9).await;
    assert_eq!(unread().await, 0);
    assert_eq!(alice.my_room(lobby).await.unread, 1);
}

#[actix_web::test]
async fn unread_is_counted_to_a_thousand() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    let mut sending = alice.connect().await;
    for n in 1..=1_005 {
        sending.send_message(lobby, &n.to_string()).await;
        if n % 100 == 0 || n == 1_005 {
            sending.heard_before(&n.to_string()).await;
        }
    }
    assert_eq!(bob.my_room(lobby).await.unread, 1_000);
}

#[actix_web::test]
async fn a_large_room_hears_its_lowest_marks() {
    let server = TestServer::start().await;
    let crowd = server.register_crowd("guest", 33).await;
    let (lobby, author) = (server.lobby(), &crowd[0]);
    let said = author.say(lobby, "do you all read me?").await;
    let mut socket = author.connect().await;
    for (n, person) in crowd.iter().enumerate() {
        // All but the last two have read it; of these one has it.
        match n {
            0..=30 => drop(person.read_to(lobby, said.seq).await),
            31 => drop(put(person, lobby, json!({ "delivered": said.seq })).await),
            _ => {}
        }
    }
    server.clock.advance(1_000);
    let wanted = |lowest: u64, user: &Person, rest: u64| Lowest {
        lowest,
        user: user.id,
        rest,
    };
    let (delivered, read) = (wanted(0, &crowd[32], 1), wanted(0, &crowd[31], 0));
    loop {
        let told = socket
            .until(|frame| match frame {
                ServerFrame::TicksChanged {
                    room,
                    delivered,
                    read,
                } => Some((room, delivered, read)),
                // One's own tell one's other tabs what is read.
                ServerFrame::MarksChanged { user, .. } => {
                    assert_eq!(user, author.id);
                    None
                }
                _ => None,
            })
            .await;
        if told == (lobby, delivered, read) {
            break;
        }
        server.clock.advance(1_000);
    }
    let ticks = author.my_room(lobby).await.ticks.expect("a large room");
    assert_eq!((ticks.delivered, ticks.read), (delivered, read));
    let small = author.open_room("small").await.id;
    assert_eq!(author.my_room(small).await.ticks, None);
}

#[actix_web::test]
async fn in_a_large_room_ones_own_marks_reach_ones_own_sockets_alone() {
    let server = TestServer::start().await;
    let crowd = server.register_crowd("guest", 33).await;
    let (lobby, alice, bob) = (server.lobby(), &crowd[0], &crowd[1]);
    let said = alice.say(lobby, "hi").await;
    let (mut alices, mut bobs) = (alice.connect().await, bob.connect().await);
    bob.read_to(lobby, said.seq).await;
    assert_eq!(bobs.next_marks().await, (lobby, bob.id, marks(1, 1)));
    alice.say(lobby, "to all").await;
    let heard = alices.heard_before("to all").await;
    let of_bob = |frame: &ServerFrame| matches!(frame, ServerFrame::MarksChanged { .. });
    assert!(!heard.iter().any(of_bob), "{heard:?}");
}
