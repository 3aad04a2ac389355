//! Two servers on one replica set that write one room at once.

use std::time::Instant;

use futures_util::future::join_all;
use server::store::{Change, Feed, Opened, Store, open};
use shared::RoomId;

use crate::cast::{TestStore, new_post};

/// Messages that each of the two posts, at once.
const EACH: usize = 1_000;

/// The `rev`s of one room as a server hears of them, up to so many.
async fn heard(feed: &mut Feed, room: RoomId, count: usize) -> Vec<u64> {
    let mut revs = Vec::new();
    while revs.len() < count {
        for change in feed.recv().await.unwrap() {
            if let Change::MessagePosted(message) = change
                && message.room == room
            {
                revs.push(message.rev);
            }
        }
    }
    revs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_that_post_into_one_room_leave_no_hole_and_hear_one_order() {
    let first = TestStore::on_replica_set().await;
    let alice = first.register("alice").await;
    let bob = first.register("bob").await;
    let books = first.open_room(alice, "books").await;
    first.join(books, bob).await;
    let Opened {
        store: second,
        mut feed,
        ..
    } = open(first.url()).await.unwrap();

    let began = Instant::now();
    let posts = async |store: &dyn Store, author| {
        let posts: Vec<_> = (0..EACH)
            .map(|_| store.post(new_post(author, books, "hi")))
            .collect();
        let posted = join_all(posts).await;
        let seqs = posted
            .into_iter()
            .map(|post| post.unwrap().into_message().seq);
        seqs.collect::<Vec<_>>()
    };
    let (ones, others) = tokio::join!(posts(&*first, alice), posts(&*second, bob));
    println!(
        "hot room, two servers: {} messages in {} ms",
        2 * EACH,
        began.elapsed().as_millis()
    );

    assert!(
        ones.is_sorted() && others.is_sorted(),
        "in the order they were asked for"
    );
    let mut all: Vec<u64> = ones.into_iter().chain(others).collect();
    all.sort_unstable();
    let dense: Vec<u64> = (1..=2 * EACH as u64).collect();
    assert_eq!(all, dense);
    assert_eq!(heard(&mut feed, books, 2 * EACH).await, dense);
    let heard_here: Vec<u64> = first
        .fed()
        .await
        .into_iter()
        .filter_map(|change| match change {
            Change::MessagePosted(message) if message.room == books => Some(message.rev),
            _ => None,
        })
        .collect();
    assert_eq!(heard_here, dense);
    second.close().await;
    first.end().await;
}
