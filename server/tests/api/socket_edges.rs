//! Bytes as no browser sends them: bounded, refused, and of no harm to anybody else.

use std::time::Duration;

use actix_web::rt::time::timeout;
use serde_json::json;
use server::config::Switch;
use shared::{ErrorCode, MAX_JSON_BYTES, PresenceState, ServerFrame};

use crate::harness::{
    Person, RawSocket, TestServer, client_id,
    raw::{BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame, header, unmasked},
};

async fn alice(server: &TestServer) -> (Person, RawSocket) {
    let alice = server.register("alice").await;
    let raw = RawSocket::open(server, &alice).await;
    (alice, raw)
}

/// A frame that sends a message, padded with white space to `len` bytes.
fn message_of(server: &TestServer, len: usize) -> Vec<u8> {
    let frame = json!({
        "type": "send_message", "room": server.lobby(), "client_id": client_id(), "body": "padded",
    });
    let mut text = frame.to_string().into_bytes();
    text.resize(len, b' ');
    text
}

#[actix_web::test]
async fn a_frame_may_be_16_kib_and_no_more() {
    let server = TestServer::start().await;
    let (alice, mut raw) = alice(&server).await;
    raw.write(&frame(true, TEXT, &message_of(&server, MAX_JSON_BYTES)))
        .await;
    raw.text_with("message_accepted").await;
    raw.write(&frame(true, TEXT, &message_of(&server, MAX_JSON_BYTES + 1)))
        .await;
    assert_eq!(raw.heard_until_end().await.1, Some(1009));
    assert_eq!(alice.history(server.lobby()).await.len(), 1);
}

#[actix_web::test]
async fn a_giant_is_refused_when_it_is_announced() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    for len in [MAX_JSON_BYTES as u64 + 1, 70_000, 8 << 30, u64::MAX >> 1] {
        let mut raw = RawSocket::open(&server, &alice).await;
        // Only the header: nothing of it ever comes.
        raw.write(&header(true, TEXT, len)).await;
        assert_eq!(raw.heard_until_end().await.1, Some(1009), "{len}");
    }
}

#[actix_web::test]
async fn a_message_may_come_in_pieces() {
    let server = TestServer::start().await;
    let (alice, mut raw) = alice(&server).await;
    let text = message_of(&server, 600);
    let mut pieces = text.chunks(100);
    raw.write(&frame(false, TEXT, pieces.next().unwrap())).await;
    for (n, piece) in pieces.enumerate() {
        raw.write(&frame(true, PING, b"between")).await;
        raw.write(&frame(n == 4, CONTINUATION, piece)).await;
    }
    raw.text_with("message_accepted").await;
    assert_eq!(alice.history(server.lobby()).await.len(), 1);
    // Bytes that come one by one are whole frames, too.
    for byte in frame(true, TEXT, &message_of(&server, 300)) {
        raw.write(&[byte]).await;
    }
    raw.text_with("message_accepted").await;
}

#[actix_web::test]
async fn pieces_are_bounded_together() {
    let server = TestServer::start().await;
    let (_, mut raw) = alice(&server).await;
    raw.write(&frame(false, TEXT, &[b' '; 10_000])).await;
    raw.write(&frame(false, CONTINUATION, &[b' '; 6_384])).await;
    raw.write(&frame(false, CONTINUATION, b" ")).await;
    assert_eq!(raw.heard_until_end().await.1, Some(1009));
}

#[actix_web::test]
async fn binary_is_refused_in_words_and_closed() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    for bytes in [
        frame(true, BINARY, b"{\"type\":\"ping\"}"),
        frame(false, BINARY, b"{\"type\""),
    ] {
        let mut raw = RawSocket::open(&server, &alice).await;
        raw.write(&bytes).await;
        let (heard, code) = raw.heard_until_end().await;
        assert_eq!(code, Some(1003));
        assert!(
            heard.last().unwrap().contains("invalid_request"),
            "{heard:?}"
        );
    }
}

#[actix_web::test]
async fn bytes_that_break_the_protocol_end_their_socket_and_no_other() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut bobs = bob.connect().await;
    for (what, bytes) in [
        ("unmasked", unmasked(TEXT, b"{\"type\":\"ping\"}")),
        ("no UTF-8", frame(true, TEXT, b"\xff\xfe{}")),
        ("a reserved opcode", frame(true, 3, b"x")),
        ("a reserved control opcode", frame(true, 11, b"x")),
        ("a continuation of nothing", frame(true, CONTINUATION, b"x")),
        ("a ping in pieces", frame(false, PING, b"x")),
        ("a long ping", frame(true, PING, &[b'x'; 126])),
        ("a close without a whole code", frame(true, CLOSE, b"x")),
        ("HTTP", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
    ] {
        let mut raw = RawSocket::open(&server, &alice).await;
        raw.write(&bytes).await;
        let ending = timeout(Duration::from_secs(5), raw.heard_until_end()).await;
        assert!(ending.is_ok(), "{what} was taken");
    }
    bobs.ping().await;
    alice.say(server.lobby(), "all is well").await;
    bobs.expect_message("all is well").await;
}

#[actix_web::test]
async fn pieces_that_are_no_text_together_are_refused() {
    let server = TestServer::start().await;
    let (_, mut raw) = alice(&server).await;
    raw.write(&frame(false, TEXT, b"\xff")).await;
    raw.write(&frame(true, CONTINUATION, b"\xfe")).await;
    assert_eq!(raw.heard_until_end().await.1, Some(1003));
}

#[actix_web::test]
async fn goodbye_is_answered_with_goodbye() {
    let server = TestServer::start().await;
    let (_, mut raw) = alice(&server).await;
    raw.write(&frame(true, CLOSE, &1000_u16.to_be_bytes()))
        .await;
    assert_eq!(raw.heard_until_end().await.1, Some(1000));
    assert_eq!(raw.next().await, None, "and then the connection ends");
}

#[actix_web::test]
async fn a_ping_is_answered_and_the_server_pings() {
    let server = TestServer::start().await;
    let (_, mut raw) = alice(&server).await;
    raw.text_with("ready").await;
    raw.write(&frame(true, PING, b"are you there?")).await;
    assert_eq!(raw.next().await, Some((PONG, b"are you there?".to_vec())));
    server.clock.advance(25_000);
    assert_eq!(raw.next().await, Some((PING, Vec::new())));
    // Whoever answers is not silent.
    for _ in 0..4 {
        raw.write(&frame(true, PONG, b"")).await;
        raw.write(&frame(true, TEXT, b"{\"type\":\"ping\"}")).await;
        raw.text_with("pong").await;
        server.clock.advance(25_000);
        assert_eq!(raw.next().await, Some((PING, Vec::new())));
    }
}

#[actix_web::test]
async fn whoever_shuts_their_side_or_is_cut_off_is_gone_soon() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut bobs = bob.connect().await;
    for cut in [false, true] {
        let mut raw = RawSocket::open(&server, &alice).await;
        raw.text_with("ready").await;
        if cut {
            raw.cut();
        } else {
            raw.half_close().await;
            raw.heard_until_end().await;
        }
        server.until_connections(1).await;
        server.clock.advance(5_000);
        let gone = bobs.until(|frame| match frame {
            ServerFrame::PresenceChanged {
                user,
                state: PresenceState::Offline,
                ..
            } => Some(user),
            _ => None,
        });
        assert_eq!(gone.await, alice.id);
    }
}

#[actix_web::test]
async fn a_flood_is_closed_and_a_neighbor_is_not() {
    let server = TestServer::with(|config| config.rate_limits = Switch::On).await;
    let (mallory, bob) = (
        server.register("mallory").await,
        server.register("bob").await,
    );
    let mut bobs = bob.connect().await;
    let mut raw = RawSocket::open(&server, &mallory).await;
    let pings = frame(true, TEXT, b"{\"type\":\"ping\"}").repeat(5_000);
    raw.write(&pings).await;
    let (heard, code) = raw.heard_until_end().await;
    let pongs = heard.iter().filter(|text| text.contains("pong")).count();
    assert_eq!(code, Some(4029), "after {pongs} pongs");
    assert!((1_000..4_000).contains(&pongs), "{pongs}");
    bobs.ping().await;
    bob.say(server.lobby(), "quiet again").await;
    bobs.expect_message("quiet again").await;
}

#[actix_web::test]
async fn a_door_without_an_upgrade_says_what_is_wrong() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    alice.get("/ws").await.refused(ErrorCode::InvalidRequest);
}
