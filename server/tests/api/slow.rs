//! Who reads too slowly is let go, harms nobody, and comes back without a gap.

use shared::{Message, ServerFrame};

use crate::harness::{RawSocket, TestServer};

/// As many messages of 8 KiB as no machine's buffers hold.
const COUNT: usize = 1_500;
/// As many at a time as may wait for one client.
const BURST: usize = 25;

#[actix_web::test]
async fn a_reader_that_stops_is_let_go_and_resumes_without_a_gap() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mallory = server.register("mallory").await;
    let lobby = server.lobby();
    let mut stuck = RawSocket::open_narrow(&server, &mallory).await;
    let (mut sending, mut listening) = (alice.connect().await, bob.connect().await);
    let long = "€".repeat(2_700);
    for round in 0..COUNT / BURST {
        for n in 1..=BURST {
            let body = format!("{} {long}", round * BURST + n);
            sending.send_message(lobby, &body).await;
        }
        for n in 1..=BURST {
            let body = format!("{} {long}", round * BURST + n);
            listening.expect_message(&body).await;
            sending.expect_message(&body).await;
        }
    }

    let (heard, code) = stuck.heard_until_end().await;
    assert!(matches!(code, Some(4008) | None), "{code:?}");
    let posted = heard
        .iter()
        .filter_map(|text| match serde_json::from_str(text).unwrap() {
            ServerFrame::MessagePosted { message } => Some(message),
            _ => None,
        });
    let mut cursor = 0;
    for message in posted {
        assert_eq!(message.rev, cursor + 1, "what came had no gap");
        cursor = message.rev;
    }
    assert!(cursor < COUNT as u64, "it was let go");

    // More is missing than one resume sends, or not: both ways lead to the head.
    let mut missed: Vec<Message> = Vec::new();
    let mut back = mallory.connect().await;
    back.resume([(lobby, cursor)]).await;
    loop {
        match back.frame().await {
            ServerFrame::MessagePosted { message } => missed.push(message),
            ServerFrame::CaughtUp { .. } => break,
            ServerFrame::Behind { .. } => {
                let page = mallory
                    .changes(lobby, &format!("?since={cursor}&limit=100"))
                    .await;
                cursor = page.messages.last().unwrap().rev;
                missed.extend(page.messages);
                back.resume([(lobby, cursor)]).await;
            }
            _ => {}
        }
    }
    let revs: Vec<_> = missed.iter().map(|message| message.rev).collect();
    let first = revs.first().copied().unwrap();
    assert_eq!(revs, (first..=COUNT as u64).collect::<Vec<_>>());
    assert_eq!(missed.len() + usize::try_from(first).unwrap() - 1, COUNT);
}

#[actix_web::test]
async fn a_burst_of_long_messages_harms_nobody_who_reads() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let (mut sending, mut listening) = (alice.connect().await, bob.connect().await);
    let mut stream = bob.listen().await;
    let long = "€".repeat(2_700);
    // A megabyte, which may become one commit: four times what may wait for one client.
    for _ in 0..120 {
        sending.send_message(server.lobby(), &long).await;
    }
    for n in 1..=120 {
        assert_eq!(listening.next_message().await.rev, n);
        assert_eq!(stream.expect_message(&long).await.rev, n);
        assert_eq!(sending.next_message().await.rev, n);
    }
}
