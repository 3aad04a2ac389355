//! Tickets: what a browser shows in a URL, once.

use server::config::Switch;
use shared::{ErrorCode, Ticket};

use crate::harness::{EventStream, Person, Socket, TestServer};

/// Opens a socket by its URL alone, as a browser does.
async fn connect_by(server: &TestServer, person: &Person, query: &str) -> Socket {
    let url = format!("{}?{query}", person.socket_url());
    let request = server.http().ws(url).origin(server.url(""));
    Socket::open(request).await.expect("let in")
}

#[actix_web::test]
async fn a_ticket_opens_a_socket_or_a_stream_once() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let first = alice.ticket().await;
    let mut socket = connect_by(&server, &alice, &format!("ticket={first}")).await;
    socket.ping().await;
    let second = alice.ticket().await;
    assert_ne!(first, second);
    let path = format!("/api/v1/events?ticket={second}");
    let stream = EventStream::open(server.get(&path)).await;
    assert_eq!(stream.ready.user.id(), alice.id);
    for ticket in [first, second] {
        for door in ["ws", "events"] {
            let path = format!("/api/v1/{door}?ticket={ticket}");
            server.get(&path).await.refused(ErrorCode::Unauthenticated);
        }
    }
}

#[actix_web::test]
async fn of_two_who_show_one_ticket_at_once_one_is_let_in() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let url = format!("{}?ticket={}", alice.socket_url(), alice.ticket().await);
    let tries = (0..8).map(|_| Socket::open(server.http().ws(&url)));
    let opened = futures_util::future::join_all(tries).await;
    assert_eq!(opened.iter().filter(|opened| opened.is_ok()).count(), 1);
}

#[actix_web::test]
async fn a_ticket_runs_out_after_half_a_minute() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let ticket: Ticket = alice.post("/tickets").await.made();
    let left = ticket.expires_at.as_millis() - server.clock.now().as_millis();
    assert!((29_000..=30_000).contains(&left), "{left} ms");
    let late = alice.ticket().await;
    server.clock.advance(29_000);
    connect_by(&server, &alice, &format!("ticket={}", ticket.ticket)).await;
    server.clock.advance(2_000);
    server
        .get(&format!("/api/v1/ws?ticket={late}"))
        .await
        .refused(ErrorCode::Unauthenticated);
}

#[actix_web::test]
async fn a_ticket_carries_its_session_and_its_tokens_end() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    server.clock.advance(3_600_000 - 20_000);
    let ticket = alice.ticket().await;
    let mut socket = connect_by(&server, &alice, &format!("ticket={ticket}")).await;
    assert_eq!(socket.ready.session.id, alice.session);
    server.clock.advance(21_000);
    assert_eq!(socket.expect_close().await, 4001);
}

#[actix_web::test]
async fn a_ticket_dies_with_its_session() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let ticket = alice.ticket().await;
    alice.log_out().await;
    server
        .get(&format!("/api/v1/ws?ticket={ticket}"))
        .await
        .refused(ErrorCode::Unauthenticated);
}

#[actix_web::test]
async fn a_token_in_a_url_is_refused_unless_the_operator_allows_it() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    for door in ["ws", "events"] {
        let path = format!("/api/v1/{door}?token={}", alice.token);
        server.get(&path).await.refused(ErrorCode::Unauthenticated);
    }

    let server = TestServer::with(|config| config.url_tokens = Switch::On).await;
    let alice = server.register("alice").await;
    let mut socket = connect_by(&server, &alice, &format!("token={}", alice.token)).await;
    socket.ping().await;
    server
        .get("/api/v1/ws?token=nonsense")
        .await
        .refused(ErrorCode::Unauthenticated);
    server
        .get(&format!("/api/v1/users/me?token={}", alice.token))
        .await
        .refused(ErrorCode::Unauthenticated);
}

#[actix_web::test]
async fn one_credential_is_shown_at_a_door() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let ticket = alice.ticket().await;
    alice
        .get(&format!("/ws?ticket={ticket}"))
        .await
        .refused(ErrorCode::InvalidRequest);
    alice
        .get("/ws?tikcet=typo")
        .await
        .refused_on(ErrorCode::InvalidRequest, "tikcet");
}
