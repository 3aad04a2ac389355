//! `Accounts`: changing and deleting.

use server::store::{Account, AccountUpdate, StoreError};
use shared::{Gender, RoomRole, ServerRole};

use crate::{
    cast::{TestStore, at, new_account, user_id},
    refused,
};

pub async fn an_update_changes_what_it_names_and_nothing_else(store: &TestStore) {
    let alice = store.register("alice").await;
    let before = store.user(alice).await.unwrap().unwrap();
    assert_eq!(
        store
            .update_user(alice, AccountUpdate::default())
            .await
            .unwrap(),
        before
    );
    let update = AccountUpdate {
        display_name: Some("Alice".to_owned()),
        status_text: Some("reading".to_owned()),
        ..AccountUpdate::default()
    };
    let named = store.update_user(alice, update).await.unwrap();
    let expected = Account {
        display_name: "Alice".to_owned(),
        status_text: "reading".to_owned(),
        ..before.clone()
    };
    assert_eq!(named, expected);
    let update = AccountUpdate {
        email: Some("alice@example.com".parse().unwrap()),
        gender: Some(Gender::Female),
        status_text: Some(String::new()),
        role: Some(ServerRole::Admin),
        ..AccountUpdate::default()
    };
    let expected = Account {
        display_name: "Alice".to_owned(),
        email: "alice@example.com".to_owned(),
        gender: Gender::Female,
        role: ServerRole::Admin,
        ..before
    };
    assert_eq!(store.update_user(alice, update).await.unwrap(), expected);
    assert_eq!(store.user(alice).await.unwrap(), Some(expected));
}

pub async fn an_update_takes_no_address_of_another(store: &TestStore) {
    let alice = store.register("alice").await;
    store.register("bob").await;
    let to = |email: &str| AccountUpdate {
        email: Some(email.parse().unwrap()),
        ..AccountUpdate::default()
    };
    refused!(
        store.update_user(alice, to("BOB@example.org")).await,
        StoreError::EmailTaken
    );
    let own = store
        .update_user(alice, to("Alice@Example.org"))
        .await
        .unwrap();
    assert_eq!(own.email, "Alice@Example.org");
    store
        .update_user(alice, to("alice@example.com"))
        .await
        .unwrap();
    let mut carol = new_account("carol");
    carol.email = "alice@example.org".parse().unwrap();
    store.create_user(carol).await.unwrap();
}

pub async fn only_a_live_account_can_be_changed(store: &TestStore) {
    let alice = store.register("alice").await;
    store.delete_user(alice, at(1)).await.unwrap();
    for id in [alice, user_id()] {
        refused!(
            store.update_user(id, AccountUpdate::default()).await,
            StoreError::NotFound
        );
        refused!(
            store.set_password(id, "new".to_owned(), None).await,
            StoreError::NotFound
        );
        refused!(store.delete_user(id, at(2)).await, StoreError::NotFound);
    }
    assert_eq!(store.user(alice).await.unwrap().unwrap().password_hash, "");
}

pub async fn a_new_password_ends_the_other_sessions(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let kept = store.log_in(alice, 0).await;
    let other = store.log_in(alice, 0).await;
    let bobs = store.log_in(bob, 0).await;
    store
        .set_password(alice, "new hash".to_owned(), Some(kept))
        .await
        .unwrap();
    assert_eq!(
        store.user(alice).await.unwrap().unwrap().password_hash,
        "new hash"
    );
    assert!(store.session(kept, at(1)).await.unwrap().is_some());
    assert!(store.session(bobs, at(1)).await.unwrap().is_some());
    assert!(store.session(other, at(1)).await.unwrap().is_none());
    store
        .set_password(alice, "newer hash".to_owned(), None)
        .await
        .unwrap();
    assert!(store.session(kept, at(1)).await.unwrap().is_none());
}

pub async fn a_deleted_account_keeps_its_name_and_nothing_else(store: &TestStore) {
    let alice = store.register("alice").await;
    let update = AccountUpdate {
        display_name: Some("Alice".to_owned()),
        status_text: Some("here".to_owned()),
        role: Some(ServerRole::Admin),
        ..AccountUpdate::default()
    };
    store.update_user(alice, update).await.unwrap();
    store.set_last_seen(&[(alice, at(5))]).await.unwrap();
    let session = store.log_in(alice, 0).await;
    store.delete_user(alice, at(9)).await.unwrap();
    let expected = Account {
        id: alice,
        username: "alice".parse().unwrap(),
        email: String::new(),
        password_hash: String::new(),
        display_name: String::new(),
        gender: Gender::Unspecified,
        status_text: String::new(),
        role: ServerRole::Member,
        created_at: at(0),
        last_seen_at: None,
        deleted_at: Some(at(9)),
    };
    assert_eq!(store.user(alice).await.unwrap(), Some(expected));
    assert!(store.session(session, at(1)).await.unwrap().is_none());
    store.set_last_seen(&[(alice, at(20))]).await.unwrap();
    assert_eq!(store.user(alice).await.unwrap().unwrap().last_seen_at, None);
}

pub async fn the_address_of_a_deleted_account_is_free(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    store.delete_user(alice, at(1)).await.unwrap();
    store.delete_user(bob, at(1)).await.unwrap();
    let mut carol = new_account("carol");
    carol.email = "alice@example.org".parse().unwrap();
    store.create_user(carol).await.unwrap();
}

pub async fn a_deleted_account_leaves_rooms_but_not_private_conversations(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    store.join(books, bob).await;
    let alone = store.open_room(alice, "alone").await;
    let private = store.talk_privately(alice, bob).await;
    let said = store.say(alice, books, "bye").await;
    store.delete_user(alice, at(1)).await.unwrap();
    assert_eq!(store.role(books, alice).await, None);
    assert_eq!(store.role(books, bob).await, Some(RoomRole::Owner));
    assert_eq!(store.role(store.lobby(), alice).await, None);
    assert!(!store.exists(alone).await);
    assert_eq!(store.role(private, alice).await, Some(RoomRole::Member));
    assert_eq!(store.message(books, said.id).await.unwrap(), Some(said));
    assert_eq!(store.talk_privately(bob, alice).await, private);
}

pub async fn last_seen_only_moves_forward(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let seen = async |user| store.user(user).await.unwrap().unwrap().last_seen_at;
    store
        .set_last_seen(&[(alice, at(5)), (user_id(), at(5)), (bob, at(6))])
        .await
        .unwrap();
    assert_eq!(
        (seen(alice).await, seen(bob).await),
        (Some(at(5)), Some(at(6)))
    );
    store
        .set_last_seen(&[(alice, at(4)), (bob, at(9)), (bob, at(8))])
        .await
        .unwrap();
    assert_eq!(
        (seen(alice).await, seen(bob).await),
        (Some(at(5)), Some(at(9)))
    );
    store.set_last_seen(&[]).await.unwrap();
}
