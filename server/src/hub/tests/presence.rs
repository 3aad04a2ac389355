//! Who is shown as there, and when the others hear of it.

use super::*;

#[test]
fn the_first_tab_announces_and_a_second_is_no_second_arrival() {
    let mut hub = Hub::default();
    let first = connect(&mut hub, 1, ALICE, 0);
    assert_eq!(notices(&first), [(ALICE, PresenceState::Online)]);
    let second = connect(&mut hub, 2, ALICE, 10);
    assert_eq!(notices(&second), []);
    let closed = hub.disconnect(conn(1), Leaving::Closed, 20);
    assert_eq!(notices(&closed), []);
    assert_eq!(notices(&hub.tick(100_000)), []);
}

#[test]
fn a_blip_shorter_than_the_grace_announces_nothing() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    hub.disconnect(conn(1), Leaving::Closed, 1_000);
    assert_eq!(notices(&hub.tick(5_999)), []);
    assert_eq!(notices(&connect(&mut hub, 2, ALICE, 5_999)), []);
    assert_eq!(notices(&hub.tick(60_000)), []);
}

#[test]
fn whoever_stays_away_is_offline_once_after_the_grace() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    hub.disconnect(conn(1), Leaving::Closed, 1_000);
    // Time-out and close may both report the same end.
    hub.disconnect(conn(1), Leaving::Silent, 1_500);
    let gone = hub.tick(6_000);
    assert_eq!(notices(&gone), [(ALICE, PresenceState::Offline)]);
    assert!(gone.contains(&Effect::Seen {
        user: ALICE,
        at: Timestamp::from_millis(6_000)
    }));
    assert_eq!(notices(&hub.tick(7_000)), []);
    assert_eq!(hub.people_count(), 0);
}

#[test]
fn a_silent_socket_is_offline_at_once() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    let gone = hub.disconnect(conn(1), Leaving::Silent, 60_000);
    assert_eq!(notices(&gone), [(ALICE, PresenceState::Offline)]);
}

#[test]
fn logging_out_closes_that_logins_sockets_and_is_offline_at_once() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    connect(&mut hub, 2, BOB, 0);
    let ended = hub.apply(
        Change::SessionEnded {
            session: login(1),
            user: ALICE,
        },
        10,
    );
    assert!(ended.contains(&Effect::End {
        conn: conn(1),
        code: CloseCode::Revoked
    }));
    assert_eq!(notices(&ended), [(ALICE, PresenceState::Offline)]);
    assert_eq!(hub.conn_count(), 1);
}

#[test]
fn logging_out_one_of_two_logins_leaves_the_person_online() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    connect(&mut hub, 2, ALICE, 0);
    let ended = hub.apply(
        Change::SessionEnded {
            session: login(1),
            user: ALICE,
        },
        10,
    );
    assert_eq!(notices(&ended), []);
    assert_eq!(hub.conn_count(), 1);
}

#[test]
fn a_login_that_ends_while_it_connects_gets_no_connection() {
    let mut hub = Hub::default();
    hub.begin(conn(1), ALICE, login(1));
    hub.apply(
        Change::SessionEnded {
            session: login(1),
            user: ALICE,
        },
        0,
    );
    assert_eq!(
        hub.ready(conn(1), hello(ALICE, &[(LOBBY, 0)]), 1),
        Err(NotReady::Ended)
    );
    assert_eq!((hub.conn_count(), hub.people_count()), (0, 0));
}

#[test]
fn away_is_shown_when_every_tab_is_away_and_invisible_wins() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    connect(&mut hub, 2, ALICE, 0);
    assert_eq!(notices(&hub.set_activity(conn(1), Activity::Away, 10)), []);
    let away = hub.set_activity(conn(2), Activity::Away, 20);
    assert_eq!(notices(&away), [(ALICE, PresenceState::Away)]);
    let back = hub.set_activity(conn(1), Activity::Active, 30);
    assert_eq!(notices(&back), [(ALICE, PresenceState::Online)]);
    let hidden = hub.set_activity(conn(2), Activity::Invisible, 40);
    assert_eq!(notices(&hidden), [(ALICE, PresenceState::Offline)]);
}

#[test]
fn who_is_invisible_stays_so_across_a_reload() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    hub.set_activity(conn(1), Activity::Invisible, 10);
    hub.disconnect(conn(1), Leaving::Closed, 1_000);
    assert_eq!(notices(&connect(&mut hub, 2, ALICE, 2_000)), []);
    let shown = hub.set_activity(conn(2), Activity::Active, 3_000);
    assert_eq!(notices(&shown), [(ALICE, PresenceState::Online)]);
}

#[test]
fn ready_names_who_is_there_oneself_included() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    let (_, online, count) = ready_frame(&connect(&mut hub, 2, BOB, 0));
    assert_eq!((online, count), (vec![ALICE, BOB], 2));
}
