//! `Rooms`: changing and deleting rooms with a name.

use server::store::{NewPost, StoreError};
use shared::{RoomRole, RoomUpdate, Visibility};

use crate::{
    cast::{TestStore, at, new_post, new_room, room_id},
    refused,
};

fn rename(name: &str) -> RoomUpdate {
    RoomUpdate {
        name: Some(name.parse().unwrap()),
        ..unchanged()
    }
}

fn turn(visibility: Visibility) -> RoomUpdate {
    RoomUpdate {
        visibility: Some(visibility),
        ..unchanged()
    }
}

fn unchanged() -> RoomUpdate {
    RoomUpdate {
        name: None,
        title: None,
        topic: None,
        visibility: None,
    }
}

pub async fn an_update_changes_the_settings_it_names(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let before = store.room(books).await;
    assert_eq!(store.update_room(books, unchanged()).await.unwrap(), before);
    let update = RoomUpdate {
        title: Some("Books".parse().unwrap()),
        topic: Some("novels".parse().unwrap()),
        ..unchanged()
    };
    let room = store.update_room(books, update).await.unwrap();
    let named = room.named().unwrap();
    assert_eq!(named.title.as_deref(), Some("Books"));
    assert_eq!(named.topic.as_deref(), Some("novels"));
    assert_eq!(named.name.as_str(), "books");
    let update = RoomUpdate {
        title: Some("".parse().unwrap()),
        ..rename("novels")
    };
    let room = store.update_room(books, update).await.unwrap();
    let named = room.named().unwrap();
    assert_eq!((named.name.as_str(), &named.title), ("novels", &None));
    assert_eq!(named.topic.as_deref(), Some("novels"));
    assert_eq!(store.room(books).await, room);
}

pub async fn a_room_takes_no_name_of_another_public_room(store: &TestStore) {
    let alice = store.register("alice").await;
    store.open_room(alice, "books").await;
    let chess = store.open_room(alice, "chess").await;
    let private = new_room("books", Visibility::Private);
    store.create_room(private.clone(), alice).await.unwrap();
    refused!(
        store.update_room(chess, rename("books")).await,
        StoreError::RoomNameTaken
    );
    let publish = turn(Visibility::Public);
    refused!(
        store.update_room(private.id, publish).await,
        StoreError::RoomNameTaken
    );
    // Its own name, and any name while it is private.
    store.update_room(chess, rename("chess")).await.unwrap();
    store
        .update_room(chess, turn(Visibility::Private))
        .await
        .unwrap();
    store.update_room(chess, rename("books")).await.unwrap();
    let update = RoomUpdate {
        visibility: Some(Visibility::Public),
        ..rename("free")
    };
    store.update_room(private.id, update).await.unwrap();
}

pub async fn only_a_room_with_a_name_is_changed_or_deleted(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let private = store.talk_privately(alice, bob).await;
    for room in [private, room_id()] {
        refused!(
            store.update_room(room, unchanged()).await,
            StoreError::NotFound
        );
        refused!(store.delete_room(room).await, StoreError::NotFound);
    }
    assert!(store.exists(private).await);
}

pub async fn a_deleted_room_is_gone_with_everything_in_it(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    let chess = store.open_room(alice, "chess").await;
    store
        .ban(books, bob, alice, RoomRole::Owner, at(1))
        .await
        .unwrap();
    let said = store.say(alice, books, "hi").await;
    let elsewhere = store.say(alice, chess, "hi").await;
    store.delete_room(books).await.unwrap();
    assert!(!store.exists(books).await);
    assert_eq!(store.message(books, said.id).await.unwrap(), None);
    assert_eq!(store.role(books, alice).await, None);
    assert!(store.bans(books).await.unwrap().is_empty());
    refused!(store.delete_room(books).await, StoreError::NotFound);
    assert_eq!(
        store.message(chess, elsewhere.id).await.unwrap(),
        Some(elsewhere)
    );
    // Its name and its client ids are free again.
    store.open_room(alice, "books").await;
    let again = NewPost {
        client_id: said.client_id,
        ..new_post(alice, chess, "again")
    };
    store.post(again).await.unwrap();
}
