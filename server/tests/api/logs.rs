//! The log: what it says of requests, and what it must never say.
//!
//! Beside this, the harness searches the log of every server of every test for each token, ticket,
//! cookie and password it handed out and each message it sent.

use serde_json::json;
use server::config::Switch;
use shared::ErrorCode;

use crate::harness::{PASSWORD, TestServer, client_id, log};

const SAID: &str = "meet me at the harbor at nine";
const WRONG: &str = "not her password at all";

#[actix_web::test]
async fn a_request_is_logged_by_its_id_and_route_and_nothing_else_of_it() {
    let server = TestServer::with(|config| {
        config.url_tokens = Switch::On;
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let mut alice = server.register("alice").await;
    let answer = alice.get("/users/me?secret_query=1").await;
    let id = answer.header("x-request-id").unwrap().to_owned();
    alice.refresh().await;

    let forwarded = |call: crate::harness::Call| call.header("x-forwarded-for", "198.51.100.77");
    let lobby = format!("/rooms/{}/messages", server.lobby());
    let calls = [
        server
            .post("/api/v1/sessions")
            .json(json!({ "username": "alice", "password": WRONG })),
        server.post("/api/v1/users").json(
            json!({ "username": "alice", "email": "alice@example.org", "password": PASSWORD,
                "gender": "female" }),
        ),
        server
            .post("/api/v1/users")
            .bytes(format!("{{\"password\":\"{PASSWORD}\"")),
        server
            .get("/api/v1/users/me")
            .bearer(&format!("{}x", alice.token)),
        server.get(&format!("/api/v1/ws?token={}", alice.token)),
        server.get(&format!("/api/v1/events?ticket={}", alice.token)),
        server.get(&format!("/nowhere/{}", alice.token)),
        alice
            .post(&lobby)
            .json(json!({ "client_id": client_id(), "body": SAID })),
        alice
            .post(&lobby)
            .json(json!({ "client_id": 1, "body": SAID })),
        alice.ask_refresh(&format!("{}x", alice.refresh)),
    ];
    for call in calls {
        let _ = forwarded(call).await;
    }
    let mut socket = alice.connect().await;
    socket
        .tell_text(json!({ "type": "renew", "token": WRONG }).to_string())
        .await;
    socket
        .tell_text(json!({ "type": "send_message", "body": SAID }).to_string())
        .await;
    socket.expect_error(ErrorCode::Unauthenticated).await;
    socket.expect_error(ErrorCode::InvalidRequest).await;

    let text = log::text();
    let line = text.lines().find(|line| line.contains(&id));
    let line = line.unwrap_or_else(|| panic!("no line of {id} in {text}"));
    for part in [
        "method=GET",
        "/api/v1/users/{user}",
        "status=200",
        "duration_ms=",
    ] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    for secret in [
        SAID,
        WRONG,
        PASSWORD,
        alice.token.as_str(),
        alice.refresh.as_str(),
        "secret_query",
        "198.51.100.77",
        "alice@example.org",
    ] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
}

#[actix_web::test]
async fn a_secret_that_is_logged_is_found() {
    log::secret("planted", "a planted secret");
    assert_eq!(log::leaks("INFO nothing here").len(), 0);
    let found = log::leaks("INFO first\nWARN it is a planted secret, see\nINFO last");
    assert_eq!(found, ["planted in: WARN it is a planted secret, see"]);
    assert_eq!(log::leaks(&format!("password={PASSWORD}")).len(), 1);
}
