//! Who hears what of a room.

use super::*;

#[test]
fn what_is_committed_while_somebody_connects_is_under_their_heads_or_comes_live() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, BOB, 0);
    hub.begin(conn(2), ALICE, login(2));
    // The store is read at head 3; then 4 and 5 are committed and published.
    for rev in 4..=5 {
        hub.apply(Change::MessagePosted(message(LOBBY, rev)), 1);
    }
    let ready = hub.ready(conn(2), hello(ALICE, &[(LOBBY, 3)]), 2).unwrap();
    let (rooms, ..) = ready_frame(&ready);
    assert_eq!(rooms, [RoomHead { id: LOBBY, head: 5 }]);
    let live = hub.apply(Change::MessagePosted(message(LOBBY, 6)), 3);
    assert!(
        matches!(
            &live[..],
            [Effect::Send {
                log: Some((LOBBY, 6)),
                ..
            }]
        ),
        "{live:?}"
    );
}

#[test]
fn what_is_committed_to_a_room_without_anybody_here_is_under_the_heads_too() {
    let mut hub = Hub::default();
    hub.begin(conn(1), ALICE, login(1));
    // The store is read at head 3; then somebody posts without a connection here.
    hub.apply(Change::MessagePosted(message(LOBBY, 4)), 1);
    let ready = hub.ready(conn(1), hello(ALICE, &[(LOBBY, 3)]), 2).unwrap();
    assert_eq!(ready_frame(&ready).0, [RoomHead { id: LOBBY, head: 4 }]);
    assert!(hub.unheard.is_empty(), "{:?}", hub.unheard);
    // The same where the last who heard it leaves before.
    hub.begin(conn(2), BOB, login(2));
    hub.apply(Change::MessagePosted(message(LOBBY, 5)), 3);
    hub.disconnect(conn(1), Leaving::Silent, 4);
    let ready = hub.ready(conn(2), hello(BOB, &[(LOBBY, 3)]), 5).unwrap();
    assert_eq!(ready_frame(&ready).0, [RoomHead { id: LOBBY, head: 5 }]);
    hub.disconnect(conn(2), Leaving::Silent, 6);
    hub.apply(Change::MessagePosted(message(LOBBY, 6)), 7);
    assert!(hub.unheard.is_empty() && hub.rooms.is_empty());
}

#[test]
fn joining_and_leaving_while_connecting_are_not_missed() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, BOB, 0);
    hub.begin(conn(2), ALICE, login(2));
    hub.apply(
        Change::MemberJoined {
            room: room(ATTIC),
            user: ALICE,
        },
        1,
    );
    hub.apply(
        Change::MemberLeft {
            room: LOBBY,
            user: ALICE,
        },
        1,
    );
    // The store was read before either.
    let ready = hub.ready(conn(2), hello(ALICE, &[(LOBBY, 0)]), 2).unwrap();
    let (rooms, ..) = ready_frame(&ready);
    assert_eq!(
        rooms.iter().map(|room| room.id).collect::<Vec<_>>(),
        [ATTIC]
    );
}

#[test]
fn who_joins_hears_of_the_room_and_the_members_of_them() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    connect(&mut hub, 2, BOB, 0);
    hub.apply(
        Change::MemberJoined {
            room: room(ATTIC),
            user: ALICE,
        },
        1,
    );
    let joined = hub.apply(
        Change::MemberJoined {
            room: room(ATTIC),
            user: BOB,
        },
        2,
    );
    assert_eq!(
        frames(&joined),
        [(
            &Audience::Room {
                room: ATTIC,
                except: Some(BOB)
            },
            &ServerFrame::MemberJoined {
                room: ATTIC,
                user: BOB
            }
        )]
    );
    // The person is told about the whole room in one, after the others.
    let join = Effect::Join {
        user: BOB,
        room: room(ATTIC),
    };
    assert_eq!(joined.last(), Some(&join));
}

#[test]
fn member_left_is_the_last_a_leaver_hears_of_a_room() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    connect(&mut hub, 2, BOB, 0);
    let left = hub.apply(
        Change::MemberLeft {
            room: LOBBY,
            user: BOB,
        },
        1,
    );
    assert_eq!(
        left,
        [
            Effect::send(
                Audience::Room {
                    room: LOBBY,
                    except: None
                },
                ServerFrame::MemberLeft {
                    room: LOBBY,
                    user: BOB
                }
            ),
            Effect::Leave {
                user: BOB,
                room: LOBBY
            },
        ]
    );
    assert_eq!(hub.typing(conn(2), LOBBY), [], "and they say nothing there");
}

#[test]
fn a_deleted_room_tells_its_people_and_drops_them() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    let deleted = hub.apply(Change::RoomDeleted(LOBBY), 1);
    assert!(matches!(
        &deleted[..],
        [
            Effect::Send {
                frame: ServerFrame::RoomDeleted { room: LOBBY },
                ..
            },
            Effect::Drop { room: LOBBY }
        ]
    ));
    assert_eq!(hub.apply(Change::MessagePosted(message(LOBBY, 1)), 2), []);
}

#[test]
fn typing_reaches_the_others_of_a_room_one_is_in() {
    let mut hub = Hub::default();
    connect(&mut hub, 1, ALICE, 0);
    assert_eq!(
        frames(&hub.typing(conn(1), LOBBY)),
        [(
            &Audience::Room {
                room: LOBBY,
                except: Some(ALICE)
            },
            &ServerFrame::Typing {
                room: LOBBY,
                user: ALICE
            }
        )]
    );
    assert_eq!(hub.typing(conn(1), ATTIC), []);
    assert_eq!(hub.typing(conn(9), LOBBY), []);
}
