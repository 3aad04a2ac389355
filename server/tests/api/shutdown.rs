//! A graceful end: told when to come back, nothing accepted is lost.

use awc::error::WsClientError;
use shared::{ErrorCode, ServerFrame};

use crate::harness::{Socket, TestServer, Told};

#[actix_web::test]
async fn who_is_connected_hears_when_to_come_back() {
    let mut server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let (mut socket, mut stream) = (alice.connect().await, bob.listen().await);
    server.begin_stop();
    let hint = socket
        .until(|frame| match frame {
            ServerFrame::Draining { retry_after_ms } => Some(retry_after_ms),
            _ => None,
        })
        .await;
    assert!((500..=2_500).contains(&hint), "{hint} ms");
    assert_eq!(socket.expect_close().await, 1012);
    let heard = stream.heard_until_end().await;
    let is_told = |frame: &ServerFrame| matches!(frame, ServerFrame::Draining { .. });
    assert!(heard.iter().any(is_told), "{heard:?}");
    assert!(
        matches!(
            heard.last(),
            Some(ServerFrame::Error {
                code: ErrorCode::Unavailable,
                retry_after_ms: Some(_),
                ..
            })
        ),
        "{heard:?}"
    );
}

#[actix_web::test]
async fn a_server_that_stops_lives_is_not_ready_and_takes_nobody_in() {
    let mut server = TestServer::start().await;
    let alice = server.register("alice").await;
    let mut socket = alice.connect().await;
    server.begin_stop();
    assert_eq!(socket.expect_close().await, 1012);
    server.get("/readyz").await.refused(ErrorCode::Unavailable);
    let _ = server.get("/healthz").await.is(200);
    let upgrade = server
        .http()
        .ws(alice.socket_url())
        .header("authorization", format!("Bearer {}", alice.token));
    match Socket::open(upgrade).await {
        Err(WsClientError::InvalidResponseStatus(status)) => assert_eq!(status.as_u16(), 503),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("taken in"),
    }
    alice.get("/events").await.refused(ErrorCode::Unavailable);
}

#[actix_web::test]
async fn what_was_accepted_while_it_stopped_is_there_when_it_is_back() {
    let mut server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    let mut socket = alice.connect().await;
    let mut accepted = Vec::new();
    let mut last = 0;
    let began = std::time::Instant::now();
    'talking: loop {
        // Amid talk: this one is sent while it begins to stop.
        if accepted.len() == 5 {
            server.begin_stop();
        }
        let id = socket.send_message(lobby, "on and on").await;
        loop {
            match socket.next().await {
                Told::Frame(ServerFrame::MessageAccepted { client_id, seq, .. }) => {
                    assert_eq!(client_id, id);
                    assert!(seq > last);
                    last = seq;
                    accepted.push(id);
                    break;
                }
                Told::Frame(_) => {}
                Told::Closed(code) => {
                    assert_eq!(code, 1012);
                    break 'talking;
                }
                Told::Cut => panic!("cut"),
            }
        }
    }
    server.restart().await;
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    let kept = alice.history(lobby).await;
    let ids: Vec<_> = kept.iter().map(|message| message.client_id).collect();
    assert!(!accepted.is_empty());
    for id in &accepted {
        assert!(ids.contains(id), "{id} was accepted and is gone");
    }
    // One more may have been written whose acceptance the close overtook.
    assert!(kept.len() <= accepted.len() + 1);
}
