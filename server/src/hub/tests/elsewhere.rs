//! People who are connected to other servers.

use super::*;

mod reads;

const EAST: ServerId = ServerId(Uuid::from_u128(501));
const WEST: ServerId = ServerId(Uuid::from_u128(502));

fn says(server: ServerId, user: UserId, availability: Availability) -> Vec<Signal> {
    vec![Signal::Presence {
        server,
        user,
        availability,
    }]
}

/// A hub that has known both servers for a while.
fn hub() -> Hub {
    let mut hub = Hub::default();
    for server in [EAST, WEST] {
        hub.hear(says(server, ALICE, Availability::Offline), -10_000);
    }
    hub
}

/// Somebody in the lobby connects to another server.
fn connect_elsewhere(hub: &mut Hub, server: ServerId, user: UserId, now: Millis) -> Vec<Effect> {
    let asked = hub.hear(says(server, user, Availability::Online), now);
    assert_eq!(asked, [Effect::ReadRooms { users: vec![user] }]);
    hub.rooms_read(vec![(user, LOBBY)], now)
}

/// What the other servers are told.
fn told(effects: &[Effect]) -> Vec<(UserId, Availability)> {
    let tell = |effect: &Effect| match effect {
        Effect::Tell { user, availability } => Some((*user, *availability)),
        _ => None,
    };
    effects.iter().filter_map(tell).collect()
}

/// How somebody is shown by `effects`, where that changed.
fn shown(effects: &[Effect]) -> Vec<(UserId, PresenceState)> {
    let show = |effect: &Effect| match effect {
        Effect::Show { user, state } => Some((*user, *state)),
        _ => None,
    };
    effects.iter().filter_map(show).collect()
}

#[test]
fn who_connects_elsewhere_is_announced_here_and_named_in_ready() {
    let mut hub = hub();
    connect(&mut hub, 1, BOB, 0);
    let came = connect_elsewhere(&mut hub, EAST, ALICE, 10);
    assert_eq!(notices(&came), [(ALICE, PresenceState::Online)]);
    assert_eq!(shown(&came), [(ALICE, PresenceState::Online)]);
    assert_eq!(told(&came), [], "it is no news of ours");
    let (_, online, count) = ready_frame(&connect(&mut hub, 2, BOB, 20));
    assert_eq!((online, count), (vec![ALICE, BOB], 2));
    assert_eq!((hub.people_count(), hub.people_elsewhere_count()), (1, 1));
    let away = hub.hear(says(EAST, ALICE, Availability::Away), 30);
    assert_eq!(notices(&away), [(ALICE, PresenceState::Away)]);
    let left = hub.hear(says(EAST, ALICE, Availability::Offline), 40);
    assert_eq!(notices(&left), [(ALICE, PresenceState::Offline)]);
    assert_eq!(hub.people_elsewhere_count(), 0);
}

#[test]
fn saying_it_again_announces_nothing() {
    let mut hub = hub();
    connect(&mut hub, 1, BOB, 0);
    connect_elsewhere(&mut hub, EAST, ALICE, 10);
    assert_eq!(hub.hear(says(EAST, ALICE, Availability::Online), 20), []);
    hub.hear(says(EAST, ALICE, Availability::Offline), 30);
    assert_eq!(hub.hear(says(EAST, ALICE, Availability::Offline), 40), []);
}

#[test]
fn the_others_hear_what_the_connections_here_say_once_and_after_the_grace() {
    let mut hub = hub();
    let came = connect(&mut hub, 1, ALICE, 0);
    assert_eq!(told(&came), [(ALICE, Availability::Online)]);
    assert_eq!(told(&connect(&mut hub, 2, ALICE, 5)), []);
    hub.disconnect(conn(2), Leaving::Closed, 6);
    let hidden = hub.set_activity(conn(1), Activity::Invisible, 10);
    assert_eq!(told(&hidden), [(ALICE, Availability::Invisible)]);
    assert_eq!(told(&hub.disconnect(conn(1), Leaving::Closed, 1_000)), []);
    assert_eq!(told(&hub.tick(5_999)), []);
    assert_eq!(told(&hub.tick(6_000)), [(ALICE, Availability::Offline)]);
}

#[test]
fn moving_from_one_server_to_another_within_the_grace_announces_nothing() {
    let mut hub = hub();
    connect(&mut hub, 1, BOB, 0);
    connect(&mut hub, 2, ALICE, 0);
    // Away from here…
    let mut effects = hub.disconnect(conn(2), Leaving::Closed, 1_000);
    effects.extend(hub.hear(says(EAST, ALICE, Availability::Online), 3_000));
    let gone = hub.tick(6_000);
    assert!(gone.contains(&Effect::Seen {
        user: ALICE,
        at: Timestamp::from_millis(6_000)
    }));
    effects.extend(gone);
    // … and back.
    effects.extend(connect(&mut hub, 3, ALICE, 7_000));
    effects.extend(hub.hear(says(EAST, ALICE, Availability::Offline), 9_000));
    assert_eq!(notices(&effects), []);
    assert_eq!(shown(&effects), []);
    assert_eq!((hub.people_count(), hub.people_elsewhere_count()), (2, 0));
}

#[test]
fn who_moved_away_still_hears_nothing_and_is_followed_by_their_rooms() {
    let mut hub = hub();
    connect(&mut hub, 1, BOB, 0);
    connect(&mut hub, 2, ALICE, 0);
    hub.hear(says(EAST, ALICE, Availability::Online), 10);
    hub.disconnect(conn(2), Leaving::Silent, 20);
    hub.disconnect(conn(1), Leaving::Silent, 30);
    // Alice is in the lobby, but nobody of this server is.
    assert_eq!(hub.apply(Change::MessagePosted(message(LOBBY, 1)), 40), []);
    let (_, online, _) = ready_frame(&connect(&mut hub, 3, BOB, 50));
    assert_eq!(online, [ALICE, BOB]);
}

#[test]
fn the_best_of_all_servers_is_shown_and_one_who_hides_is_hidden() {
    let mut hub = hub();
    connect(&mut hub, 1, BOB, 0);
    connect_elsewhere(&mut hub, EAST, ALICE, 10);
    for (server, availability, expected) in [
        (WEST, Availability::Away, None),
        (EAST, Availability::Away, Some(PresenceState::Away)),
        (WEST, Availability::Online, Some(PresenceState::Online)),
        (EAST, Availability::Invisible, Some(PresenceState::Offline)),
        (WEST, Availability::Away, None),
        (EAST, Availability::Offline, Some(PresenceState::Away)),
    ] {
        let effects = hub.hear(says(server, ALICE, availability), 20);
        let expected: Vec<_> = expected.map(|state| (ALICE, state)).into_iter().collect();
        assert_eq!(notices(&effects), expected, "{server:?} {availability:?}");
    }
}

#[test]
fn who_is_invisible_elsewhere_connects_here_invisibly() {
    let mut hub = hub();
    connect(&mut hub, 1, BOB, 0);
    connect_elsewhere(&mut hub, EAST, ALICE, 10);
    hub.hear(says(EAST, ALICE, Availability::Invisible), 20);
    let came = connect(&mut hub, 2, ALICE, 30);
    assert_eq!(told(&came), [(ALICE, Availability::Invisible)]);
    let left = hub.hear(says(EAST, ALICE, Availability::Offline), 40);
    assert_eq!(notices(&[came, left].concat()), []);
    let back = hub.set_activity(conn(2), Activity::Active, 50);
    assert_eq!(notices(&back), [(ALICE, PresenceState::Online)]);
}

#[test]
fn with_a_server_its_people_go_at_once_but_those_connected_elsewhere_stay() {
    let mut hub = hub();
    let carol = UserId::from_uuid(Uuid::from_u128(3));
    connect(&mut hub, 1, BOB, 0);
    connect_elsewhere(&mut hub, EAST, ALICE, 10);
    connect_elsewhere(&mut hub, EAST, carol, 10);
    hub.hear(says(WEST, carol, Availability::Online), 20);
    hub.hear(says(EAST, BOB, Availability::Online), 20);
    let gone = hub.hear(vec![Signal::ServerGone(EAST)], 30);
    assert_eq!(notices(&gone), [(ALICE, PresenceState::Offline)]);
    let seen = Effect::Seen {
        user: ALICE,
        at: Timestamp::from_millis(30),
    };
    let kept: Vec<_> = gone
        .iter()
        .filter(|effect| matches!(effect, Effect::Seen { .. }))
        .collect();
    assert_eq!(kept, [&seen]);
    assert_eq!(hub.hear(vec![Signal::ServerGone(EAST)], 40), []);
    assert_eq!(hub.people_elsewhere_count(), 1);
}

#[test]
fn those_who_were_there_before_us_are_told_without_a_notice() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, BOB, 0);
    let quiet = connect_elsewhere(&mut hub, EAST, ALICE, 5_000);
    assert_eq!(shown(&quiet), [(ALICE, PresenceState::Online)]);
    assert_eq!(frames(&quiet), []);
    let batch = hub.tick(5_250);
    let [(Audience::Room { room: LOBBY, .. }, ServerFrame::PresenceBatch { changes })] =
        &frames(&batch)[..]
    else {
        panic!("{batch:?}");
    };
    assert_eq!(changes.len(), 1);
    // What they do from then on is news.
    let away = hub.hear(says(EAST, ALICE, Availability::Away), 7_000);
    assert_eq!(notices(&away), [(ALICE, PresenceState::Away)]);
}

#[test]
fn typing_goes_both_ways_and_never_back() {
    let mut hub = hub();
    connect(&mut hub, 1, BOB, 0);
    let typing = |user| {
        let to = Audience::Room {
            room: LOBBY,
            except: Some(user),
        };
        Effect::send(to, ServerFrame::Typing { room: LOBBY, user })
    };
    let here = hub.typing(conn(1), LOBBY);
    let tell = Effect::TellTyping {
        room: LOBBY,
        user: BOB,
    };
    assert_eq!(here, [tell, typing(BOB)]);
    let signal = |room| Signal::Typing { room, user: ALICE };
    let there = hub.hear(vec![signal(LOBBY), signal(ATTIC)], 10);
    assert_eq!(there, [typing(ALICE)], "nobody here is in the attic");
}
