//! `Log`: posting, editing, deleting and the one counter.

use std::collections::HashSet;

use futures_util::future::join_all;
use server::store::{Edit, NewPost, Posted, StoreError};
use shared::{Message, MessageState};

use crate::{
    cast::{TestStore, at, message_id, new_post, room_id, user_id},
    refused,
};

pub async fn a_message_is_kept_as_written(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    for body in [
        "hi",
        "  two\r\nlines\t ",
        "🐇👩‍👩‍👧‍👦 naïve e\u{301}",
        "שלום \u{202e}rtl\u{202c} עולם",
        "'; DROP TABLE messages; -- %s {\"$gt\": \"\"}",
        "\u{1}\u{7f}\u{feff}\u{10ffff}",
    ] {
        let post = new_post(alice, books, body);
        let posted = store.post(post.clone()).await.unwrap();
        let head = store.head(books).await;
        let expected = Message {
            id: post.id,
            room: books,
            seq: head,
            rev: head,
            author: alice,
            client_id: post.client_id,
            created_at: at(1),
            state: MessageState::Live {
                body: body.to_owned(),
                reply_to: None,
                edited_at: None,
            },
        };
        assert_eq!(posted, Posted::New(expected.clone()));
        assert_eq!(store.message(books, post.id).await.unwrap(), Some(expected));
    }
    let longest = "€".repeat(2_730);
    let said = store.say(alice, books, &longest).await;
    assert_eq!(
        store.message(books, said.id).await.unwrap().unwrap().body(),
        Some(&*longest)
    );
}

pub async fn numbers_begin_at_one_in_each_room(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let chess = store.open_room(alice, "chess").await;
    for n in 1..=3 {
        assert_eq!(store.say(alice, books, "hi").await.seq, n);
        assert_eq!(store.say(alice, chess, "hi").await.seq, n);
    }
    assert_eq!(
        (store.head(books).await, store.head(store.lobby()).await),
        (3, 0)
    );
}

pub async fn of_two_posts_in_a_row_the_first_comes_first(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    for _ in 0..20 {
        let first = store.post(new_post(alice, books, "first"));
        let second = store.post(new_post(alice, books, "second"));
        // Polled the other way round.
        let second = second.await.unwrap().into_message();
        let first = first.await.unwrap().into_message();
        assert_eq!(first.seq + 1, second.seq);
    }
}

pub async fn a_post_that_nobody_waits_for_is_kept(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let post = new_post(alice, books, "hi");
    drop(store.post(post.clone()));
    store.say(alice, books, "after").await;
    let kept = store.message(books, post.id).await.unwrap().unwrap();
    assert_eq!(kept.seq, 1);
}

pub async fn only_members_post(store: &TestStore) {
    let alice = store.register("alice").await;
    let mallory = store.register("mallory").await;
    let books = store.open_room(alice, "books").await;
    for (author, room) in [(mallory, books), (user_id(), books), (alice, room_id())] {
        refused!(
            store.post(new_post(author, room, "hi")).await,
            StoreError::NotMember
        );
    }
    assert_eq!(store.say(alice, books, "hi").await.seq, 1);
}

pub async fn posting_again_answers_with_the_message_as_it_is(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let post = new_post(alice, books, "hi");
    let first = store.post(post.clone()).await.unwrap().into_message();
    let again = NewPost {
        id: message_id(),
        body: "something else".parse().unwrap(),
        reply_to: Some(message_id()),
        created_at: at(99),
        ..post
    };
    assert_eq!(
        store.post(again.clone()).await.unwrap(),
        Posted::Repeated(first.clone())
    );
    let edited = store.reword(&first, "hello").await;
    assert_eq!(
        store.post(again.clone()).await.unwrap(),
        Posted::Repeated(edited.clone())
    );
    let tombstone = store.take_back(&edited).await;
    assert_eq!(
        store.post(again).await.unwrap(),
        Posted::Repeated(tombstone)
    );
    assert_eq!(store.head(books).await, 3);
}

pub async fn of_concurrent_posts_with_one_client_id_one_is_made(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let post = new_post(alice, books, "hi");
    let posts = (0..16).map(|_| {
        store.post(NewPost {
            id: message_id(),
            ..post.clone()
        })
    });
    let mut made = 0;
    let mut ids = HashSet::new();
    for posted in join_all(posts).await {
        let posted = posted.unwrap();
        made += u32::from(matches!(posted, Posted::New(_)));
        ids.insert(posted.into_message().id);
    }
    assert_eq!((made, ids.len()), (1, 1));
    assert_eq!(store.head(books).await, 1);
}

pub async fn a_client_id_is_good_for_one_room_and_one_author(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    let chess = store.open_room(alice, "chess").await;
    store.join(books, bob).await;
    let said = store.say(alice, books, "hi").await;
    let reuse = |author, room| NewPost {
        client_id: said.client_id,
        ..new_post(author, room, "again")
    };
    refused!(
        store.post(reuse(alice, chess)).await,
        StoreError::ClientIdReused
    );
    store.take_back(&said).await;
    refused!(
        store.post(reuse(alice, chess)).await,
        StoreError::ClientIdReused
    );
    let bobs = store.post(reuse(bob, books)).await.unwrap();
    assert!(matches!(bobs, Posted::New(_)), "{bobs:?}");
    assert_eq!(store.head(chess).await, 0);
}

pub async fn a_reply_names_a_message_of_the_room(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let chess = store.open_room(alice, "chess").await;
    let here = store.say(alice, books, "question").await;
    let there = store.say(alice, chess, "elsewhere").await;
    let answer = |to| NewPost {
        reply_to: Some(to),
        ..new_post(alice, books, "answer")
    };
    for to in [there.id, message_id()] {
        refused!(store.post(answer(to)).await, StoreError::NoSuchReply);
    }
    let reply = store.post(answer(here.id)).await.unwrap().into_message();
    assert_eq!(reply.seq, 2);
    let MessageState::Live { reply_to, .. } = reply.state else {
        panic!("{reply:?}")
    };
    assert_eq!(reply_to, Some(here.id));
    // A tombstone is a message of the room too.
    store.take_back(&here).await;
    store.post(answer(here.id)).await.unwrap();
}

pub async fn what_a_post_is_refused_for_comes_in_order(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let chess = store.open_room(alice, "chess").await;
    let bob = store.register("bob").await;
    store.join(chess, bob).await;
    let said = store.say(alice, books, "hi").await;
    let wrong = NewPost {
        client_id: said.client_id,
        reply_to: Some(message_id()),
        ..new_post(alice, chess, "wrong")
    };
    refused!(store.post(wrong.clone()).await, StoreError::ClientIdReused);
    store.remove_member(chess, alice, None).await.unwrap();
    refused!(store.post(wrong).await, StoreError::NotMember);
    // Somebody who has lost the room is told so, even for what they did post.
    let mine = store.say(bob, chess, "hi").await;
    let repeated = NewPost {
        client_id: mine.client_id,
        ..new_post(bob, chess, "hi")
    };
    store.remove_member(chess, bob, None).await.unwrap();
    refused!(store.post(repeated).await, StoreError::NotMember);
}

pub async fn an_edit_takes_the_next_number(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let answered = store.say(alice, books, "question").await;
    let post = NewPost {
        reply_to: Some(answered.id),
        ..new_post(alice, books, "anser")
    };
    let said = store.post(post).await.unwrap().into_message();
    let edited = store.reword(&said, "answer").await;
    let expected = Message {
        rev: 3,
        state: MessageState::Live {
            body: "answer".to_owned(),
            reply_to: Some(answered.id),
            edited_at: Some(at(7)),
        },
        ..said
    };
    assert_eq!(edited, expected);
    assert_eq!(
        store.message(books, edited.id).await.unwrap(),
        Some(expected)
    );
    assert_eq!(store.head(books).await, 3);
}

pub async fn a_deleted_message_leaves_a_tombstone(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let said = store.say(alice, books, "oops").await;
    let said = store.reword(&said, "oops!").await;
    let gone = store.take_back(&said).await;
    let expected = Message {
        rev: 3,
        state: MessageState::Deleted { deleted_at: at(8) },
        ..said
    };
    assert_eq!(gone, expected);
    assert_eq!(store.message(books, gone.id).await.unwrap(), Some(expected));
}

pub async fn saying_the_same_and_deleting_twice_take_no_number(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let said = store.say(alice, books, "hi").await;
    assert_eq!(store.reword(&said, "hi").await, said);
    let gone = store.take_back(&said).await;
    let again = store
        .edit(books, said.id, Edit::Delete, at(99))
        .await
        .unwrap();
    assert_eq!(again, gone);
    assert_eq!(store.head(books).await, 2);
}

pub async fn a_tombstone_cannot_be_edited(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let said = store.say(alice, books, "hi").await;
    store.take_back(&said).await;
    let edit = Edit::Body("hi".parse().unwrap());
    let result = store.edit(books, said.id, edit, at(9)).await;
    refused!(result, StoreError::MessageDeleted);
    assert_eq!(store.head(books).await, 2);
}

pub async fn a_message_is_found_in_its_room_only(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let chess = store.open_room(alice, "chess").await;
    let said = store.say(alice, books, "hi").await;
    for (room, message) in [
        (chess, said.id),
        (room_id(), said.id),
        (books, message_id()),
    ] {
        assert_eq!(store.message(room, message).await.unwrap(), None);
        for edit in [Edit::Delete, Edit::Body("hi".parse().unwrap())] {
            refused!(
                store.edit(room, message, edit, at(9)).await,
                StoreError::NotFound
            );
        }
    }
    assert_eq!(store.message(books, said.id).await.unwrap(), Some(said));
}

pub async fn failures_leave_no_hole(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    let mut attempts = Vec::new();
    for n in 0..60 {
        let post = new_post(if n % 3 == 0 { bob } else { alice }, books, "hi");
        let reply_to = (n % 3 == 1).then(message_id);
        attempts.push(store.post(NewPost { reply_to, ..post }));
    }
    let mut seqs = Vec::new();
    for posted in join_all(attempts).await.into_iter().flatten() {
        seqs.push(posted.into_message().seq);
    }
    assert_eq!(seqs, (1..=20).collect::<Vec<_>>());
    assert_eq!(store.head(books).await, 20);
}

pub async fn numbers_are_dense_whoever_writes_at_once(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let writers = (0..16).map(|n| {
        let store = store.share();
        tokio::spawn(async move {
            let mut revs = Vec::new();
            for round in 0..10 {
                let post = new_post(alice, books, &format!("{n}/{round}"));
                let said = store.post(post).await.unwrap().into_message();
                revs.push(said.rev);
                let edit = match round % 3 {
                    0 => Edit::Body("edited".parse().unwrap()),
                    1 => Edit::Delete,
                    _ => continue,
                };
                let changed = store.edit(books, said.id, edit, at(2)).await.unwrap();
                assert!(changed.rev > said.seq);
                revs.push(changed.rev);
            }
            revs
        })
    });
    let mut revs = Vec::new();
    for written in join_all(writers).await {
        revs.extend(written.unwrap());
    }
    revs.sort_unstable();
    let head = store.head(books).await;
    assert_eq!(revs, (1..=head).collect::<Vec<_>>());
    assert_eq!(head, 16 * 17);
}
