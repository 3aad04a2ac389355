//! A server that loses its MongoDB for some seconds, and finds it again.

use std::time::Instant;

use shared::{ErrorCode, Message, MessageAnswer, PresenceState};

use crate::{
    api::harness::{Socket, client_id, presences},
    cluster::Cluster,
    database::Database,
    process::Process,
    proxy::{Proxy, Way},
};

#[actix_web::test]
async fn what_happened_during_a_closed_way_is_heard_afterwards() {
    cut_and_resume(Way::Closed).await;
}

#[actix_web::test]
async fn what_happened_during_a_silent_way_is_heard_afterwards() {
    cut_and_resume(Way::Silent).await;
}

/// The west is cut off while people on both sides post.
async fn cut_and_resume(way: Way) {
    let database = Database::new("PARLOR_TEST_MONGODB_URI");
    let proxy = Proxy::before(database.host());
    let west = Process::start(&database.address_through(proxy.address)).await;
    let cluster = Cluster::with(database, west).await;
    let mut two = cluster.alice_and_bob().await;
    let mut said = vec![two.bob.say(two.lobby, "before").await];
    said.push(two.alice.say(two.lobby, "before, too").await);

    proxy.make(way);
    said.push(two.alice.say(two.lobby, "meanwhile").await);
    // Refused, never taken for done; what became of it is told by the retry.
    let id = client_id();
    let refused = two.bob.try_to_say(two.lobby, id, "hello?").await;
    let refused = refused.refused(ErrorCode::Unavailable);
    assert!(refused.retry_after_ms.is_some(), "{refused:?}");
    for _ in 0..30 {
        said.push(two.alice.say(two.lobby, "and meanwhile").await);
    }
    // It takes some seconds until the others miss the server, and its people with it.
    two.alices
        .until_shown(&two.bob, PresenceState::Offline)
        .await;

    proxy.make(Way::Open);
    let mended_at = Instant::now();
    let retried = loop {
        let answer = two.bob.try_to_say(two.lobby, id, "hello?").await;
        if answer.status != 503 {
            break match answer.status {
                201 => answer.made::<MessageAnswer>(),
                _ => answer.ok::<MessageAnswer>(),
            };
        }
    };
    println!("{way:?}: writes again after {:?}", mended_at.elapsed());
    if !said
        .iter()
        .any(|message| message.seq == retried.message.seq)
    {
        said.push(retried.message);
    }
    two.alices
        .until_shown(&two.bob, PresenceState::Online)
        .await;
    said.push(two.alice.say(two.lobby, "after").await);
    said.sort_by_key(|message| message.seq);
    let numbers: Vec<u64> = said.iter().map(|message| message.seq).collect();
    assert_eq!(numbers, (1..=said.len() as u64).collect::<Vec<_>>());
    assert_eq!(two.alice.history(two.lobby).await, said);

    // Bob's socket stayed open and heard everything, each once, in order.
    heard_all(&mut two.bobs, &said).await;
    println!("{way:?}: hears again after {:?}", mended_at.elapsed());
    two.alice.say(two.lobby, "the last").await;
    two.bobs.expect_message("the last").await;
}

/// Whatever else is heard, nobody comes or goes: who cannot look declares nobody gone.
async fn heard_all(socket: &mut Socket, said: &[Message]) {
    let mut heard = Vec::new();
    let mut others = Vec::new();
    while heard.len() < said.len() {
        match socket.frame().await {
            shared::ServerFrame::MessagePosted { message } => heard.push(message),
            other => others.push(other),
        }
    }
    assert_eq!(heard, said);
    assert!(presences(&others).is_empty(), "{others:?}");
}
