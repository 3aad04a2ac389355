//! A server killed amid posts of a hot room: what it had answered is kept, and the other goes on.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use actix_web::rt::{self, task::JoinHandle};
use shared::{MessageId, RoomId, ServerFrame};

use crate::{
    api::harness::{Person, Socket, Told, soon},
    cluster::Cluster,
    process::Process,
    room_lock::RoomLock,
};

/// Who posts on the server that is killed; with so many, a transaction is nearly always open.
const AUTHORS: usize = 6;
/// How often one is killed.
const KILLS: usize = 3;
/// How long what a killed server had locked may stand in the way.
const GOES_ON_WITHIN: Duration = Duration::from_secs(5);

#[actix_web::test]
async fn with_one_server_killed_amid_posts_the_other_goes_on() {
    let mut cluster = Cluster::start().await;
    let mut two = cluster.alice_and_bob().await;
    let authors = cluster.east.register_crowd("author", AUTHORS).await;
    let lock = RoomLock::of(&cluster.database, two.lobby).await;
    let (mut accepted, mut longest) = (HashMap::new(), Duration::ZERO);
    for _ in 0..KILLS {
        let mut talking = Vec::new();
        for author in &authors {
            let socket = author.on(&cluster.east).connect().await;
            talking.push(rt::spawn(talk(socket, two.lobby)));
        }
        until_heard(&mut two.bobs, 60).await;
        let stopping = stop_amid_a_post(&cluster.east, &lock);
        soon("a transaction that holds the room", stopping).await;
        cluster.east.kill();
        longest = longest.max(go_on(&two.bob, two.lobby, &mut accepted).await);
        for (id, seq) in said(talking).await {
            assert_eq!(accepted.insert(id, seq), None);
        }
        cluster.replace_east().await;
    }
    println!("the room stood still for {longest:?} at most");
    assert!(longest < GOES_ON_WITHIN, "{longest:?}");
    let history = two.alice.on(&cluster.east).history(two.lobby).await;
    for (place, message) in (1..).zip(&history) {
        assert_eq!(message.seq, place, "a hole, or one twice");
        // What nobody was told may be there, too.
        let told = accepted.remove(&message.id);
        assert!(told.is_none_or(|seq| seq == message.seq), "{message:?}");
    }
    assert!(accepted.is_empty(), "answered and lost: {accepted:?}");
    // Bob was never cut off: he heard the rest, too, each once and in order.
    let last = two.bob.say(two.lobby, "that is all").await;
    let mut seq = 0;
    while seq < last.seq {
        let heard = two.bobs.next_message().await.seq;
        assert!(seq == 0 || heard == seq + 1, "{heard} after {seq}");
        seq = heard;
    }
}

/// Posts one message after the other until the server is gone; what was accepted.
async fn talk(mut socket: Socket, room: RoomId) -> Vec<(MessageId, u64)> {
    let mut accepted = Vec::new();
    loop {
        let id = socket.send_message(room, "of the hot room").await;
        loop {
            match socket.next().await {
                Told::Frame(ServerFrame::MessageAccepted {
                    client_id,
                    id: message,
                    seq,
                    ..
                }) => {
                    assert_eq!(client_id, id);
                    accepted.push((message, seq));
                    break;
                }
                Told::Frame(frame @ ServerFrame::Error { .. }) => panic!("{frame:?}"),
                Told::Frame(_) => {}
                Told::Closed(_) | Told::Cut => return accepted,
            }
        }
    }
}

async fn said(talking: Vec<JoinHandle<Vec<(MessageId, u64)>>>) -> Vec<(MessageId, u64)> {
    let mut all = Vec::new();
    for one in talking {
        all.extend(one.await.unwrap());
    }
    all
}

/// Stops the process between a transaction's first write and its commit. Killed then, it leaves
/// the room locked: MongoDB keeps a transaction that nobody goes on with for a minute.
async fn stop_amid_a_post(server: &Process, lock: &RoomLock) {
    loop {
        server.signal("STOP");
        // Often enough for what MongoDB is doing for it just now to end.
        let mut times_held = 0;
        while lock.is_held().await {
            times_held += 1;
            if times_held == 50 {
                return;
            }
        }
        server.signal("CONT");
        rt::task::yield_now().await;
    }
}

async fn until_heard(socket: &mut Socket, count: usize) {
    for _ in 0..count {
        socket.next_message().await;
    }
}

/// Posts 20 messages on the other server; the longest that one took.
async fn go_on(person: &Person, room: RoomId, accepted: &mut HashMap<MessageId, u64>) -> Duration {
    let mut longest = Duration::ZERO;
    for _ in 0..20 {
        let began = Instant::now();
        let message = person.say(room, "the show goes on").await;
        longest = longest.max(began.elapsed());
        accepted.insert(message.id, message.seq);
    }
    longest
}
