//! `Log`: pages of history and of changes.

use server::store::{Page, PageAt, StoreError};
use shared::{Message, MessageState, RoomId, UserId};

use crate::{
    cast::{TestStore, bodies, room_id, user_id},
    refused,
};

/// Alice's room with 1, 2, … `last`.
async fn counted(store: &TestStore, last: u32) -> (UserId, RoomId) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    store.count_to(alice, books, last).await;
    (alice, books)
}

fn shape(page: &Page) -> (Vec<&str>, bool, bool) {
    (bodies(&page.messages), page.has_more, page.has_newer)
}

pub async fn a_page_of_an_empty_room_is_empty(store: &TestStore) {
    let (alice, books) = counted(store, 0).await;
    for at in [
        PageAt::End,
        PageAt::Before(9),
        PageAt::After(0),
        PageAt::Around(1),
    ] {
        let page = store.page(alice, books, at, 10).await.unwrap();
        assert_eq!(
            (shape(&page), page.head),
            ((vec![], false, false), 0),
            "{at:?}"
        );
    }
}

pub async fn the_end_is_the_newest_oldest_first(store: &TestStore) {
    let (alice, books) = counted(store, 5).await;
    for (limit, expected, has_more) in [
        (1, &["5"][..], true),
        (2, &["4", "5"], true),
        (4, &["2", "3", "4", "5"], true),
        (5, &["1", "2", "3", "4", "5"], false),
        (9, &["1", "2", "3", "4", "5"], false),
    ] {
        let page = store.page(alice, books, PageAt::End, limit).await.unwrap();
        assert_eq!(
            shape(&page),
            (expected.to_vec(), has_more, false),
            "{limit}"
        );
        assert_eq!(page.head, 5);
    }
}

pub async fn before_is_the_newest_below(store: &TestStore) {
    let (alice, books) = counted(store, 5).await;
    for (before, limit, expected, has_more) in [
        (4, 2, &["2", "3"][..], true),
        (4, 3, &["1", "2", "3"], false),
        (2, 9, &["1"], false),
        (1, 9, &[], false),
        (0, 9, &[], false),
        (99, 2, &["4", "5"], true),
        (u64::MAX, 9, &["1", "2", "3", "4", "5"], false),
    ] {
        let page = store
            .page(alice, books, PageAt::Before(before), limit)
            .await
            .unwrap();
        assert_eq!(
            shape(&page),
            (expected.to_vec(), has_more, false),
            "{before}, {limit}"
        );
    }
}

pub async fn after_is_the_oldest_above(store: &TestStore) {
    let (alice, books) = counted(store, 5).await;
    for (after, limit, expected, has_more) in [
        (0, 2, &["1", "2"][..], true),
        (2, 2, &["3", "4"], true),
        (2, 3, &["3", "4", "5"], false),
        (4, 9, &["5"], false),
        (5, 9, &[], false),
        (u64::MAX, 9, &[], false),
    ] {
        let page = store
            .page(alice, books, PageAt::After(after), limit)
            .await
            .unwrap();
        assert_eq!(
            shape(&page),
            (expected.to_vec(), has_more, false),
            "{after}, {limit}"
        );
    }
}

pub async fn around_has_half_below_itself_and_half_above(store: &TestStore) {
    let (alice, books) = counted(store, 7).await;
    for (around, limit, expected, has_more, has_newer) in [
        (4, 3, &["3", "4", "5"][..], true, true),
        (4, 5, &["2", "3", "4", "5", "6"], true, true),
        (4, 7, &["1", "2", "3", "4", "5", "6", "7"], false, false),
        (4, 1, &["4"], true, true),
        // What one half lacks is not made up by the other.
        (1, 5, &["1", "2", "3"], false, true),
        (7, 5, &["5", "6", "7"], true, false),
        (0, 5, &["1", "2"], false, true),
        (99, 5, &["6", "7"], true, false),
        (u64::MAX, 3, &["7"], true, false),
        // An even limit cannot be halved around one: it gives one less.
        (4, 4, &["3", "4", "5"], true, true),
        (4, 2, &["4"], true, true),
    ] {
        let page = store
            .page(alice, books, PageAt::Around(around), limit)
            .await
            .unwrap();
        let expected = (expected.to_vec(), has_more, has_newer);
        assert_eq!(shape(&page), expected, "{around}, {limit}");
    }
}

pub async fn a_page_may_lie_at_a_seq_that_does_not_exist(store: &TestStore) {
    let (alice, books) = counted(store, 3).await;
    let first = store
        .page(alice, books, PageAt::End, 9)
        .await
        .unwrap()
        .messages
        .remove(0);
    // Number 4 is an edit, 5 a message.
    store.reword(&first, "one").await;
    store.say(alice, books, "5").await;
    for (at, expected) in [
        (PageAt::Around(4), &["3", "5"][..]),
        (PageAt::Before(4), &["one", "2", "3"]),
        (PageAt::After(4), &["5"]),
    ] {
        let page = store.page(alice, books, at, 3).await.unwrap();
        assert_eq!(bodies(&page.messages), expected, "{at:?}");
        assert_eq!(page.head, 5);
    }
}

pub async fn pages_hold_tombstones_and_the_order_of_seq(store: &TestStore) {
    let (alice, books) = counted(store, 3).await;
    let page = store.page(alice, books, PageAt::End, 9).await.unwrap();
    store.take_back(&page.messages[0]).await;
    store.reword(&page.messages[1], "two").await;
    let page = store.page(alice, books, PageAt::End, 9).await.unwrap();
    assert_eq!(bodies(&page.messages), ["(deleted)", "two", "3"]);
    assert!(matches!(
        page.messages[0].state,
        MessageState::Deleted { .. }
    ));
    assert_eq!(
        (page.messages[0].seq, page.messages[0].rev, page.head),
        (1, 4, 5)
    );
}

pub async fn only_members_read(store: &TestStore) {
    let (alice, books) = counted(store, 2).await;
    let mallory = store.register("mallory").await;
    for (reader, room) in [(mallory, books), (user_id(), books), (alice, room_id())] {
        refused!(
            store.page(reader, room, PageAt::End, 9).await,
            StoreError::NotMember
        );
        refused!(
            store.changes(reader, room, 0, 9).await,
            StoreError::NotMember
        );
    }
    store.join(books, mallory).await;
    assert_eq!(
        store
            .page(mallory, books, PageAt::End, 9)
            .await
            .unwrap()
            .messages
            .len(),
        2
    );
    store.remove_member(books, mallory, None).await.unwrap();
    refused!(
        store.page(mallory, books, PageAt::End, 9).await,
        StoreError::NotMember
    );
}

pub async fn a_deleted_room_has_no_pages(store: &TestStore) {
    let (alice, books) = counted(store, 2).await;
    store.delete_room(books).await.unwrap();
    refused!(
        store.page(alice, books, PageAt::End, 9).await,
        StoreError::NotMember
    );
    refused!(
        store.changes(alice, books, 0, 9).await,
        StoreError::NotMember
    );
}

pub async fn changes_come_by_rev_in_their_current_state(store: &TestStore) {
    let (alice, books) = counted(store, 3).await;
    let said = store
        .page(alice, books, PageAt::End, 9)
        .await
        .unwrap()
        .messages;
    store.reword(&said[0], "one").await;
    store.take_back(&said[1]).await;
    let revs = |messages: &[Message]| messages.iter().map(|m| m.rev).collect::<Vec<_>>();
    for (since, limit, expected_revs, expected, has_more) in [
        (0, 9, &[3, 4, 5][..], &["3", "one", "(deleted)"][..], false),
        (0, 2, &[3, 4], &["3", "one"], true),
        (3, 2, &[4, 5], &["one", "(deleted)"], false),
        (4, 9, &[5], &["(deleted)"], false),
        (5, 9, &[], &[], false),
        (6, 9, &[], &[], false),
        (u64::MAX, 9, &[], &[], false),
    ] {
        let changes = store.changes(alice, books, since, limit).await.unwrap();
        assert_eq!(revs(&changes.messages), expected_revs, "{since}, {limit}");
        assert_eq!(bodies(&changes.messages), expected, "{since}, {limit}");
        assert_eq!(
            (changes.head, changes.has_more),
            (5, has_more),
            "{since}, {limit}"
        );
    }
}

pub async fn a_page_and_its_head_are_one_snapshot(store: &TestStore) {
    let (alice, books) = counted(store, 0).await;
    let writer = store.share();
    let writing = tokio::spawn(async move {
        for _ in 0..100 {
            writer
                .post(crate::cast::new_post(alice, books, "hi"))
                .await
                .unwrap();
        }
    });
    let mut pages = 0;
    while !writing.is_finished() || pages == 0 {
        let page = store.page(alice, books, PageAt::End, 3).await.unwrap();
        assert_eq!(page.messages.last().map_or(0, |last| last.seq), page.head);
        let changes = store.changes(alice, books, 0, 200).await.unwrap();
        // Nothing was edited: every number is a message, and a read is a prefix of the log.
        assert_eq!(changes.messages.len() as u64, changes.head);
        pages += 1;
    }
    writing.await.unwrap();
    assert_eq!(store.head(books).await, 100);
}
