//! Coming back: nothing missed, nothing twice, whatever happened meanwhile.

use std::collections::HashMap;

use shared::{ClientFrame, Epoch, ErrorCode, Message, ResetReason, RoomId, ServerFrame};

use crate::harness::{Socket, TestServer, bodies};

impl Socket {
    /// The next `reset`: of which room, and why.
    pub async fn expect_reset(&mut self) -> (Option<RoomId>, ResetReason) {
        self.until(|frame| match frame {
            ServerFrame::Reset { room, reason } => Some((room, reason)),
            _ => None,
        })
        .await
    }
}

#[actix_web::test]
async fn who_comes_back_hears_what_was_posted_edited_and_deleted_meanwhile() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    let known = alice.count_to(lobby, 4).await;
    let cursor = bob.page(lobby, "").await.head;
    bob.connect().await.close().await;

    alice.reword(&known[0], "one").await;
    alice.take_back(&known[1]).await;
    let new = alice.say(lobby, "new").await;
    alice.reword(&new, "newer").await;
    let gone = alice.say(lobby, "said and taken back").await;
    alice.take_back(&gone).await;

    let mut socket = bob.connect().await;
    socket.resume([(lobby, cursor)]).await;
    let (heard, head) = socket.heard_until_caught_up(lobby).await;
    assert_eq!(head, cursor + 6);
    // Each in its current state, by its last number.
    assert_eq!(bodies(&heard), ["one", "(deleted)", "newer", "(deleted)"]);
    let kinds: Vec<_> = heard
        .iter()
        .map(|frame| matches!(frame, ServerFrame::MessagePosted { .. }))
        .collect();
    // New to this client, or known to it and changed.
    assert_eq!(kinds, [false, false, true, true]);
}

#[actix_web::test]
async fn who_missed_nothing_is_caught_up_at_once() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    alice.count_to(lobby, 3).await;
    let mut socket = alice.connect().await;
    assert_eq!(socket.ready.head(lobby), Some(3));
    socket.resume([(lobby, 3)]).await;
    assert_eq!(socket.heard_until_caught_up(lobby).await, (vec![], 3));
}

#[actix_web::test]
async fn a_cursor_of_nothing_gets_everything() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    let said = alice.count_to(lobby, 250).await;
    let mut socket = alice.connect().await;
    socket.resume([(lobby, 0)]).await;
    let (heard, head) = socket.heard_until_caught_up(lobby).await;
    assert_eq!(head, 250);
    let bodies_said: Vec<_> = said.iter().filter_map(Message::body).collect();
    assert_eq!(bodies(&heard), bodies_said, "over several pages");
}

#[actix_web::test]
async fn several_rooms_are_resumed_in_one_frame() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let other = alice.open_room("other").await.id;
    alice.say(server.lobby(), "in the lobby").await;
    alice.say(other, "elsewhere").await;
    let mut socket = alice.connect().await;
    socket.resume([(server.lobby(), 0), (other, 0)]).await;
    let mut heads = HashMap::new();
    while heads.len() < 2 {
        if let ServerFrame::CaughtUp { room, head } = socket.frame().await {
            heads.insert(room, head);
        }
    }
    assert_eq!(heads, HashMap::from([(server.lobby(), 1), (other, 1)]));
}

#[actix_web::test]
async fn a_room_one_is_not_in_is_gone() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lost = alice.open_private_room("lost").await.id;
    let deleted = alice.open_room("deleted").await.id;
    for room in [lost, deleted] {
        alice.invite(room, &bob).await;
    }
    alice.remove(lost, &bob).await;
    let _ = alice.delete(&format!("/rooms/{deleted}")).await.done();
    let never = RoomId::from_uuid(uuid::Uuid::now_v7());
    let mut socket = bob.connect().await;
    for room in [lost, deleted, never] {
        socket.resume([(room, 0)]).await;
        let reset = socket.expect_reset().await;
        assert_eq!(reset, (Some(room), ResetReason::Gone));
    }
}

#[actix_web::test]
async fn a_cursor_above_the_head_is_reset() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    alice.count_to(server.lobby(), 2).await;
    let mut socket = alice.connect().await;
    socket.resume([(server.lobby(), 3)]).await;
    let reset = socket.expect_reset().await;
    assert_eq!(reset, (Some(server.lobby()), ResetReason::Ahead));
    alice.say(server.lobby(), "on it goes").await;
    socket.expect_message("on it goes").await;
}

#[actix_web::test]
async fn a_foreign_epoch_resets_everything() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    alice.count_to(server.lobby(), 2).await;
    let mut socket = alice.connect().await;
    socket
        .tell(&ClientFrame::Resume {
            epoch: Some(Epoch::from_uuid(uuid::Uuid::new_v4())),
            rooms: HashMap::from([(server.lobby(), 0)]),
        })
        .await;
    assert_eq!(socket.expect_reset().await, (None, ResetReason::Epoch));
}

#[actix_web::test]
async fn the_epoch_outlives_a_restart_and_so_do_cursors() {
    let mut server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    alice.count_to(lobby, 2).await;
    let before = alice.connect().await.ready.epoch;
    server.restart().await;
    alice.say(lobby, "after").await;
    let mut socket = alice.connect().await;
    assert_eq!(socket.ready.epoch, before);
    socket.resume([(lobby, 2)]).await;
    let (heard, head) = socket.heard_until_caught_up(lobby).await;
    assert_eq!((bodies(&heard), head), (vec!["after"], 3));
}

#[actix_web::test]
async fn beyond_a_thousand_changes_one_pages_them() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    let mut sending = alice.connect().await;
    for n in 1..=1_001 {
        sending.send_message(lobby, &n.to_string()).await;
        // As many on their way as one client may have.
        if n % 100 == 0 || n == 1_001 {
            sending.heard_before(&n.to_string()).await;
        }
    }
    let mut socket = alice.connect().await;
    socket.resume([(lobby, 1)]).await;
    socket.heard_until_caught_up(lobby).await;
    socket.resume([(lobby, 0)]).await;
    let head = socket
        .until(|frame| match frame {
            ServerFrame::Behind { room, head } if room == lobby => Some(head),
            ServerFrame::MessagePosted { .. } => panic!("{frame:?}"),
            _ => None,
        })
        .await;
    assert_eq!(head, 1_001);
    let mut since = 0;
    let mut count = 0;
    loop {
        let page = alice
            .changes(lobby, &format!("?since={since}&limit=100"))
            .await;
        count += page.messages.len();
        since = page.messages.last().map_or(page.head, |last| last.rev);
        if !page.has_more {
            break;
        }
    }
    assert_eq!((count, since), (1_001, 1_001));
    // The room goes on live.
    alice.say(lobby, "live").await;
    socket.expect_message("live").await;
}

#[actix_web::test]
async fn a_resume_names_at_most_200_rooms_and_may_be_repeated() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let mut socket = alice.connect().await;
    let rooms = |count: usize| (0..count).map(|_| (RoomId::from_uuid(uuid::Uuid::now_v7()), 0));
    socket.resume(rooms(201)).await;
    let refused = socket.expect_error(ErrorCode::InvalidField).await;
    assert_eq!(refused.error.field.as_deref(), Some("rooms"));
    for _ in 0..2 {
        socket.resume(rooms(200)).await;
        for _ in 0..200 {
            assert_eq!(socket.expect_reset().await.1, ResetReason::Gone);
        }
    }
}

#[actix_web::test]
async fn live_frames_of_a_room_wait_until_it_is_caught_up() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    alice.count_to(lobby, 300).await;
    let mut sending = alice.connect().await;
    for round in 0..10 {
        let mut socket = alice.connect().await;
        socket.resume([(lobby, 0)]).await;
        socket.tell(&ClientFrame::Ping {}).await;
        let (mut heard, mut is_read, mut caught_up) = (Vec::new(), false, None);
        while !is_read || caught_up.is_none() {
            match socket.frame().await {
                // The resume was read before the ping: from now on nothing live overtakes it.
                ServerFrame::Pong {} => {
                    is_read = true;
                    for n in 0..5 {
                        sending.send_message(lobby, &format!("{round}/{n}")).await;
                    }
                }
                ServerFrame::CaughtUp { head, .. } => caught_up = Some(head),
                frame => heard.push(frame),
            }
        }
        let head = caught_up.unwrap();
        let revs = revs(&heard);
        assert!(revs.is_sorted(), "{revs:?}");
        let all: Vec<_> = (1..=head).collect();
        assert_eq!(revs, all, "all of the log, once");
        let mut next = head;
        while next < 300 + 5 * (round + 1) {
            next += 1;
            assert_eq!(socket.next_message().await.rev, next);
        }
    }
}

#[actix_web::test]
async fn an_acceptance_comes_before_its_message_even_while_resuming() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    alice.count_to(lobby, 150).await;
    let mut socket = alice.connect().await;
    for round in 0..20 {
        let body = format!("round {round}");
        let id = socket.send_message(lobby, &body).await;
        socket.resume([(lobby, 0)]).await;
        let before = socket.heard_before(&body).await;
        assert!(
            before.iter().any(
                |frame| matches!(frame, ServerFrame::MessageAccepted { client_id, .. } if *client_id == id)
            ),
            "round {round}: the message came first"
        );
        socket.ping().await;
    }
}

fn revs(frames: &[ServerFrame]) -> Vec<u64> {
    frames
        .iter()
        .filter_map(|frame| match frame {
            ServerFrame::MessagePosted { message } | ServerFrame::MessageChanged { message } => {
                Some(message.rev)
            }
            _ => None,
        })
        .collect()
}
