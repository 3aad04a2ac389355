//! Two servers on one store: what happens on one reaches the people connected to the other.

use std::time::{Duration, Instant};

use shared::{Activity, ClientFrame, Marks, PresenceState, ServerFrame};

use crate::harness::{Pair, Person, Side, Socket, presences};

/// Alice is connected in the east, Bob in the west, and both know it.
async fn alice_and_bob() -> (Pair, Person, Person, Socket, Socket) {
    let pair = Pair::start().await;
    let alice = pair.east.register("alice").await;
    let bob = pair.west.register("bob").await;
    let mut alices = alice.connect().await;
    let bobs = bob.connect().await;
    alices.until_shown(&bob, PresenceState::Online).await;
    (pair, alice, bob, alices, bobs)
}

#[actix_web::test]
async fn posts_edits_and_deletions_reach_the_people_of_both_servers() {
    let (pair, alice, bob, mut alices, mut bobs) = alice_and_bob().await;
    let lobby = pair.east.lobby();
    let sent = alices.send_message(lobby, "over here").await;
    alices.expect_accepted(sent).await;
    alices.expect_message("over here").await;
    let heard = bobs.expect_message("over here").await;
    bob.say(lobby, "over there").await;
    alices.expect_message("over there").await;
    alice.reword(&heard, "here").await;
    assert_eq!(bobs.expect_change().await.body(), Some("here"));
    alice.take_back(&heard).await;
    assert_eq!(bobs.expect_change().await.body(), None);
}

#[actix_web::test]
async fn a_retry_on_the_other_server_gets_the_same_message() {
    let (pair, alice, _, mut alices, _bobs) = alice_and_bob().await;
    let lobby = pair.east.lobby();
    let sent = alices.send_message(lobby, "once").await;
    let (id, seq) = alices.expect_accepted(sent).await;
    let mut moved = alice.on(&pair.west).connect().await;
    moved.send_as(lobby, sent, "once").await;
    assert_eq!(moved.expect_accepted(sent).await, (id, seq));
    assert_eq!(alice.history(lobby).await.len(), 1);
}

#[actix_web::test]
async fn rooms_made_joined_and_left_on_one_server_are_known_to_sockets_on_the_other() {
    let (pair, alice, bob, _alices, mut bobs) = alice_and_bob().await;
    let room = alice.open_room("club").await.id;
    // The request goes east, the socket is in the west, and it resumes before it can have heard.
    bob.on(&pair.east).join(room).await;
    bobs.resume([(room, 0)]).await;
    let (_, head) = bobs.heard_until_caught_up(room).await;
    assert_eq!(head, 0);
    alice.say(room, "welcome").await;
    bobs.expect_message("welcome").await;
    alice.remove(room, &bob).await;
    bobs.expect(ServerFrame::MemberLeft { room, user: bob.id })
        .await;
    alice.say(room, "among us").await;
    alice.say(pair.east.lobby(), "to all").await;
    bobs.expect_message("to all").await;
}

#[actix_web::test]
async fn a_fresh_connection_hears_nothing_twice_that_is_fed_late() {
    let (pair, alice, bob, _alices, _bobs) = alice_and_bob().await;
    let lobby = pair.east.lobby();
    let room = bob.open_room("club").await.id;
    alice.say(lobby, "under the head").await;
    // The feed has told nobody of either yet.
    let mut fresh = bob.connect().await;
    assert_eq!(
        (fresh.ready.head(lobby), fresh.ready.head(room)),
        (Some(1), Some(0))
    );
    alice.say(lobby, "live").await;
    let heard = fresh.heard_before("live").await;
    let is_repeated = |frame: &ServerFrame| {
        matches!(
            frame,
            ServerFrame::MessagePosted { .. } | ServerFrame::RoomJoined { .. }
        )
    };
    assert!(!heard.iter().any(is_repeated), "{heard:?}");
}

#[actix_web::test]
async fn marks_reach_the_other_server() {
    let (pair, alice, bob, mut alices, mut bobs) = alice_and_bob().await;
    let lobby = pair.east.lobby();
    alice.say(lobby, "read me").await;
    bobs.expect_message("read me").await;
    bobs.mark_read(lobby, 1).await;
    let read = Marks {
        delivered: 1,
        read: 1,
    };
    assert_eq!(alices.next_marks_of(&bob).await, read);
}

#[actix_web::test]
async fn who_is_connected_to_either_server_is_shown_by_both() {
    let (pair, alice, bob, mut alices, mut bobs) = alice_and_bob().await;
    let lobby = pair.east.lobby();
    let mut both = vec![alice.id, bob.id];
    for reader in [&alice, &bob] {
        let mut online = reader.online_in(lobby).await;
        online.sort_unstable();
        both.sort_unstable();
        assert_eq!(online, both, "{}", reader.name);
    }
    let again = alice.connect().await;
    assert_eq!(again.ready.online_count, 2);
    bobs.set_presence(Activity::Away).await;
    alices.until_shown(&bob, PresenceState::Away).await;
    // Invisible in one place is invisible, also by a tab on another server.
    let mut elsewhere = bob.on(&pair.east).connect().await;
    alices.until_shown(&bob, PresenceState::Online).await;
    bobs.set_presence(Activity::Invisible).await;
    alices.until_shown(&bob, PresenceState::Offline).await;
    elsewhere.ping().await;
    assert_eq!(alice.online_in(lobby).await, [alice.id]);
}

#[actix_web::test]
async fn moving_to_the_other_server_is_neither_leaving_nor_arriving() {
    let (pair, alice, bob, mut alices, bobs) = alice_and_bob().await;
    bobs.close().await;
    let _moved = bob.on(&pair.east).connect().await;
    pair.clock.advance(5_000);
    pair.west.until_connections(0).await;
    alice.say(pair.east.lobby(), "still here?").await;
    let heard = alices.heard_before("still here?").await;
    assert!(presences(&heard).is_empty(), "{heard:?}");
    assert_eq!(alice.connect().await.ready.online_count, 2);
}

#[actix_web::test]
async fn with_a_lost_server_its_people_are_offline() {
    let (pair, alice, bob, mut alices, _bobs) = alice_and_bob().await;
    pair.lose(Side::West).await;
    alices.until_shown(&bob, PresenceState::Offline).await;
    assert_eq!(alice.online_in(pair.east.lobby()).await, [alice.id]);
}

#[actix_web::test]
async fn typing_is_seen_on_the_other_server() {
    let (pair, alice, _bob, mut alices, mut bobs) = alice_and_bob().await;
    let room = pair.east.lobby();
    alices.tell(&ClientFrame::Typing { room }).await;
    let user = alice.id;
    bobs.expect(ServerFrame::Typing { room, user }).await;
}

#[actix_web::test]
async fn logging_out_on_one_server_ends_the_login_on_the_other_within_a_second() {
    let (pair, alice, _, mut alices, _bobs) = alice_and_bob().await;
    let there = alice.on(&pair.west);
    let mut in_the_west = there.connect().await;
    assert!(there.is_signed_in().await, "the west remembers the login");
    let began = Instant::now();
    alice.log_out().await;
    for socket in [&mut alices, &mut in_the_west] {
        assert_eq!(socket.expect_close().await, 4003);
    }
    assert!(!there.is_signed_in().await);
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
}

#[actix_web::test]
async fn after_a_cut_of_the_feed_everybody_comes_anew_and_misses_nothing() {
    let (pair, alice, bob, mut alices, mut bobs) = alice_and_bob().await;
    let lobby = pair.east.lobby();
    alice.say(lobby, "before").await;
    alices.expect_message("before").await;
    bobs.expect_message("before").await;
    let other = pair.west.log_in("bob").await;
    let mut others = other.connect().await;
    pair.cut_feed(Side::West);
    alice.say(lobby, "meanwhile").await;
    alices.expect_message("meanwhile").await;
    other.on(&pair.east).log_out().await;
    assert!(other.is_signed_in().await, "the west has not heard of it");
    pair.mend_feed(Side::West).await;
    for socket in [&mut bobs, &mut others] {
        let hint = socket.until(|frame| match frame {
            ServerFrame::Draining { retry_after_ms } => Some(retry_after_ms),
            _ => None,
        });
        assert!(hint.await <= 2_500);
        assert_eq!(socket.expect_close().await, 1012);
    }
    assert!(!other.is_signed_in().await);
    let mut again = bob.connect().await;
    assert_eq!(again.ready.head(lobby), Some(2));
    again.resume([(lobby, 1)]).await;
    again.expect_message("meanwhile").await;
    alice.say(lobby, "after").await;
    again.expect_message("after").await;
    // Nobody was told that Bob was gone.
    let heard = alices.heard_before("after").await;
    assert!(presences(&heard).is_empty(), "{heard:?}");
}
