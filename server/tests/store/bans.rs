//! `Rooms`: bans.

use server::store::{BanRecord, StoreError};
use shared::{RoomRole, UserId};

use crate::{
    cast::{TestStore, at, room_id, user_id},
    refused,
};

fn banned(bans: &[BanRecord]) -> Vec<UserId> {
    bans.iter().map(|ban| ban.account.id).collect()
}

pub async fn who_is_banned_is_out_and_cannot_join(store: &TestStore) {
    let alice = store.register("alice").await;
    let mallory = store.register("mallory").await;
    let books = store.open_room(alice, "books").await;
    store.join(books, mallory).await;
    store
        .ban(books, mallory, alice, RoomRole::Owner, at(1))
        .await
        .unwrap();
    assert_eq!(store.role(books, mallory).await, None);
    refused!(
        store.add_member(books, mallory, at(2)).await,
        StoreError::Banned
    );
    let bans = store.bans(books).await.unwrap();
    let expected = BanRecord {
        account: store.user(mallory).await.unwrap().unwrap(),
        banned_by: alice,
        created_at: at(1),
    };
    assert_eq!(bans, [expected]);
}

pub async fn an_outsider_can_be_banned_ahead(store: &TestStore) {
    let alice = store.register("alice").await;
    let mallory = store.register("mallory").await;
    let books = store.open_room(alice, "books").await;
    store
        .ban(books, mallory, alice, RoomRole::Member, at(1))
        .await
        .unwrap();
    refused!(
        store.add_member(books, mallory, at(2)).await,
        StoreError::Banned
    );
}

pub async fn banning_again_changes_nothing(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let mallory = store.register("mallory").await;
    let books = store.open_room(alice, "books").await;
    store
        .ban(books, mallory, alice, RoomRole::Owner, at(1))
        .await
        .unwrap();
    let before = store.bans(books).await.unwrap();
    store
        .ban(books, mallory, bob, RoomRole::Owner, at(2))
        .await
        .unwrap();
    assert_eq!(store.bans(books).await.unwrap(), before);
}

pub async fn who_is_not_below_is_neither_banned_nor_removed(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    store.join(books, bob).await;
    store.set_role(books, bob, RoomRole::Admin).await.unwrap();
    for (user, below) in [(alice, RoomRole::Owner), (bob, RoomRole::Admin)] {
        let result = store.ban(books, user, alice, below, at(1)).await;
        refused!(result, StoreError::NotMember);
        assert!(store.role(books, user).await.is_some());
    }
    assert_eq!(store.bans(books).await.unwrap(), []);
}

pub async fn a_ban_needs_a_room_with_a_name_and_an_account(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    let private = store.talk_privately(alice, bob).await;
    for (room, user) in [(room_id(), bob), (private, bob), (books, user_id())] {
        let result = store.ban(room, user, alice, RoomRole::Owner, at(1)).await;
        refused!(result, StoreError::NotFound);
    }
    assert_eq!(store.role(private, bob).await, Some(RoomRole::Member));
}

pub async fn a_lifted_ban_lets_one_join_again(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    store
        .ban(books, bob, alice, RoomRole::Owner, at(1))
        .await
        .unwrap();
    store.unban(books, bob).await.unwrap();
    assert_eq!(store.role(books, bob).await, None);
    store.join(books, bob).await;
    store.unban(books, bob).await.unwrap();
    store.unban(room_id(), user_id()).await.unwrap();
    assert_eq!(store.role(books, bob).await, Some(RoomRole::Member));
}

pub async fn bans_are_listed_newest_first_then_by_id(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let mut tied = [store.register("bob").await, store.register("carol").await];
    let new = store.register("dave").await;
    for (user, when) in [(tied[1], 1), (new, 2), (tied[0], 1)] {
        store
            .ban(books, user, alice, RoomRole::Owner, at(when))
            .await
            .unwrap();
    }
    tied.sort_unstable();
    assert_eq!(
        banned(&store.bans(books).await.unwrap()),
        [new, tied[0], tied[1]]
    );
    assert_eq!(store.bans(store.lobby()).await.unwrap(), []);
    assert_eq!(store.bans(room_id()).await.unwrap(), []);
}
