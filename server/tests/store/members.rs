//! `Rooms`: joining, leaving, roles and lists of members.

use server::store::{Joined, MemberFilter, MemberRecord, StoreError};
use shared::{Marks, RoomId, RoomRole, UserId};

use crate::{
    cast::{TestStore, at, room_id, user_id},
    refused,
};

fn names(members: &[MemberRecord]) -> Vec<&str> {
    members
        .iter()
        .map(|member| member.account.username.as_str())
        .collect()
}

async fn joins(store: &TestStore, room: RoomId, name: &str, when: i64) -> UserId {
    let user = store.register(name).await;
    store.add_member(room, user, at(when)).await.unwrap();
    user
}

async fn becomes_admin(store: &TestStore, room: RoomId, user: UserId) {
    store.set_role(room, user, RoomRole::Admin).await.unwrap();
}

pub async fn who_joins_begins_at_the_head(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    let said = store.say(alice, books, "hi").await;
    store.reword(&said, "hello").await;
    let joined = store.add_member(books, bob, at(5)).await.unwrap();
    let Joined::New(record) = joined else {
        panic!("{joined:?}")
    };
    assert_eq!(record.account.id, bob);
    assert_eq!(record.membership.role, RoomRole::Member);
    assert_eq!(record.membership.joined_at, at(5));
    assert_eq!(
        record.membership.marks,
        Marks {
            delivered: 2,
            read: 2
        }
    );
    assert_eq!(store.member(books, bob).await.unwrap(), Some(record));
}

pub async fn joining_twice_changes_nothing(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let before = store.member(books, alice).await.unwrap().unwrap();
    let joined = store.add_member(books, alice, at(9)).await.unwrap();
    assert_eq!(joined, Joined::Already(before));
    assert_eq!(store.room(books).await.named().unwrap().member_count, 1);
}

pub async fn only_a_live_account_joins_a_room_with_a_name(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let gone = store.register("gone").await;
    store.delete_user(gone, at(1)).await.unwrap();
    let books = store.open_room(alice, "books").await;
    let private = store.talk_privately(alice, bob).await;
    for (room, user) in [
        (room_id(), alice),
        (private, alice),
        (private, store.register("carol").await),
        (books, gone),
        (books, user_id()),
    ] {
        refused!(
            store.add_member(room, user, at(2)).await,
            StoreError::NotFound
        );
    }
}

pub async fn who_leaves_is_gone(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let bob = joins(store, books, "bob", 1).await;
    store.remove_member(books, bob, None).await.unwrap();
    assert_eq!(store.member(books, bob).await.unwrap(), None);
    assert_eq!(store.room(books).await.named().unwrap().member_count, 1);
    refused!(
        store.remove_member(books, bob, None).await,
        StoreError::NotMember
    );
}

pub async fn only_who_is_below_is_removed(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let bob = joins(store, books, "bob", 1).await;
    let carol = joins(store, books, "carol", 2).await;
    becomes_admin(store, books, bob).await;
    for (user, below) in [
        (alice, RoomRole::Owner),
        (alice, RoomRole::Admin),
        (bob, RoomRole::Admin),
        (carol, RoomRole::Member),
    ] {
        refused!(
            store.remove_member(books, user, Some(below)).await,
            StoreError::NotMember
        );
    }
    store
        .remove_member(books, carol, Some(RoomRole::Admin))
        .await
        .unwrap();
    store
        .remove_member(books, bob, Some(RoomRole::Owner))
        .await
        .unwrap();
}

pub async fn nobody_leaves_a_private_conversation(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let private = store.talk_privately(alice, bob).await;
    refused!(
        store.remove_member(private, alice, None).await,
        StoreError::NotMember
    );
    let made_admin = store.set_role(private, alice, RoomRole::Admin).await;
    refused!(made_admin, StoreError::NotMember);
    assert_eq!(store.role(private, alice).await, Some(RoomRole::Member));
    refused!(
        store.remove_member(room_id(), alice, None).await,
        StoreError::NotMember
    );
}

pub async fn the_oldest_admin_follows_an_owner_who_leaves(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    joins(store, books, "bob", 1).await;
    let young = joins(store, books, "carol", 9).await;
    let old = joins(store, books, "dave", 5).await;
    becomes_admin(store, books, young).await;
    becomes_admin(store, books, old).await;
    store.remove_member(books, alice, None).await.unwrap();
    assert_eq!(store.role(books, old).await, Some(RoomRole::Owner));
    assert_eq!(store.role(books, young).await, Some(RoomRole::Admin));
    // And of two who joined in one millisecond the one with the smaller id.
    store.remove_member(books, old, None).await.unwrap();
    assert_eq!(store.role(books, young).await, Some(RoomRole::Owner));
}

pub async fn without_an_admin_the_oldest_member_follows(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let late = joins(store, books, "late", 9).await;
    let mut tied = [
        joins(store, books, "bob", 5).await,
        joins(store, books, "carol", 5).await,
    ];
    tied.sort_unstable();
    store.remove_member(books, alice, None).await.unwrap();
    assert_eq!(store.role(books, tied[0]).await, Some(RoomRole::Owner));
    assert_eq!(store.role(books, tied[1]).await, Some(RoomRole::Member));
    assert_eq!(store.role(books, late).await, Some(RoomRole::Member));
}

pub async fn an_empty_room_is_deleted(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    store.say(alice, books, "echo").await;
    store.remove_member(books, alice, None).await.unwrap();
    assert!(!store.exists(books).await);
    store.open_room(alice, "books").await;
}

pub async fn roles_go_between_member_and_admin(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let bob = joins(store, books, "bob", 1).await;
    for role in [
        RoomRole::Admin,
        RoomRole::Admin,
        RoomRole::Member,
        RoomRole::Member,
    ] {
        let member = store.set_role(books, bob, role).await.unwrap();
        assert_eq!((member.account.id, member.membership.role), (bob, role));
        assert_eq!(store.role(books, bob).await, Some(role));
    }
    for (room, user, role) in [
        (books, bob, RoomRole::Owner),
        (books, alice, RoomRole::Member),
        (books, alice, RoomRole::Owner),
        (books, user_id(), RoomRole::Admin),
        (room_id(), bob, RoomRole::Admin),
    ] {
        refused!(
            store.set_role(room, user, role).await,
            StoreError::NotMember
        );
    }
    assert_eq!(store.role(books, alice).await, Some(RoomRole::Owner));
}

pub async fn members_are_listed_by_username_page_by_page(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    for name in ["dave", "bob", "carol"] {
        joins(store, books, name, 1).await;
    }
    store.register("mallory").await;
    let page = async |after, limit| {
        store
            .members(books, after, limit, MemberFilter::All)
            .await
            .unwrap()
    };
    assert_eq!(
        names(&page(None, 10).await),
        ["alice", "bob", "carol", "dave"]
    );
    assert_eq!(names(&page(None, 2).await), ["alice", "bob"]);
    assert_eq!(names(&page(Some("bob"), 1).await), ["carol"]);
    assert_eq!(names(&page(Some("c"), 9).await), ["carol", "dave"]);
    assert_eq!(page(Some("dave"), 9).await, []);
    assert_eq!(page(None, 0).await, []);
    let absent = store
        .members(room_id(), None, 9, MemberFilter::All)
        .await
        .unwrap();
    assert_eq!(absent, []);
}

pub async fn members_are_listed_among_or_except_some(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let bob = joins(store, books, "bob", 1).await;
    let carol = joins(store, books, "carol", 1).await;
    let mallory = store.register("mallory").await;
    let (some, bobs) = ([carol, mallory, alice, alice, user_id()], [bob]);
    let page =
        async |after, limit, filter| store.members(books, after, limit, filter).await.unwrap();
    let among = MemberFilter::Among(&some);
    assert_eq!(names(&page(None, 9, among).await), ["alice", "carol"]);
    assert_eq!(names(&page(None, 1, among).await), ["alice"]);
    assert_eq!(names(&page(Some("alice"), 1, among).await), ["carol"]);
    assert_eq!(
        names(&page(None, 9, MemberFilter::Except(&some)).await),
        ["bob"]
    );
    let others = MemberFilter::Except(&bobs);
    assert_eq!(names(&page(None, 9, others).await), ["alice", "carol"]);
    let nobody = &[];
    assert_eq!(page(None, 9, MemberFilter::Among(nobody)).await, []);
    assert_eq!(page(None, 9, MemberFilter::Except(nobody)).await.len(), 3);
}

pub async fn one_member_is_found_with_their_account(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let member = store.member(books, alice).await.unwrap().unwrap();
    assert_eq!(Some(member.account), store.user(alice).await.unwrap());
    let mallory = store.register("mallory").await;
    assert_eq!(store.member(books, mallory).await.unwrap(), None);
    assert_eq!(store.member(room_id(), alice).await.unwrap(), None);
}
