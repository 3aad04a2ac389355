//! Server-Sent Events: the frames of a socket, with cursors, that stay open.

use std::time::Duration;

use actix_web::rt::time::timeout;
use shared::{ErrorCode, ResetReason, ServerFrame};

use crate::harness::{Event, EventStream, TestServer};

#[actix_web::test]
async fn a_stream_carries_the_frames_of_a_socket() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    let (mut socket, mut stream) = (alice.connect().await, alice.listen().await);
    assert_eq!(stream.ready.session.id, alice.session);
    assert_eq!(stream.ready.rooms, socket.ready.rooms);
    assert_eq!(stream.ready.epoch, socket.ready.epoch);

    let mut bobs = bob.connect().await;
    let said = bob.say(lobby, "hi").await;
    bob.reword(&said, "hello").await;
    bob.take_back(&said).await;
    bobs.mark_read(lobby, 1).await;
    bob.open_room("club").await;
    let _ = alice.put("/rooms/club/members/me").await.is(200);
    bob.say(lobby, "end").await;
    let mut by_socket = socket.heard_before("end").await;
    let mut by_stream = Vec::new();
    loop {
        let frame = stream.frame().await;
        if matches!(&frame, ServerFrame::MessagePosted { message } if message.body() == Some("end"))
        {
            break;
        }
        by_stream.push(frame);
    }
    // Marks are told when their time comes: before the end, or after it.
    for heard in [&mut by_socket, &mut by_stream] {
        heard.retain(|frame| !matches!(frame, ServerFrame::MarksChanged { .. }));
    }
    assert!(by_socket.len() >= 5, "{by_socket:?}");
    assert_eq!(by_socket, by_stream);
}

#[actix_web::test]
async fn ids_stand_on_ready_caught_up_and_whatever_has_a_number() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    let mut stream = alice.listen().await;
    let first = stream.last_id.clone();
    assert!(!first.is_empty() && first.len() <= 4_096);
    let _bobs = bob.connect().await;
    bob.say(lobby, "hi").await;
    let mut seen = Vec::new();
    while seen.len() < 2 {
        if let Event::Frame { id, frame } = stream.next().await {
            match frame {
                ServerFrame::PresenceChanged { .. } => assert_eq!(id, None),
                ServerFrame::MessagePosted { .. } => assert!(id.is_some_and(|id| id != first)),
                // That Bob registered may be told late: the feed waits for nobody's connection.
                ServerFrame::MemberJoined { .. } => continue,
                other => panic!("{other:?}"),
            }
            seen.push(());
        }
    }
    let mut again = alice.listen_from(&first).await;
    loop {
        if let Event::Frame { id, frame } = again.next().await
            && matches!(frame, ServerFrame::CaughtUp { .. })
        {
            assert_eq!(id.as_ref(), Some(&stream.last_id));
            return;
        }
    }
}

/// What the messages say until the room is caught up.
async fn bodies_until_caught_up(stream: &mut EventStream) -> Vec<String> {
    let mut bodies = Vec::new();
    loop {
        match stream.frame().await {
            ServerFrame::MessagePosted { message } | ServerFrame::MessageChanged { message } => {
                bodies.push(message.body().unwrap_or("(deleted)").to_owned());
            }
            ServerFrame::CaughtUp { .. } => return bodies,
            _ => {}
        }
    }
}

#[actix_web::test]
async fn a_stream_resumes_by_its_last_id_without_gap_or_double() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    let mut stream = alice.listen().await;
    let said = bob.say(lobby, "one").await;
    stream.expect_message("one").await;
    let id = stream.last_id.clone();
    drop(stream);
    bob.say(lobby, "two").await;
    bob.reword(&said, "one!").await;

    let mut stream = alice.listen_from(&id).await;
    assert_eq!(bodies_until_caught_up(&mut stream).await, ["two", "one!"]);
    bob.say(lobby, "three").await;
    stream.expect_message("three").await;
    let by_url = format!("/events?cursor={}", stream.last_id);
    bob.say(lobby, "four").await;
    stream.expect_message("four").await;
    let mut again = EventStream::open(alice.get(&by_url)).await;
    assert_eq!(bodies_until_caught_up(&mut again).await, ["four"]);
    // What the browser remembers is newer than what the page put into the URL.
    let call = alice.get(&by_url).header("last-event-id", &stream.last_id);
    let mut again = EventStream::open(call).await;
    assert_eq!(bodies_until_caught_up(&mut again).await, [""; 0]);
}

#[actix_web::test]
async fn streams_cut_again_and_again_miss_nothing_while_people_talk() {
    const COUNT: usize = 120;
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    let first = alice.listen().await.last_id;
    let talking = async {
        for n in 0..COUNT {
            bob.say(lobby, &n.to_string()).await;
        }
    };
    let listening = async {
        let (mut heard, mut id, mut cuts) = (Vec::new(), first, 0);
        while heard.len() < COUNT {
            let mut stream = alice.listen_from(&id).await;
            let until = heard.len() + 7;
            while heard.len() < until.min(COUNT) {
                if let ServerFrame::MessagePosted { message } = stream.frame().await {
                    heard.push(message.body().unwrap().to_owned());
                }
            }
            id = stream.last_id;
            cuts += 1;
        }
        (heard, cuts)
    };
    let ((), (heard, cuts)) = futures_util::future::join(talking, listening).await;
    let wanted: Vec<_> = (0..COUNT).map(|n| n.to_string()).collect();
    assert_eq!(heard, wanted, "after {cuts} cuts");
    assert!(cuts >= 17, "{cuts}");
}

#[actix_web::test]
async fn a_room_joined_while_away_is_fetched_afresh_and_a_lost_one_is_gone() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lost = bob.open_room("lost").await.id;
    alice.join(lost).await;
    let id = alice.listen().await.last_id;
    let new = bob.open_room("new").await.id;
    alice.join(new).await;
    bob.remove(lost, &alice).await;
    let mut stream = alice.listen_from(&id).await;
    let mut resets = Vec::new();
    while resets.len() < 2 {
        if let ServerFrame::Reset { room, reason } = stream.frame().await {
            resets.push((room.unwrap(), reason));
        }
    }
    assert!(resets.contains(&(new, ResetReason::Cursor)), "{resets:?}");
    assert!(resets.contains(&(lost, ResetReason::Gone)), "{resets:?}");
}

#[actix_web::test]
async fn a_cursor_of_another_store_resets_and_a_broken_one_is_refused() {
    let server = TestServer::start().await;
    let other = TestServer::start().await;
    let alice = server.register("alice").await;
    let foreign = other.register("alice").await.listen().await.last_id;
    let mut stream = alice.listen_from(&foreign).await;
    let reset = ServerFrame::Reset {
        room: None,
        reason: ResetReason::Epoch,
    };
    assert_eq!(stream.frame().await, reset);
    for cursor in ["nonsense", "AAAA", &"A".repeat(5_000)] {
        alice
            .get("/events")
            .header("last-event-id", cursor)
            .await
            .refused_on(ErrorCode::InvalidField, "cursor");
    }
    alice
        .get("/events?since=3")
        .await
        .refused_on(ErrorCode::InvalidRequest, "since");
}

#[actix_web::test]
async fn an_idle_stream_says_that_it_lives() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let mut stream = alice.listen().await;
    for _ in 0..3 {
        server.clock.advance(15_000);
        assert!(matches!(stream.next().await, Event::Comment));
    }
    // Long after the silence that a socket is closed for.
    server.clock.advance(120_000);
    alice.say(server.lobby(), "still there?").await;
    stream.expect_message("still there?").await;
}

#[actix_web::test]
async fn a_stream_ends_with_its_token_and_says_so() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let mut stream = alice.listen().await;
    server.clock.advance(3_600_000);
    let heard = timeout(Duration::from_secs(2), stream.heard_until_end()).await;
    let heard = heard.expect("it ends within two seconds");
    assert!(
        matches!(
            heard.last(),
            Some(ServerFrame::Error {
                code: ErrorCode::TokenExpired,
                ..
            })
        ),
        "{heard:?}"
    );
}
