//! `Rooms`: the rooms one is in.

use server::store::{MarkMove, NewPost};
use shared::{
    MAX_MARKED_MEMBERS, MAX_UNREAD, Marks, MyRoom, RoomHead, RoomId, RoomRole, Timestamp, UserId,
};

use crate::cast::{TestStore, at, new_account, new_post, new_room, room_id, user_id};

fn ids(rooms: &[MyRoom]) -> Vec<RoomId> {
    rooms.iter().map(|mine| mine.room.id()).collect()
}

async fn say_at(store: &TestStore, author: UserId, room: RoomId, when: Timestamp) {
    let post = NewPost {
        created_at: when,
        ..new_post(author, room, "hi")
    };
    store.post(post).await.unwrap();
}

async fn mine(store: &TestStore, user: UserId, room: RoomId) -> MyRoom {
    let rooms = store.my_rooms(user, None).await.unwrap();
    rooms
        .into_iter()
        .find(|mine| mine.room.id() == room)
        .unwrap()
}

pub async fn my_rooms_come_newest_activity_first(store: &TestStore) {
    let alice = store.register("alice").await;
    store
        .remove_member(store.lobby(), alice, None)
        .await
        .unwrap();
    let mut tied = [
        store.open_room(alice, "art").await,
        store.open_room(alice, "chess").await,
    ];
    tied.sort_unstable();
    let mut young = new_room("young", shared::Visibility::Private);
    young.created_at = at(5);
    let young = store.create_room(young, alice).await.unwrap().id();
    let bob = store.register("bob").await;
    let private = store.talk_privately(alice, bob).await;
    say_at(store, bob, private, at(9)).await;
    let rooms = store.my_rooms(alice, None).await.unwrap();
    assert_eq!(ids(&rooms), [private, young, tied[0], tied[1]]);
    // An edit is no activity; a message is, and a tie is broken by id.
    say_at(store, alice, tied[1], at(9)).await;
    let mut first = [private, tied[1]];
    first.sort_unstable();
    let rooms = store.my_rooms(alice, None).await.unwrap();
    assert_eq!(ids(&rooms), [first[0], first[1], young, tied[0]]);
}

pub async fn my_rooms_are_those_one_is_in(store: &TestStore) {
    let alice = store.register("alice").await;
    let mallory = store.register("mallory").await;
    store.open_room(alice, "books").await;
    assert_eq!(
        ids(&store.my_rooms(mallory, None).await.unwrap()),
        [store.lobby()]
    );
    assert_eq!(store.my_rooms(user_id(), None).await.unwrap(), []);
    assert_eq!(store.room_heads(user_id()).await.unwrap(), []);
}

pub async fn active_rooms_have_a_message_since_that_very_millisecond(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    say_at(store, alice, books, at(50)).await;
    let active = async |since| ids(&store.my_rooms(alice, Some(at(since))).await.unwrap());
    assert_eq!(active(0).await, [books]);
    assert_eq!(active(50).await, [books]);
    assert_eq!(active(51).await, []);
}

pub async fn a_room_of_mine_tells_its_last_message(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let before = mine(store, alice, books).await;
    assert_eq!((&before.last_message, before.unread), (&None, 0));
    assert_eq!(
        (before.my_role, before.marks),
        (RoomRole::Owner, Marks::default())
    );
    let first = store.say(alice, books, "1").await;
    let last = store.say(alice, books, "2").await;
    store.reword(&first, "one").await;
    let after = mine(store, alice, books).await;
    assert_eq!(after.last_message.as_ref(), Some(&last));
    assert_eq!(after.room.head(), 3);
    let tombstone = store.take_back(&last).await;
    assert_eq!(
        mine(store, alice, books).await.last_message,
        Some(tombstone)
    );
}

pub async fn unread_are_live_messages_by_others_above_the_mark(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    let early = store.say(alice, books, "before bob").await;
    store.join(books, bob).await;
    assert_eq!(mine(store, bob, books).await.unread, 0);
    let said = store.count_to(alice, books, 4).await;
    store.say(bob, books, "own").await;
    assert_eq!(mine(store, bob, books).await.unread, 4);
    store.take_back(&said[3]).await;
    assert_eq!(mine(store, bob, books).await.unread, 3);
    // Edits are not news.
    store.reword(&early, "long ago").await;
    store.reword(&said[0], "one").await;
    assert_eq!(mine(store, bob, books).await.unread, 3);
    let marks = Marks {
        delivered: 0,
        read: said[1].seq,
    };
    store
        .move_marks(&[MarkMove {
            room: books,
            user: bob,
            marks,
        }])
        .await
        .unwrap();
    let room = mine(store, bob, books).await;
    assert_eq!((room.unread, room.marks.read), (1, said[1].seq));
    assert_eq!(mine(store, alice, books).await.unread, 1);
}

pub async fn unread_is_counted_no_further_than_shown(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    store.join(books, bob).await;
    let posts = (0..=MAX_UNREAD).map(|_| store.post(new_post(alice, books, "hi")));
    for posted in futures_util::future::join_all(posts).await {
        posted.unwrap();
    }
    assert_eq!(mine(store, bob, books).await.unread, MAX_UNREAD);
}

pub async fn only_large_rooms_of_mine_have_ticks(store: &TestStore) {
    let alice = store.register("alice").await;
    for n in 1..MAX_MARKED_MEMBERS {
        store
            .create_user(new_account(&format!("user{n}")))
            .await
            .unwrap();
    }
    let lobby = store.lobby();
    assert_eq!(mine(store, alice, lobby).await.ticks, None);
    store.register("one_more").await;
    let room = mine(store, alice, lobby).await;
    assert_eq!(
        room.room.named().unwrap().member_count,
        MAX_MARKED_MEMBERS + 1
    );
    assert!(room.ticks.is_some());
    assert_eq!(room.ticks, store.ticks(lobby).await.unwrap());
}

pub async fn room_heads_are_the_counters(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    let private = store.talk_privately(alice, bob).await;
    let said = store.say(alice, books, "hi").await;
    store.take_back(&said).await;
    store.open_room(bob, "not-mine").await;
    let mut heads = store.room_heads(alice).await.unwrap();
    heads.sort_unstable_by_key(|head| head.id);
    let mut expected =
        [(books, 2), (private, 0), (store.lobby(), 0)].map(|(id, head)| RoomHead { id, head });
    expected.sort_unstable_by_key(|head| head.id);
    assert_eq!(heads, expected);
    assert!(!store.exists(room_id()).await);
}

pub async fn the_rooms_of_many_people_are_found_at_once(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let mallory = store.register("mallory").await;
    let books = store.open_room(alice, "books").await;
    let private = store.talk_privately(alice, bob).await;
    let lobby = store.lobby();
    store.remove_member(lobby, bob, None).await.unwrap();
    store.remove_member(lobby, mallory, None).await.unwrap();
    let asked = [alice, mallory, bob, user_id(), alice];
    let mut places = store.rooms_of(&asked).await.unwrap();
    places.sort_unstable();
    let mut expected = [
        (alice, books),
        (alice, private),
        (alice, lobby),
        (bob, private),
    ];
    expected.sort_unstable();
    assert_eq!(places, expected);
    assert_eq!(store.rooms_of(&[]).await.unwrap(), []);
}

pub async fn many_places_are_looked_up_at_once_in_the_order_asked(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    let lobby = store.lobby();
    store.remove_member(lobby, bob, None).await.unwrap();
    let asked = [
        (lobby, alice),
        (books, bob),
        (lobby, bob),
        (books, alice),
        (room_id(), alice),
        (lobby, user_id()),
        (lobby, alice),
    ];
    let found = store.are_members(&asked).await.unwrap();
    assert_eq!(found, [true, false, false, true, false, false, true]);
    assert_eq!(store.are_members(&[]).await.unwrap(), [false; 0]);
}
