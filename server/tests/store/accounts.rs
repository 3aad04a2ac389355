//! `Accounts`: making and finding.

use futures_util::future::join_all;
use server::store::{Account, NewAccount, StoreError};
use shared::{Gender, RoomRole, ServerRole};

use crate::{
    cast::{TestStore, at, new_account, successes, user_id},
    refused,
};

fn names(accounts: &[Account]) -> Vec<&str> {
    accounts
        .iter()
        .map(|account| account.username.as_str())
        .collect()
}

pub async fn an_account_is_kept_as_it_was_made(store: &TestStore) {
    let new = NewAccount {
        email: "Alice@Example.org".parse().unwrap(),
        display_name: "Алиса 🐇 O'Hara".to_owned(),
        role: ServerRole::Admin,
        ..new_account("alice")
    };
    store.create_user(new.clone()).await.unwrap();
    let expected = Account {
        id: new.id,
        username: new.username.clone(),
        email: "Alice@Example.org".to_owned(),
        password_hash: new.password_hash,
        display_name: new.display_name,
        gender: Gender::Other,
        status_text: String::new(),
        role: ServerRole::Admin,
        created_at: at(0),
        last_seen_at: None,
        deleted_at: None,
    };
    assert_eq!(store.user(new.id).await.unwrap().as_ref(), Some(&expected));
    assert_eq!(
        store.user_by_name(&new.username).await.unwrap(),
        Some(expected)
    );
}

pub async fn an_absent_account_is_none(store: &TestStore) {
    store.register("alice").await;
    assert_eq!(store.user(user_id()).await.unwrap(), None);
    assert_eq!(
        store
            .user_by_name(&"mallory".parse().unwrap())
            .await
            .unwrap(),
        None
    );
}

pub async fn registering_puts_one_into_the_lobby(store: &TestStore) {
    let alice = store.register("alice").await;
    assert_eq!(
        store.role(store.lobby(), alice).await,
        Some(RoomRole::Member)
    );
}

pub async fn usernames_are_unique(store: &TestStore) {
    store.register("alice").await;
    let mut again = new_account("Alice");
    again.email = "other@example.org".parse().unwrap();
    refused!(store.create_user(again).await, StoreError::UsernameTaken);
}

pub async fn the_username_of_a_deleted_account_stays_taken(store: &TestStore) {
    let alice = store.register("alice").await;
    store.delete_user(alice, at(1)).await.unwrap();
    refused!(
        store.create_user(new_account("alice")).await,
        StoreError::UsernameTaken
    );
}

pub async fn email_addresses_are_unique_ignoring_case(store: &TestStore) {
    store.register("alice").await;
    let mut bob = new_account("bob");
    bob.email = "ALICE@example.ORG".parse().unwrap();
    refused!(store.create_user(bob.clone()).await, StoreError::EmailTaken);
    bob.email = "ÄNNE@exämple.org".parse().unwrap();
    store.create_user(bob).await.unwrap();
    let mut carol = new_account("carol");
    carol.email = "änne@EXÄMPLE.org".parse().unwrap();
    refused!(store.create_user(carol).await, StoreError::EmailTaken);
}

pub async fn a_taken_username_is_told_before_a_taken_address(store: &TestStore) {
    store.register("alice").await;
    refused!(
        store.create_user(new_account("alice")).await,
        StoreError::UsernameTaken
    );
}

pub async fn a_refused_account_leaves_nothing(store: &TestStore) {
    store.register("alice").await;
    let mut bob = new_account("bob");
    bob.email = "alice@example.org".parse().unwrap();
    refused!(store.create_user(bob.clone()).await, StoreError::EmailTaken);
    assert_eq!(store.user(bob.id).await.unwrap(), None);
    assert_eq!(store.role(store.lobby(), bob.id).await, None);
    assert_eq!(
        store
            .room(store.lobby())
            .await
            .named()
            .unwrap()
            .member_count,
        1
    );
}

pub async fn of_concurrent_accounts_with_one_name_one_is_made(store: &TestStore) {
    let attempts = (0..8).map(|n| {
        let mut account = new_account("alice");
        account.email = format!("alice{n}@example.org").parse().unwrap();
        store.create_user(account)
    });
    let made = successes(join_all(attempts).await, |error| {
        matches!(error, StoreError::UsernameTaken)
    });
    assert_eq!(made, 1);
}

pub async fn of_concurrent_accounts_with_one_address_one_is_made(store: &TestStore) {
    let attempts = (0..8).map(|n| {
        let mut account = new_account(&format!("alice{n}"));
        account.email = "alice@example.org".parse().unwrap();
        store.create_user(account)
    });
    let made = successes(join_all(attempts).await, |error| {
        matches!(error, StoreError::EmailTaken)
    });
    assert_eq!(made, 1);
}

pub async fn many_accounts_are_found_at_once(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    store.register("carol").await;
    store.delete_user(bob, at(1)).await.unwrap();
    let mut found = store.users(&[bob, user_id(), alice, alice]).await.unwrap();
    found.sort_by(|a, b| a.username.cmp(&b.username));
    assert_eq!(names(&found), ["alice", "bob"]);
    assert!(found[1].deleted_at.is_some());
    assert_eq!(store.users(&[]).await.unwrap(), []);
    assert_eq!(store.users(&[user_id()]).await.unwrap(), []);
}

pub async fn accounts_are_listed_by_username_page_by_page(store: &TestStore) {
    assert_eq!(store.list_users(None, None, 10).await.unwrap(), []);
    for name in ["carol", "alice", "dave", "bob"] {
        store.register(name).await;
    }
    let page = async |after, limit| store.list_users(None, after, limit).await.unwrap();
    assert_eq!(
        names(&page(None, 10).await),
        ["alice", "bob", "carol", "dave"]
    );
    assert_eq!(names(&page(None, 2).await), ["alice", "bob"]);
    assert_eq!(names(&page(Some("bob"), 2).await), ["carol", "dave"]);
    assert_eq!(names(&page(Some("bo"), 1).await), ["bob"]);
    assert_eq!(page(Some("dave"), 2).await, []);
    assert_eq!(page(None, 0).await, []);
}

pub async fn deleted_accounts_are_not_listed(store: &TestStore) {
    store.register("alice").await;
    let bob = store.register("bob").await;
    store.delete_user(bob, at(1)).await.unwrap();
    assert_eq!(
        names(&store.list_users(None, None, 10).await.unwrap()),
        ["alice"]
    );
    assert_eq!(store.list_users(Some("bob"), None, 10).await.unwrap(), []);
}

pub async fn accounts_are_searched_by_plain_text(store: &TestStore) {
    for (name, display_name) in [
        ("alice", "Alice Liddell"),
        ("under_score", ""),
        ("percent", "100% sure"),
        ("quote", "it's \"me\" [a-z]* ?"),
        ("emoji", "🐇 שלום \\"),
    ] {
        let mut account = new_account(name);
        account.display_name = display_name.to_owned();
        store.create_user(account).await.unwrap();
    }
    for (q, expected) in [
        ("LIC", &["alice"][..]),
        ("liddell", &["alice"]),
        ("e l", &["alice"]),
        ("_", &["under_score"]),
        ("%", &["percent"]),
        ("0%", &["percent"]),
        ("*", &["quote"]),
        ("?", &["quote"]),
        ("[a-z]", &["quote"]),
        ("'", &["quote"]),
        ("' OR 1=1 --", &[]),
        ("🐇", &["emoji"]),
        ("שלום", &["emoji"]),
        ("\\", &["emoji"]),
        (".*", &[]),
        ("example.org", &[]),
        ("hash", &[]),
        ("", &["alice", "emoji", "percent", "quote", "under_score"]),
    ] {
        let found = store.list_users(Some(q), None, 10).await.unwrap();
        assert_eq!(names(&found), expected, "{q:?}");
    }
    assert_eq!(
        names(&store.list_users(Some("e"), Some("emoji"), 1).await.unwrap()),
        ["percent"]
    );
}

pub async fn names_that_look_alike_are_one(store: &TestStore) {
    let alice = store.register("alice").await;
    for name in ["a1ice", "al1ce"] {
        let name: shared::Username = name.parse().unwrap();
        let found = store.user_by_look(&name.look()).await.unwrap();
        let is_taken = name.as_str() == "a1ice";
        assert_eq!(found.map(|account| account.id), is_taken.then_some(alice));
    }
    refused!(
        store.create_user(new_account("a1ice")).await,
        StoreError::UsernameTaken
    );
    store.delete_user(alice, at(1)).await.unwrap();
    refused!(
        store.create_user(new_account("a1ice")).await,
        StoreError::UsernameTaken
    );
    store.register("al1ce").await;
}

pub async fn a_hash_is_replaced_where_it_is_the_old_one(store: &TestStore) {
    let alice = store.register("alice").await;
    let session = store.log_in(alice, 0).await;
    let hash = async || store.user(alice).await.unwrap().unwrap().password_hash;
    let old = hash().await;
    for (old, expected) in [("another", old.as_str()), (old.as_str(), "new")] {
        let replaced = store.replace_hash(alice, old.to_owned(), "new".to_owned());
        replaced.await.unwrap();
        assert_eq!(hash().await, expected);
    }
    assert!(store.session(session, at(1)).await.unwrap().is_some());
    let nobody = store.replace_hash(user_id(), old, "new".to_owned());
    nobody.await.unwrap();
}
