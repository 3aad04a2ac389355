//! Who is here: told to the others, once, and never to oneself.

use shared::{Activity, Members, PresenceState, ServerFrame, UserId};

use crate::harness::{Person, Socket, TestServer};

impl Socket {
    /// The next change of somebody's presence: whose, and what they are now.
    async fn next_presence(&mut self) -> (UserId, PresenceState) {
        self.until(|frame| match frame {
            ServerFrame::PresenceChanged { user, state, .. } => Some((user, state)),
            ServerFrame::PresenceBatch { .. } => panic!("{frame:?}"),
            _ => None,
        })
        .await
    }

    async fn expect_presence(&mut self, person: &Person, state: PresenceState) {
        assert_eq!(self.next_presence().await, (person.id, state));
    }

    fn online(&self) -> Vec<(UserId, PresenceState)> {
        let online = self.ready.online.iter().flatten();
        online
            .map(|presence| (presence.user, presence.state))
            .collect()
    }
}

/// What was told of presence before a message that is sent now.
async fn presence_so_far(
    socket: &mut Socket,
    speaker: &Person,
    server: &TestServer,
) -> Vec<ServerFrame> {
    let marker = uuid::Uuid::new_v4().to_string();
    speaker.say(server.lobby(), &marker).await;
    let mut heard = socket.heard_before(&marker).await;
    heard.retain(|frame| {
        matches!(
            frame,
            ServerFrame::PresenceChanged { .. } | ServerFrame::PresenceBatch { .. }
        )
    });
    heard
}

#[actix_web::test]
async fn an_arrival_is_announced_to_the_others_and_not_to_oneself() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut alices = alice.connect().await;
    let mut bobs = bob.connect().await;
    alices.expect_presence(&bob, PresenceState::Online).await;
    assert_eq!(presence_so_far(&mut bobs, &alice, &server).await, []);
    assert_eq!(presence_so_far(&mut alices, &alice, &server).await, []);
}

#[actix_web::test]
async fn a_second_tab_is_not_a_second_arrival() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut alices = alice.connect().await;
    let first = bob.connect().await;
    alices.expect_presence(&bob, PresenceState::Online).await;
    let second = bob.connect().await;
    let stream = bob.listen().await;
    let elsewhere = server.log_in("bob").await.connect().await;
    assert_eq!(presence_so_far(&mut alices, &bob, &server).await, []);
    // Nor is closing all but one a departure, however long ago.
    first.close().await;
    elsewhere.close().await;
    drop(stream);
    server.until_connections(2).await;
    server.clock.advance(10_000);
    assert_eq!(presence_so_far(&mut alices, &bob, &server).await, []);
    second.close().await;
    server.until_connections(1).await;
    server.clock.advance(5_000);
    alices.expect_presence(&bob, PresenceState::Offline).await;
}

#[actix_web::test]
async fn a_blip_announces_nothing() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut alices = alice.connect().await;
    let bobs = bob.connect().await;
    alices.expect_presence(&bob, PresenceState::Online).await;
    bobs.close().await;
    let back = bob.connect().await;
    assert_eq!(presence_so_far(&mut alices, &bob, &server).await, []);
    drop(back);
}

#[actix_web::test]
async fn somebody_is_gone_five_seconds_after_their_last_socket() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut alices = alice.connect().await;
    let bobs = bob.connect().await;
    alices.expect_presence(&bob, PresenceState::Online).await;
    bobs.close().await;
    server.until_connections(1).await;
    assert_eq!(presence_so_far(&mut alices, &alice, &server).await, []);
    server.clock.advance(5_000);
    let last_seen_at = alices
        .until(|frame| match frame {
            ServerFrame::PresenceChanged {
                state: PresenceState::Offline,
                last_seen_at,
                ..
            } => Some(last_seen_at),
            _ => None,
        })
        .await
        .expect("since when");
    let ago = server.clock.now().as_millis() - last_seen_at.as_millis();
    assert!((0..10_000).contains(&ago), "{ago} ms ago");
}

#[actix_web::test]
async fn logging_out_is_leaving_at_once() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut alices = alice.connect().await;
    let _bobs = bob.connect().await;
    alices.expect_presence(&bob, PresenceState::Online).await;
    bob.log_out().await;
    alices.expect_presence(&bob, PresenceState::Offline).await;
}

#[actix_web::test]
async fn a_minute_of_silence_is_leaving() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    // A stream has nothing to say and so is never silent.
    let mut alices = alice.listen().await;
    let mut bobs = bob.connect().await;
    server.clock.advance(61_000);
    assert_eq!(bobs.expect_close().await, 1000);
    loop {
        if let ServerFrame::PresenceChanged { user, state, .. } = alices.frame().await
            && state == PresenceState::Offline
        {
            assert_eq!(user, bob.id);
            return;
        }
    }
}

#[actix_web::test]
async fn who_has_no_input_is_away_until_there_is_some() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut alices = alice.connect().await;
    let mut bobs = bob.connect().await;
    alices.expect_presence(&bob, PresenceState::Online).await;
    bobs.set_presence(Activity::Away).await;
    alices.expect_presence(&bob, PresenceState::Away).await;
    bobs.set_presence(Activity::Away).await;
    bobs.set_presence(Activity::Active).await;
    alices.expect_presence(&bob, PresenceState::Online).await;
}

#[actix_web::test]
async fn somebody_active_in_one_tab_is_not_away() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut alices = alice.connect().await;
    let (mut one, mut other) = (bob.connect().await, bob.connect().await);
    alices.expect_presence(&bob, PresenceState::Online).await;
    one.set_presence(Activity::Away).await;
    one.ping().await;
    assert_eq!(presence_so_far(&mut alices, &bob, &server).await, []);
    other.set_presence(Activity::Away).await;
    alices.expect_presence(&bob, PresenceState::Away).await;
}

#[actix_web::test]
async fn an_invisible_person_looks_offline_and_hears_everything() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut alices = alice.connect().await;
    let mut bobs = bob.connect().await;
    alices.expect_presence(&bob, PresenceState::Online).await;
    bobs.set_presence(Activity::Invisible).await;
    alices.expect_presence(&bob, PresenceState::Offline).await;
    alice.say(server.lobby(), "is he gone?").await;
    bobs.expect_message("is he gone?").await;
    let again = alice.connect().await;
    assert_eq!(again.online(), [(alice.id, PresenceState::Online)]);
    assert_eq!(again.ready.online_count, 1);
    // A reload does not show them for a moment.
    bobs.close().await;
    let mut bobs = bob.connect().await;
    assert_eq!(presence_so_far(&mut alices, &alice, &server).await, []);
    bobs.set_presence(Activity::Active).await;
    alices.expect_presence(&bob, PresenceState::Online).await;
}

#[actix_web::test]
async fn ready_says_who_is_here_among_those_one_shares_a_room_with() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let hermit = server.register("hermit").await;
    hermit.leave(server.lobby()).await;
    let mut bobs = bob.connect().await;
    bobs.set_presence(Activity::Away).await;
    bobs.ping().await;
    let mut hermits = hermit.connect().await;
    let alices = alice.connect().await;
    let mut wanted = vec![
        (alice.id, PresenceState::Online),
        (bob.id, PresenceState::Away),
    ];
    wanted.sort_by_key(|(user, _)| *user);
    assert_eq!(alices.online(), wanted);
    assert_eq!(alices.ready.online_count, 2);
    assert_eq!(hermits.online(), []);
    // Strangers hear nothing of each other, though both are here.
    let note = hermit.open_private_room("cave").await.id;
    hermit.say(note, "alone").await;
    let heard = hermits.heard_before("alone").await;
    assert!(
        !heard
            .iter()
            .any(|frame| matches!(frame, ServerFrame::PresenceChanged { .. })),
        "{heard:?}"
    );
}

#[actix_web::test]
async fn people_and_members_are_shown_with_their_presence() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let _alices = alice.connect().await;
    let shown = async |query: &str| {
        let path = format!("/rooms/{}/members{query}", server.lobby());
        let page: Members = alice.get(&path).await.ok();
        page.members
            .iter()
            .map(|member| (member.user.id(), member.presence))
            .collect::<Vec<_>>()
    };
    let (here, gone) = (
        (alice.id, PresenceState::Online),
        (bob.id, PresenceState::Offline),
    );
    assert_eq!(shown("").await, [here, gone]);
    assert_eq!(shown("?online=true").await, [here]);
    assert_eq!(shown("?online=false").await, [gone]);
    let seen = alice.get(&format!("/users/{}", bob.id)).await.is(200);
    assert_eq!(seen.value()["user"]["presence"], "offline");
}

#[actix_web::test]
async fn when_a_crowd_arrives_most_are_told_together() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let crowd = server.register_crowd("guest", 30).await;
    let mut alices = alice.connect().await;
    server.clock.advance(1_000);
    let arriving = crowd.iter().map(Person::connect);
    let _open = futures_util::future::join_all(arriving).await;
    let (mut singly, mut together) = (Vec::new(), Vec::new());
    while singly.len() + together.len() < crowd.len() {
        match alices.frame().await {
            ServerFrame::PresenceChanged { user, .. } => singly.push(user),
            ServerFrame::PresenceBatch { changes } => {
                together.extend(changes.iter().map(|change| change.user));
            }
            _ => {}
        }
    }
    assert!(together.len() >= 2, "{} were told singly", singly.len());
    let mut told = [singly, together].concat();
    let mut all: Vec<_> = crowd.iter().map(|person| person.id).collect();
    told.sort();
    all.sort();
    assert_eq!(told, all, "everybody was told of, once");
}
