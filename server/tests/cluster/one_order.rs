//! Posts on both servers into one room at once: one order for everybody.

use futures_util::future::join_all;
use shared::{Message, RoomId};

use crate::{
    api::harness::{Door, Person, Socket},
    cluster::Cluster,
};

/// Who posts at once on each server.
const AUTHORS: usize = 4;
/// How much each posts.
const EACH: u32 = 50;

#[actix_web::test]
async fn posts_on_both_servers_at_once_are_heard_by_both_in_one_order() {
    let cluster = Cluster::start().await;
    let mut two = cluster.alice_and_bob().await;
    let east = talk(&cluster.east, "east", two.lobby);
    let west = talk(&cluster.west, "west", two.lobby);
    let all = 2 * AUTHORS * EACH as usize;
    let (in_the_east, in_the_west) = (next(&mut two.alices, all), next(&mut two.bobs, all));
    let (east, west, in_the_east, in_the_west) =
        futures_util::join!(east, west, in_the_east, in_the_west);
    let numbers: Vec<u64> = in_the_east.iter().map(|message| message.seq).collect();
    let dense: Vec<u64> = (1..=all as u64).collect();
    assert_eq!(numbers, dense);
    assert_eq!(in_the_east, in_the_west);
    assert_eq!(two.alice.history(two.lobby).await, in_the_east);
    let mut answered = [east, west].concat();
    answered.sort_by_key(|message| message.seq);
    assert_eq!(answered, in_the_east);
    // Nothing comes twice.
    let last = two.bob.say(two.lobby, "that is all").await;
    assert_eq!(two.alices.next_message().await, last);
    assert_eq!(two.bobs.next_message().await, last);
}

/// Several people post at once, each one message after the other; what they were answered.
async fn talk(server: &Door, side: &str, room: RoomId) -> Vec<Message> {
    let authors = server.register_crowd(side, AUTHORS).await;
    let posting = authors.iter().map(|author| post(author, room));
    join_all(posting).await.concat()
}

async fn post(author: &Person, room: RoomId) -> Vec<Message> {
    author.count_to(room, EACH).await
}

async fn next(socket: &mut Socket, count: usize) -> Vec<Message> {
    let mut heard = Vec::new();
    while heard.len() < count {
        heard.push(socket.next_message().await);
    }
    heard
}
