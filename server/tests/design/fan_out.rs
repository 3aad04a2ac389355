//! One event, from the hub to every socket.

use crate::{api::harness::TestServer, audience::Audience, tally::Tally};

const WORKERS: u64 = 2;
const LISTENERS: usize = 50;
const MESSAGES: u64 = 20;

#[actix_web::test]
async fn an_event_is_encoded_once_and_told_to_each_worker_once() {
    let server = TestServer::with(|config| config.workers = Some(2)).await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut audience = Audience::gather(&bob, LISTENERS).await;
    let mut sending = alice.connect().await;
    server.until_connections(LISTENERS + 1).await;

    let before = Tally::of(&server).await;
    for _ in 0..MESSAGES {
        sending.send_message(server.lobby(), "hi").await;
        sending.next_message().await;
        audience.hears(1).await;
    }
    let tally = Tally::since(&before, &server).await;
    assert_eq!(tally.messages, MESSAGES);
    assert_eq!(tally.shared_frames, MESSAGES, "once for all: {tally:?}");
    assert_eq!(tally.own_frames, MESSAGES, "the acceptance: {tally:?}");
    let sockets = LISTENERS as u64 + 1;
    assert_eq!(tally.deliveries, MESSAGES * sockets, "{tally:?}");
    assert_eq!(tally.orders, MESSAGES * WORKERS, "{tally:?}");
}
