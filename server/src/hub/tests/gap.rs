//! The feed lost something: everybody comes anew.

use super::*;

const RESTARTING: CloseCode = CloseCode::Restarting;

#[test]
fn everybody_is_sent_away_to_resume_and_nobody_is_announced_as_gone() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    connect(&mut hub, 2, BOB, 0);
    let gap = hub.apply(Change::Gap, 1_000);
    for serial in [1, 2] {
        let end = Effect::End {
            conn: conn(serial),
            code: RESTARTING,
        };
        assert!(gap.contains(&end), "{gap:?}");
    }
    assert_eq!(frames(&gap), []);
    // They come back within the grace.
    assert_eq!(notices(&connect(&mut hub, 3, ALICE, 5_999)), []);
    let bob_is_late = hub.tick(6_000);
    assert_eq!(notices(&bob_is_late), [(BOB, PresenceState::Offline)]);
}

#[test]
fn who_was_connecting_is_to_try_again() {
    let mut hub = Hub::default();
    hub.begin(conn(1), ALICE, login(1));
    hub.apply(Change::Gap, 10);
    assert_eq!(
        hub.ready(conn(1), hello(ALICE, &[(LOBBY, 0)]), 20),
        Err(NotReady::Missed)
    );
    hub.disconnect(conn(1), Leaving::Closed, 30);
    assert_eq!((hub.conn_count(), hub.people_count()), (0, 0));
    connect(&mut hub, 2, ALICE, 40);
    assert_eq!(hub.people_count(), 1);
}

#[test]
fn a_room_that_was_lost_in_the_gap_is_forgotten() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    hub.apply(Change::Gap, 10);
    // In the gap Alice was taken out of the lobby and put into the attic.
    hub.begin(conn(2), ALICE, login(2));
    hub.ready(conn(2), hello(ALICE, &[(ATTIC, 3)]), 20).unwrap();
    assert_eq!(hub.apply(Change::MessagePosted(message(LOBBY, 1)), 30), []);
    let heard = hub.apply(Change::MessagePosted(message(ATTIC, 4)), 40);
    assert_eq!(frames(&heard).len(), 1);
}
