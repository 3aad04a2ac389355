//! `Rooms`: marks and ticks.

use server::store::{Change, MarkMove};
use shared::{Lowest, Marks, RoomId, Ticks, UserId};

use crate::cast::{TestStore, room_id, user_id};

fn to(room: RoomId, user: UserId, delivered: u64, read: u64) -> MarkMove {
    MarkMove {
        room,
        user,
        marks: Marks { delivered, read },
    }
}

fn marks(delivered: u64, read: u64) -> Marks {
    Marks { delivered, read }
}

pub async fn marks_never_go_back(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    store.count_to(alice, books, 9).await;
    for (asked, expected) in [
        (to(books, alice, 5, 3), marks(5, 3)),
        (to(books, alice, 4, 2), marks(5, 3)),
        (to(books, alice, 0, 4), marks(5, 4)),
        (to(books, alice, 6, 0), marks(6, 4)),
        (to(books, alice, 0, 0), marks(6, 4)),
    ] {
        assert_eq!(
            store.move_marks(&[asked]).await.unwrap(),
            [Some(expected)],
            "{asked:?}"
        );
        let member = store.member(books, alice).await.unwrap().unwrap();
        assert_eq!(member.membership.marks, expected);
    }
}

pub async fn reading_is_having_got(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    store.count_to(alice, books, 9).await;
    let moved = store.move_marks(&[to(books, alice, 2, 7)]).await.unwrap();
    assert_eq!(moved, [Some(marks(7, 7))]);
}

pub async fn marks_are_cut_to_the_head(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    assert_eq!(
        store.move_marks(&[to(books, alice, 9, 9)]).await.unwrap(),
        [Some(marks(0, 0))]
    );
    let said = store.say(alice, books, "hi").await;
    store.reword(&said, "hello").await;
    let moved = store
        .move_marks(&[to(books, alice, u64::MAX, u64::MAX)])
        .await
        .unwrap();
    assert_eq!(moved, [Some(marks(2, 2))]);
}

pub async fn many_marks_are_answered_in_the_order_asked(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let mallory = store.register("mallory").await;
    let books = store.open_room(alice, "books").await;
    let chess = store.open_room(alice, "chess").await;
    store.join(books, bob).await;
    store.count_to(alice, books, 5).await;
    store.count_to(alice, chess, 3).await;
    let asked = [
        to(books, bob, 1, 1),
        to(books, mallory, 1, 1),
        to(chess, alice, 9, 2),
        to(room_id(), alice, 1, 1),
        to(books, user_id(), 1, 1),
        to(books, bob, 4, 2),
    ];
    let moved = store.move_marks(&asked).await.unwrap();
    // Bob is named twice: both answers say what holds afterwards.
    assert_eq!(
        moved,
        [
            Some(marks(4, 2)),
            None,
            Some(marks(3, 2)),
            None,
            None,
            Some(marks(4, 2)),
        ]
    );
    assert_eq!(store.member(books, mallory).await.unwrap(), None);
    assert_eq!(store.move_marks(&[]).await.unwrap(), []);
}

pub async fn only_marks_that_moved_are_announced(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    store.join(books, bob).await;
    store.count_to(alice, books, 5).await;
    store.fed().await;
    let asked = [
        to(books, alice, 3, 0),
        to(books, bob, 0, 0),
        to(books, user_id(), 1, 1),
    ];
    store.move_marks(&asked).await.unwrap();
    store.move_marks(&asked).await.unwrap();
    let moved = Change::MarksMoved {
        room: books,
        user: alice,
        marks: Marks {
            delivered: 3,
            read: 0,
        },
        member_count: 2,
    };
    assert_eq!(store.fed().await, [moved]);
}

pub async fn ticks_are_the_lowest_marks(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let carol = store.register("carol").await;
    let books = store.open_room(alice, "books").await;
    store.join(books, bob).await;
    store.join(books, carol).await;
    store.count_to(alice, books, 9).await;
    let asked = [
        to(books, alice, 9, 9),
        to(books, bob, 5, 1),
        to(books, carol, 4, 2),
    ];
    store.move_marks(&asked).await.unwrap();
    let expected = Ticks {
        delivered: Lowest {
            lowest: 4,
            user: carol,
            rest: 5,
        },
        read: Lowest {
            lowest: 1,
            user: bob,
            rest: 2,
        },
    };
    assert_eq!(store.ticks(books).await.unwrap(), Some(expected));
}

pub async fn of_equal_marks_the_smallest_id_is_named(store: &TestStore) {
    let mut people = [
        store.register("alice").await,
        store.register("bob").await,
        store.register("carol").await,
    ];
    let books = store.open_room(people[2], "books").await;
    store.join(books, people[1]).await;
    store.join(books, people[0]).await;
    people.sort_unstable();
    let ticks = store.ticks(books).await.unwrap().unwrap();
    let expected = Lowest {
        lowest: 0,
        user: people[0],
        rest: 0,
    };
    assert_eq!((ticks.delivered, ticks.read), (expected, expected));
}

pub async fn alone_there_are_no_ticks(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    assert_eq!(store.ticks(books).await.unwrap(), None);
    assert_eq!(store.ticks(room_id()).await.unwrap(), None);
}
