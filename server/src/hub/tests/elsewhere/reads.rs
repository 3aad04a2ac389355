//! Whose rooms are read, when, and what happens meanwhile.

use super::*;

fn asked(effects: &[Effect]) -> Vec<UserId> {
    let users = |effect: &Effect| match effect {
        Effect::ReadRooms { users } => Some(users.clone()),
        _ => None,
    };
    effects.iter().filter_map(users).flatten().collect()
}

fn joined(id: RoomId, user: UserId) -> Change {
    Change::MemberJoined {
        room: room(id),
        user,
    }
}

#[test]
fn ten_thousand_at_once_are_read_a_few_at_a_time_and_all_in_the_end() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, BOB, 0);
    let online = |n: u128| {
        says(
            EAST,
            UserId::from_uuid(Uuid::from_u128(n)),
            Availability::Online,
        )
    };
    let burst: Vec<Signal> = (10_000..20_000).flat_map(online).collect();
    let mut effects = hub.hear(burst, 0);
    let (mut reads, mut people) = (0, 0);
    loop {
        let users = asked(&effects);
        if users.is_empty() {
            break;
        }
        assert!(users.len() <= 256, "{}", users.len());
        // Nothing more is asked for while the store reads.
        assert_eq!(asked(&hub.tick(10)), []);
        (reads, people) = (reads + 1, people + users.len());
        let places = users.into_iter().map(|user| (user, LOBBY)).collect();
        effects = hub.rooms_read(places, 10);
    }
    assert_eq!((reads, people), (40, 10_000));
    assert_eq!(hub.people_elsewhere_count(), 10_000);
    let (_, _, count) = ready_frame(&connect(&mut hub, 2, BOB, 20));
    assert_eq!(count, 10_001);
}

#[test]
fn what_happens_to_their_rooms_while_they_are_read_is_not_missed() {
    let mut hub = hub();
    connect(&mut hub, 1, BOB, 0);
    hub.apply(joined(ATTIC, BOB), 0);
    hub.hear(says(EAST, ALICE, Availability::Online), 10);
    // The store is read with Alice in the lobby; then she moves to the attic.
    hub.apply(joined(ATTIC, ALICE), 20);
    hub.apply(
        Change::MemberLeft {
            room: LOBBY,
            user: ALICE,
        },
        20,
    );
    let came = hub.rooms_read(vec![(ALICE, LOBBY)], 30);
    let to = Audience::Rooms {
        rooms: vec![ATTIC],
        except: ALICE,
    };
    assert_eq!(frames(&came)[0].0, &to);
}

#[test]
fn a_room_deleted_while_it_is_read_stays_deleted() {
    let mut hub = hub();
    hub.hear(says(EAST, ALICE, Availability::Online), 10);
    hub.apply(Change::RoomDeleted(ATTIC), 20);
    hub.rooms_read(vec![(ALICE, LOBBY), (ALICE, ATTIC)], 30);
    hub.begin(conn(1), BOB, login(1));
    let ready = hub.ready(conn(1), hello(BOB, &[(ATTIC, 0)]), 40).unwrap();
    assert_eq!(ready_frame(&ready).1, [BOB]);
}

#[test]
fn their_rooms_are_followed_from_then_on() {
    let mut hub = hub();
    connect(&mut hub, 1, BOB, 0);
    connect_elsewhere(&mut hub, EAST, ALICE, 10);
    hub.apply(joined(ATTIC, BOB), 20);
    let joins = hub.apply(joined(ATTIC, ALICE), 20);
    assert!(
        matches!(
            frames(&joins)[..],
            [(_, ServerFrame::MemberJoined { room: ATTIC, .. })]
        ),
        "{joins:?}"
    );
    hub.apply(
        Change::MemberLeft {
            room: LOBBY,
            user: ALICE,
        },
        30,
    );
    let away = hub.hear(says(EAST, ALICE, Availability::Away), 40);
    let to = Audience::Rooms {
        rooms: vec![ATTIC],
        except: ALICE,
    };
    assert_eq!(frames(&away)[0].0, &to);
}

#[test]
fn a_store_that_cannot_read_is_asked_again_later() {
    let mut hub = hub();
    connect(&mut hub, 1, BOB, 0);
    hub.hear(says(EAST, ALICE, Availability::Online), 10);
    hub.rooms_not_read(20);
    let more = hub.hear(says(EAST, ALICE, Availability::Away), 500);
    assert_eq!(asked(&[more, hub.tick(1_019)].concat()), []);
    assert_eq!(asked(&hub.tick(1_020)), [ALICE]);
    let came = hub.rooms_read(vec![(ALICE, LOBBY)], 1_030);
    assert_eq!(notices(&came), [(ALICE, PresenceState::Away)]);
}

#[test]
fn who_is_gone_before_their_rooms_are_known_was_never_announced() {
    let mut hub = hub();
    connect(&mut hub, 1, BOB, 0);
    hub.hear(says(EAST, ALICE, Availability::Online), 10);
    let left = hub.hear(says(EAST, ALICE, Availability::Offline), 20);
    let read = hub.rooms_read(vec![(ALICE, LOBBY)], 30);
    assert_eq!([left, read].concat(), []);
    assert_eq!(hub.people_elsewhere_count(), 0);
}

#[test]
fn who_connects_here_meanwhile_brings_their_rooms() {
    let mut hub = hub();
    connect(&mut hub, 1, BOB, 0);
    hub.hear(says(EAST, ALICE, Availability::Online), 10);
    let came = connect(&mut hub, 2, ALICE, 20);
    assert_eq!(notices(&came), [(ALICE, PresenceState::Online)]);
    let read = hub.rooms_read(vec![(ALICE, ATTIC)], 30);
    assert_eq!(read, []);
    let away = hub.set_activity(conn(2), Activity::Away, 40);
    assert_eq!(told(&away), [(ALICE, Availability::Away)]);
    assert_eq!(notices(&away), [], "online elsewhere");
}

#[test]
fn after_a_gap_the_rooms_of_everybody_elsewhere_are_read_anew() {
    let mut hub = hub();
    connect_elsewhere(&mut hub, EAST, ALICE, 10);
    // A read that the gap falls into is worth nothing.
    let carol = UserId::from_uuid(Uuid::from_u128(3));
    hub.hear(says(EAST, carol, Availability::Online), 20);
    assert_eq!(asked(&hub.apply(Change::Gap, 30)), []);
    let again = hub.rooms_read(vec![(carol, LOBBY)], 40);
    assert_eq!(asked(&again), [ALICE, carol]);
    assert_eq!(shown(&again), []);
    let read = hub.rooms_read(vec![(ALICE, ATTIC), (carol, ATTIC)], 50);
    assert_eq!(shown(&read), [(carol, PresenceState::Online)]);
    hub.begin(conn(1), BOB, login(1));
    let rooms = [(LOBBY, 0), (ATTIC, 0)];
    let ready = hub.ready(conn(1), hello(BOB, &rooms[..1]), 60).unwrap();
    assert_eq!(ready_frame(&ready).1, [BOB]);
    hub.begin(conn(2), BOB, login(1));
    let ready = hub.ready(conn(2), hello(BOB, &rooms), 60).unwrap();
    assert_eq!(ready_frame(&ready).1, [ALICE, BOB, carol]);
}

#[test]
fn who_goes_elsewhere_for_good_after_a_gap_is_read_too() {
    let mut hub = hub();
    connect(&mut hub, 1, ALICE, 0);
    hub.hear(says(EAST, ALICE, Availability::Online), 10);
    assert_eq!(asked(&hub.apply(Change::Gap, 20)), []);
    assert_eq!(asked(&hub.tick(5_020)), [ALICE]);
}
