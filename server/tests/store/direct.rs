//! `Rooms::direct_room`.

use futures_util::future::join_all;
use server::store::StoreError;
use shared::{DirectRoom, Room, RoomRole};

use crate::{
    cast::{TestStore, at, room_id, user_id},
    refused,
};

pub async fn a_private_conversation_has_two_plain_members(store: &TestStore) {
    let mut pair = [store.register("alice").await, store.register("bob").await];
    let id = room_id();
    let room = store.direct_room(pair, id, at(3)).await.unwrap();
    pair.sort_unstable();
    let expected = DirectRoom {
        id,
        members: pair,
        head: 0,
        created_at: at(3),
    };
    assert_eq!(room, Room::Direct(expected));
    for user in pair {
        let place = store.member(id, user).await.unwrap().unwrap().membership;
        assert_eq!((place.role, place.joined_at), (RoomRole::Member, at(3)));
    }
}

pub async fn two_people_have_one_conversation_whoever_asks(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let carol = store.register("carol").await;
    let room = store.talk_privately(alice, bob).await;
    store.say(bob, room, "hi").await;
    let again = store
        .direct_room([bob, alice], room_id(), at(9))
        .await
        .unwrap();
    assert_eq!((again.id(), again.head()), (room, 1));
    assert_ne!(store.talk_privately(alice, carol).await, room);
}

pub async fn concurrent_calls_get_the_same_conversation(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let calls = (0..8).map(|n| {
        let pair = if n % 2 == 0 {
            [alice, bob]
        } else {
            [bob, alice]
        };
        store.direct_room(pair, room_id(), at(0))
    });
    let mut rooms: Vec<_> = join_all(calls)
        .await
        .into_iter()
        .map(|room| room.unwrap().id())
        .collect();
    rooms.dedup();
    assert_eq!(rooms.len(), 1);
    assert_eq!(store.my_rooms(alice, None).await.unwrap().len(), 2);
}

pub async fn a_conversation_needs_two_live_people_to_begin(store: &TestStore) {
    let alice = store.register("alice").await;
    let gone = store.register("gone").await;
    store.delete_user(gone, at(1)).await.unwrap();
    for other in [alice, gone, user_id()] {
        for pair in [[alice, other], [other, alice]] {
            let room = room_id();
            refused!(
                store.direct_room(pair, room, at(2)).await,
                StoreError::NotFound
            );
            assert!(!store.exists(room).await);
        }
    }
}

pub async fn a_conversation_with_a_deleted_account_stays(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let room = store.talk_privately(alice, bob).await;
    store.delete_user(bob, at(1)).await.unwrap();
    assert_eq!(store.talk_privately(alice, bob).await, room);
    refused!(
        store
            .direct_room([alice, user_id()], room_id(), at(2))
            .await,
        StoreError::NotFound
    );
}
