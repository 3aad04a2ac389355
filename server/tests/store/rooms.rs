//! `Rooms`: making and finding rooms with a name.

use futures_util::future::join_all;
use server::store::{NewRoomRecord, RoomKey, StoreError};
use shared::{MAX_ROOMS_PER_USER, Marks, NamedRoom, Room, RoomRole, Visibility};

use crate::{
    cast::{TestStore, at, new_room, room_id, successes, user_id},
    refused,
};

fn names(rooms: &[Room]) -> Vec<&str> {
    rooms
        .iter()
        .map(|room| room.named().unwrap().name.as_str())
        .collect()
}

pub async fn a_new_store_has_a_public_lobby_without_owner(store: &TestStore) {
    let key = RoomKey::Name("lobby".parse().unwrap());
    let access = store.access(user_id(), key).await.unwrap().unwrap();
    let lobby = access.room.named().unwrap();
    assert_eq!(lobby.id, store.lobby());
    assert_eq!(
        (lobby.visibility, lobby.member_count, lobby.head),
        (Visibility::Public, 0, 0)
    );
    let alice = store.register("alice").await;
    assert_eq!(
        store.role(store.lobby(), alice).await,
        Some(RoomRole::Member)
    );
}

pub async fn the_lobby_is_never_deleted(store: &TestStore) {
    let lobby = store.lobby();
    refused!(store.delete_room(lobby).await, StoreError::NotFound);
    let alice = store.register("alice").await;
    store.remove_member(lobby, alice, None).await.unwrap();
    let room = store.room(lobby).await;
    assert_eq!(room.named().unwrap().member_count, 0);
    store.join(lobby, alice).await;
    store.delete_user(alice, at(1)).await.unwrap();
    assert!(store.exists(lobby).await);
}

pub async fn a_room_is_kept_as_it_was_made(store: &TestStore) {
    let alice = store.register("alice").await;
    let new = NewRoomRecord {
        title: Some("Bücher 📚".parse().unwrap()),
        topic: Some("it's 100% \"books\"".parse().unwrap()),
        ..new_room("books", Visibility::Private)
    };
    let expected = Room::Room(NamedRoom {
        id: new.id,
        name: new.name.clone(),
        title: Some("Bücher 📚".to_owned()),
        topic: Some("it's 100% \"books\"".to_owned()),
        visibility: Visibility::Private,
        member_count: 1,
        head: 0,
        created_at: at(0),
    });
    assert_eq!(
        store.create_room(new.clone(), alice).await.unwrap(),
        expected
    );
    assert_eq!(store.room(new.id).await, expected);
    let place = store
        .member(new.id, alice)
        .await
        .unwrap()
        .unwrap()
        .membership;
    assert_eq!(place.role, RoomRole::Owner);
    assert_eq!((place.joined_at, place.marks), (at(0), Marks::default()));
    let all = store
        .members(new.id, None, 10, server::store::MemberFilter::All)
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
}

pub async fn empty_texts_are_none(store: &TestStore) {
    let alice = store.register("alice").await;
    let new = NewRoomRecord {
        title: Some("".parse().unwrap()),
        topic: None,
        ..new_room("books", Visibility::Public)
    };
    let room = store.create_room(new, alice).await.unwrap();
    let room = room.named().unwrap();
    assert_eq!((&room.title, &room.topic), (&None, &None));
}

pub async fn room_names_are_unique_among_public_rooms(store: &TestStore) {
    let alice = store.register("alice").await;
    store.open_room(alice, "books").await;
    let again = new_room("books", Visibility::Public);
    refused!(
        store.create_room(again, alice).await,
        StoreError::RoomNameTaken
    );
    let lobby = new_room("lobby", Visibility::Public);
    refused!(
        store.create_room(lobby, alice).await,
        StoreError::RoomNameTaken
    );
    for _ in 0..2 {
        store
            .create_room(new_room("books", Visibility::Private), alice)
            .await
            .unwrap();
    }
}

pub async fn of_concurrent_public_rooms_with_one_name_one_is_made(store: &TestStore) {
    let alice = store.register("alice").await;
    let attempts = (0..8).map(|_| store.create_room(new_room("books", Visibility::Public), alice));
    let made = successes(join_all(attempts).await, |error| {
        matches!(error, StoreError::RoomNameTaken)
    });
    assert_eq!(made, 1);
}

pub async fn only_a_live_account_owns_a_room(store: &TestStore) {
    let alice = store.register("alice").await;
    store.delete_user(alice, at(1)).await.unwrap();
    for owner in [alice, user_id()] {
        let room = new_room("books", Visibility::Public);
        refused!(
            store.create_room(room.clone(), owner).await,
            StoreError::NotFound
        );
        assert!(!store.exists(room.id).await);
    }
}

pub async fn nobody_is_in_more_rooms_than_one_may_be(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(bob, "books").await;
    // The lobby counts, a private conversation does not.
    store.talk_privately(alice, bob).await;
    let mut missing = MAX_ROOMS_PER_USER - 1;
    while missing > 0 {
        let some = missing.min(50);
        let rooms =
            (0..some).map(|_| store.create_room(new_room("notes", Visibility::Private), alice));
        for made in join_all(rooms).await {
            made.unwrap();
        }
        missing -= some;
    }
    let more = new_room("notes", Visibility::Private);
    refused!(
        store.create_room(more.clone(), alice).await,
        StoreError::TooManyRooms
    );
    refused!(
        store.add_member(books, alice, at(1)).await,
        StoreError::TooManyRooms
    );
    // Where one is in already there is nothing to refuse.
    store.join(store.lobby(), alice).await;
    store
        .remove_member(store.lobby(), alice, None)
        .await
        .unwrap();
    store.create_room(more, alice).await.unwrap();
}

pub async fn access_tells_the_room_and_what_one_is_to_it(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let mallory = store.register("mallory").await;
    let books = store.open_room(alice, "books").await;
    store.join(books, bob).await;
    store
        .ban(books, mallory, alice, RoomRole::Owner, at(1))
        .await
        .unwrap();
    let access = async |reader| {
        store
            .access(reader, RoomKey::Id(books))
            .await
            .unwrap()
            .unwrap()
    };
    for (reader, role, is_banned) in [
        (alice, Some(RoomRole::Owner), false),
        (bob, Some(RoomRole::Member), false),
        (mallory, None, true),
        (user_id(), None, false),
    ] {
        let access = access(reader).await;
        assert_eq!(access.room.id(), books);
        assert_eq!(access.membership.map(|place| place.role), role);
        assert_eq!(access.is_banned, is_banned);
    }
    assert_eq!(access(bob).await.room.named().unwrap().member_count, 2);
    assert!(
        store
            .access(alice, RoomKey::Id(room_id()))
            .await
            .unwrap()
            .is_none()
    );
}

pub async fn only_public_rooms_are_found_by_name(store: &TestStore) {
    let alice = store.register("alice").await;
    let by_name = async |name: &str| {
        let key = RoomKey::Name(name.parse().unwrap());
        store
            .access(alice, key)
            .await
            .unwrap()
            .map(|access| access.room.id())
    };
    let secret = new_room("secret", Visibility::Private);
    store.create_room(secret.clone(), alice).await.unwrap();
    assert_eq!(by_name("secret").await, None);
    assert_eq!(by_name("absent").await, None);
    let open = store.open_room(alice, "secret").await;
    assert_eq!(by_name("secret").await, Some(open));
    assert!(store.exists(secret.id).await);
}

pub async fn joinable_are_public_rooms_one_is_neither_in_nor_banned_from(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    for name in ["chess", "art", "books", "in-it", "banned"] {
        store.open_room(alice, name).await;
    }
    store
        .create_room(new_room("private", Visibility::Private), alice)
        .await
        .unwrap();
    store.talk_privately(alice, bob).await;
    let id_of = async |name: &str| {
        let key = RoomKey::Name(name.parse().unwrap());
        store.access(alice, key).await.unwrap().unwrap().room.id()
    };
    store.join(id_of("in-it").await, bob).await;
    store
        .ban(id_of("banned").await, bob, alice, RoomRole::Owner, at(1))
        .await
        .unwrap();
    let joinable = async |limit| store.joinable_rooms(bob, None, limit).await.unwrap();
    assert_eq!(names(&joinable(10).await), ["art", "books", "chess"]);
    assert_eq!(names(&joinable(2).await), ["art", "books"]);
    assert_eq!(joinable(0).await, []);
}

pub async fn joinable_rooms_are_searched_by_plain_text(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    for (name, title, topic) in [
        ("books", Some("Reading"), None),
        ("under_score", None, Some("it's 100%")),
        ("chess", Some("Шахматы"), Some("♟ BOOKS about")),
    ] {
        let room = NewRoomRecord {
            title: title.map(|title| title.parse().unwrap()),
            topic: topic.map(|topic| topic.parse().unwrap()),
            ..new_room(name, Visibility::Public)
        };
        store.create_room(room, alice).await.unwrap();
    }
    for (q, expected) in [
        ("Books", &["books", "chess"][..]),
        ("READ", &["books"]),
        ("_", &["under_score"]),
        ("%", &["under_score"]),
        ("'", &["under_score"]),
        ("' OR '1'='1", &[]),
        ("*", &[]),
        ("Шах", &["chess"]),
        ("♟", &["chess"]),
        ("", &["books", "chess", "under_score"]),
    ] {
        let found = store.joinable_rooms(bob, Some(q), 10).await.unwrap();
        assert_eq!(names(&found), expected, "{q:?}");
    }
}
