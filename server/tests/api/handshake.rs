//! Abuse before a request is whole: half of one is dropped in time, a giant one is refused, and
//! nobody else feels it.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use crate::harness::{RawSocket, TestServer};

/// A head that is not whole by then is never.
const HALF_OPEN: Duration = Duration::from_secs(6);

#[actix_web::test]
async fn ten_thousand_headers_are_refused_and_harm_nobody() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let mut socket = alice.connect().await;
    for path in ["/api/v1/ws", "/api/v1/users/me", "/"] {
        let mut raw = RawSocket::connect(&server, None).await;
        let mut head = format!("GET {path} HTTP/1.1\r\nHost: x\r\n");
        for n in 0..10_000 {
            let _ = write!(head, "x-{n}: {n}\r\n");
        }
        raw.write(head.as_bytes()).await;
        raw.write(b"\r\n").await;
        let status = raw.status_if_any().await;
        assert!(
            matches!(status, None | Some(400 | 431)),
            "{path}: {status:?}"
        );
    }
    socket.ping().await;
}

#[actix_web::test]
async fn who_takes_forever_over_a_head_is_cut_off() {
    let server = TestServer::start().await;
    let mut slow = Vec::new();
    for head in ["", "GET /api/v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: webso"] {
        let mut raw = RawSocket::connect(&server, None).await;
        raw.write(head.as_bytes()).await;
        slow.push(raw);
    }
    let began = Instant::now();
    for mut raw in slow {
        let status = raw.status_if_any().await;
        assert!(matches!(status, None | Some(408)), "{status:?}");
        assert!(began.elapsed() < HALF_OPEN, "{:?}", began.elapsed());
    }
}

#[actix_web::test]
async fn an_upgrade_without_a_login_opens_nothing() {
    let server = TestServer::start().await;
    for more in [
        "",
        "Authorization: Bearer x\r\n",
        "Cookie: parlor_refresh=x\r\n",
    ] {
        let mut raw = RawSocket::connect(&server, None).await;
        let upgrade = format!(
            "GET /api/v1/ws HTTP/1.1\r\nHost: x\r\n{more}Upgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        raw.write(upgrade.as_bytes()).await;
        assert_eq!(raw.status_if_any().await, Some(401), "{more}");
    }
    assert_eq!(server.metric("parlor_connections").await, 0);
}
