//! Thousands who come at once: what each costs must not grow with how many are there.

use shared::{MAX_READY_ONLINE, Presence};

use super::*;

fn person(n: u64) -> UserId {
    UserId::from_uuid(Uuid::from_u128(u128::from(1_000_000 + n)))
}

/// Everybody's presence in frames that tell of many.
fn told_together(effects: &[Effect]) -> Vec<Vec<Presence>> {
    let batch = |(_, frame): (&Audience, &ServerFrame)| match frame {
        ServerFrame::PresenceBatch { changes } => Some(changes.clone()),
        _ => None,
    };
    frames(effects).into_iter().filter_map(batch).collect()
}

#[test]
fn beyond_five_hundred_only_their_number_is_told() {
    let mut hub = Hub::default();
    let limit = u64::try_from(MAX_READY_ONLINE).unwrap();
    for n in 1..=limit + 1 {
        let (_, online, count) = ready_frame(&connect(&mut hub, n, person(n), 0));
        assert_eq!(u64::from(count), n);
        let told = if n <= limit { n } else { 0 };
        assert_eq!(online.len() as u64, told);
    }
}

#[test]
fn a_crowd_is_told_a_bounded_part_each_second_the_longest_waiting_first() {
    let mut hub = Hub::default();
    for n in 0..1_000 {
        connect(&mut hub, n, person(n), 5_000);
    }
    let mut told = Vec::new();
    for second in 6..10 {
        let effects = hub.tick(second * 1_000);
        let [part] = &told_together(&effects)[..] else {
            panic!("one frame for the room: {effects:?}");
        };
        assert!(part.len() <= 256);
        told.extend(part.iter().map(|presence| presence.user));
    }
    // The first twenty were told one by one.
    let all: Vec<_> = (20..1_000).map(person).collect();
    assert_eq!(told, all);
    assert_eq!(
        told_together(&hub.tick(10_000)),
        Vec::<Vec<Presence>>::new()
    );
}

/// What [`Hub::ready`] ought to say, found by looking at everybody.
fn looked_for(hub: &Hub, rooms: &[RoomId]) -> Vec<UserId> {
    let mut found: Vec<UserId> = hub
        .people
        .iter()
        .filter(|(_, person)| person.shown != PresenceState::Offline)
        .filter(|(_, person)| rooms.iter().any(|room| person.rooms.contains(room)))
        .map(|(user, _)| *user)
        .collect();
    found.sort_unstable();
    found
}

#[test]
fn who_is_there_is_right_whatever_happened_before() {
    let rooms = [LOBBY, ATTIC, RoomId::from_uuid(Uuid::from_u128(102))];
    let server = ServerId(Uuid::from_u128(7));
    let mut hub = Hub::default();
    // Knuth's generator: any sequence does, the same each time.
    let mut state: u64 = 1;
    let mut draw = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for step in 0..20_000_u64 {
        let now = i64::try_from(step * 97).unwrap();
        let (user, id) = (person(draw(12)), draw(40));
        let room_id = rooms[usize::try_from(draw(3)).unwrap()];
        match draw(10) {
            0..=2 => {
                let id = 100 + step;
                hub.begin(conn(id), user, login(u128::from(id)));
                let known: Vec<_> = rooms[..usize::try_from(draw(4)).unwrap()]
                    .iter()
                    .map(|room| (*room, 0))
                    .collect();
                let (_, online, count) =
                    ready_frame(&hub.ready(conn(id), hello(user, &known), now).unwrap());
                let in_them: Vec<_> = known.iter().map(|(room, _)| *room).collect();
                let mine = looked_for(&hub, &in_them);
                assert_eq!(
                    (online, u64::from(count)),
                    (mine.clone(), mine.len() as u64),
                    "{step}"
                );
            }
            3 => {
                let leaving = if draw(2) == 0 {
                    Leaving::Closed
                } else {
                    Leaving::Silent
                };
                hub.disconnect(conn(100 + step.saturating_sub(id)), leaving, now);
            }
            4 => {
                let activity = [Activity::Active, Activity::Away, Activity::Invisible];
                let activity = activity[usize::try_from(draw(3)).unwrap()];
                hub.set_activity(conn(100 + step.saturating_sub(id)), activity, now);
            }
            5 => drop(hub.apply(
                Change::MemberLeft {
                    room: room_id,
                    user,
                },
                now,
            )),
            6 => {
                let room = room(room_id);
                hub.apply(Change::MemberJoined { room, user }, now);
            }
            7 => {
                let availability = [
                    Availability::Online,
                    Availability::Away,
                    Availability::Offline,
                ];
                let availability = availability[usize::try_from(draw(3)).unwrap()];
                hub.hear(
                    vec![Signal::Presence {
                        server,
                        user,
                        availability,
                    }],
                    now,
                );
            }
            8 if draw(4) == 0 => drop(hub.apply(Change::RoomDeleted(room_id), now)),
            8 => {
                hub.rooms_read(vec![(user, room_id)], now);
            }
            _ if draw(50) == 0 => drop(hub.apply(Change::Gap, now)),
            _ => drop(hub.tick(now)),
        }
    }
}
