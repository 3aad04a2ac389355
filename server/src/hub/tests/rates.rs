//! What comes too fast is told together, and the last word always.

use super::*;

#[test]
fn many_arrivals_in_a_second_are_told_together() {
    let mut hub = Hub::default();
    let mut told = 0;
    for n in 0..50 {
        let user = UserId::from_uuid(Uuid::from_u128(10 + n));
        told += notices(&connect(&mut hub, u64::try_from(n).unwrap(), user, 5_000)).len();
    }
    assert_eq!(told, 20);
    assert_eq!(frames(&hub.tick(5_999)), []);
    let batch = hub.tick(6_000);
    let [(Audience::Room { room: LOBBY, .. }, ServerFrame::PresenceBatch { changes })] =
        &frames(&batch)[..]
    else {
        panic!("{batch:?}");
    };
    assert_eq!(changes.len(), 30);
}

#[test]
fn a_held_back_arrival_is_not_overtaken_by_its_own_leaving() {
    let mut hub = Hub::default();
    for n in 0..21 {
        connect(
            &mut hub,
            n,
            UserId::from_uuid(Uuid::from_u128(u128::from(10 + n))),
            5_000,
        );
    }
    let last = UserId::from_uuid(Uuid::from_u128(30));
    let gone = hub.apply(
        Change::SessionEnded {
            session: login(20),
            user: last,
        },
        600,
    );
    assert_eq!(notices(&gone), []);
    let batch = hub.tick(6_100);
    let [(_, ServerFrame::PresenceBatch { changes })] = &frames(&batch)[..] else {
        panic!("{batch:?}");
    };
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0].user, changes[0].state),
        (last, PresenceState::Offline)
    );
}

fn moved(user: UserId, to: u64, member_count: u32) -> Change {
    let marks = Marks {
        delivered: to,
        read: 0,
    };
    Change::MarksMoved {
        room: LOBBY,
        user,
        marks,
        member_count,
    }
}

#[test]
fn marks_are_told_at_most_four_times_a_second_and_the_last_is_always_told() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    let mut told = Vec::new();
    for step in 0..100 {
        let now = i64::try_from(step * 10).unwrap();
        for effects in [hub.apply(moved(ALICE, step, 2), now), hub.tick(now)] {
            for (_, frame) in frames(&effects) {
                if let ServerFrame::MarksChanged { delivered, .. } = frame {
                    told.push(*delivered);
                }
            }
        }
    }
    let last = hub.tick(2_000);
    assert!(matches!(
        frames(&last)[..],
        [(_, ServerFrame::MarksChanged { delivered: 99, .. })]
    ));
    assert!(told.len() <= 5, "{told:?}");
    assert!(told.is_sorted(), "{told:?}");
}

#[test]
fn large_rooms_count_their_ticks_once_a_second_instead() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    for step in 1..10 {
        for (to, _) in frames(&hub.apply(moved(ALICE, step, 33), 5_000)) {
            assert_eq!(
                *to,
                Audience::User(ALICE),
                "marks are for one's own tabs only"
            );
        }
    }
    assert!(
        hub.tick(5_000)
            .contains(&Effect::CountTicks { room: LOBBY })
    );
    hub.apply(moved(ALICE, 11, 33), 5_500);
    let counts = |effects: &[Effect]| effects.contains(&Effect::CountTicks { room: LOBBY });
    assert!(!counts(&hub.tick(5_999)));
    assert!(counts(&hub.tick(6_000)));
    let lowest = shared::Lowest {
        lowest: 1,
        user: BOB,
        rest: 3,
    };
    let told = hub.ticks(
        LOBBY,
        Ticks {
            delivered: lowest,
            read: lowest,
        },
    );
    assert!(matches!(
        frames(&told)[..],
        [(_, ServerFrame::TicksChanged { room: LOBBY, .. })]
    ));
}
