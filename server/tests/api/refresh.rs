//! Tokens run out and are renewed: an hour, a day, and what happens to whoever replays.

use serde_json::json;
use server::config::ServeConfig;
use shared::{ClientFrame, ErrorCode, LoggedIn};

use crate::harness::{PASSWORD, Person, TestServer};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

#[actix_web::test]
async fn an_access_token_is_good_for_an_hour() {
    let server = TestServer::start().await;
    let mut alice = server.register("alice").await;
    server.clock.advance(59 * MINUTE);
    assert!(alice.is_signed_in().await);
    server.clock.advance(2 * MINUTE);
    alice
        .get("/users/me")
        .await
        .refused(ErrorCode::TokenExpired);
    alice.get("/ws").await.refused(ErrorCode::TokenExpired);
    alice.refresh().await;
    assert!(alice.is_signed_in().await);
}

#[actix_web::test]
async fn a_session_ends_a_day_after_its_login_however_often_it_is_refreshed() {
    let server = TestServer::start().await;
    let mut alice = server.register("alice").await;
    for _ in 0..23 {
        server.clock.advance(HOUR);
        alice.refresh().await;
    }
    server.clock.advance(59 * MINUTE);
    alice.refresh().await;
    assert!(alice.is_signed_in().await);
    server.clock.advance(2 * MINUTE);
    alice
        .get("/users/me")
        .await
        .refused(ErrorCode::Unauthenticated);
    alice
        .ask_refresh(&alice.refresh)
        .await
        .refused(ErrorCode::Unauthenticated);
    assert!(server.log_in("alice").await.is_signed_in().await);
}

#[actix_web::test]
async fn a_token_never_outlives_its_session() {
    let server = TestServer::start().await;
    let mut alice = server.register("alice").await;
    server.clock.advance(24 * HOUR - 10 * MINUTE);
    let answer = alice.ask_refresh(&alice.refresh).await;
    let login: LoggedIn = answer.ok();
    alice.token = login.access_token;
    assert!(login.access_expires_at <= login.session.expires_at);
    assert!(alice.is_signed_in().await);
}

#[actix_web::test]
async fn every_refresh_gives_another_value_and_another_token() {
    let server = TestServer::start().await;
    let mut alice = server.register("alice").await;
    let mut seen = vec![alice.refresh.clone()];
    for _ in 0..3 {
        server.clock.advance(MINUTE);
        let before = alice.token.clone();
        alice.refresh().await;
        assert_ne!(alice.token, before);
        assert!(!seen.contains(&alice.refresh));
        seen.push(alice.refresh.clone());
    }
}

#[actix_web::test]
async fn a_value_just_replaced_gets_the_same_new_value_again() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let new_value = async || {
        let answer = alice.ask_refresh(&alice.refresh).await.is(200);
        answer.cookie().unwrap().value().to_owned()
    };
    let first = new_value().await;
    server.clock.advance(9_000);
    assert_eq!(new_value().await, first, "a lost answer, or two tabs");
    let _ = alice.ask_refresh(&first).await.is(200);
}

#[actix_web::test]
async fn of_refreshes_at_once_all_get_the_same_new_value() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let calls = (0..50).map(|_| async { alice.ask_refresh(&alice.refresh).await.is(200) });
    let answers = futures_util::future::join_all(calls).await;
    let mut values: Vec<_> = answers
        .iter()
        .map(|answer| answer.cookie().unwrap().value().to_owned())
        .collect();
    values.dedup();
    assert_eq!(values.len(), 1);
    assert_ne!(values[0], alice.refresh);
}

#[actix_web::test]
async fn a_replayed_value_ends_the_session_and_its_socket() {
    let server = TestServer::start().await;
    let mut alice = server.register("alice").await;
    let elsewhere = server.log_in("alice").await;
    let mut socket = alice.connect().await;
    let stolen = alice.refresh.clone();
    alice.refresh().await;
    server.clock.advance(11_000);
    alice
        .ask_refresh(&stolen)
        .await
        .refused(ErrorCode::Unauthenticated);
    assert_eq!(socket.expect_close().await, 4003);
    assert!(!alice.is_signed_in().await);
    alice
        .ask_refresh(&alice.refresh)
        .await
        .refused(ErrorCode::Unauthenticated);
    assert!(elsewhere.is_signed_in().await, "no other login suffers");
}

#[actix_web::test]
async fn a_value_replaced_twice_is_a_replay_even_within_the_grace() {
    let server = TestServer::start().await;
    let mut alice = server.register("alice").await;
    let oldest = alice.refresh.clone();
    alice.refresh().await;
    alice.refresh().await;
    alice
        .ask_refresh(&oldest)
        .await
        .refused(ErrorCode::Unauthenticated);
    assert!(!alice.is_signed_in().await);
}

#[actix_web::test]
async fn a_value_that_never_was_is_refused_and_harms_nobody() {
    let server = TestServer::start().await;
    let mut alice = server.register("alice").await;
    for value in ["", "nonsense", &"A".repeat(43)] {
        alice
            .ask_refresh(value)
            .await
            .refused(ErrorCode::Unauthenticated);
    }
    let path = format!("/api/v1/sessions/{}/refresh", alice.session);
    server.post(&path).await.refused(ErrorCode::Unauthenticated);
    assert!(alice.is_signed_in().await);
    alice.refresh().await;
}

async fn login_cookie(change: fn(&mut ServeConfig)) -> (String, String) {
    let server = TestServer::with(change).await;
    server.make_account("alice").await;
    let credentials = json!({ "username": "alice", "password": PASSWORD });
    let answer = server.post("/api/v1/sessions").json(credentials).await;
    let header = answer.header("set-cookie").unwrap().to_owned();
    let login: LoggedIn = answer.made();
    (header, format!("/api/v1/sessions/{}", login.session.id))
}

#[actix_web::test]
async fn the_cookie_is_for_its_own_session_and_no_script() {
    let (cookie, path) = login_cookie(|_| ()).await;
    let attributes: Vec<_> = cookie.split("; ").skip(1).collect();
    for wanted in [
        "HttpOnly".to_owned(),
        "SameSite=Strict".to_owned(),
        format!("Path={path}"),
    ] {
        assert!(attributes.contains(&wanted.as_str()), "{cookie}");
    }
    let max_age = attributes.iter().find_map(|a| a.strip_prefix("Max-Age="));
    let max_age: i64 = max_age.unwrap().parse().unwrap();
    assert!((86_390..=86_400).contains(&max_age), "{cookie}");
    assert!(!attributes.contains(&"Secure"), "{cookie}");
}

#[actix_web::test]
async fn behind_https_the_cookie_is_secure() {
    let (cookie, _) = login_cookie(|config| {
        config.public_url = Some("https://chat.example.org".to_owned());
    })
    .await;
    assert!(cookie.contains("; Secure"), "{cookie}");
}

/// With a token that runs out in twenty seconds.
async fn nearly_expired(server: &TestServer) -> Person {
    let alice = server.register("alice").await;
    server.clock.advance(HOUR - 20_000);
    alice
}

#[actix_web::test]
async fn a_socket_is_closed_when_its_token_runs_out() {
    let server = TestServer::start().await;
    let alice = nearly_expired(&server).await;
    let mut socket = alice.connect().await;
    socket.ping().await;
    server.clock.advance(21_000);
    assert_eq!(socket.expect_close().await, 4001);
}

#[actix_web::test]
async fn a_socket_that_renews_in_time_stays_open() {
    // One worker, whose sweeper looks at both sockets in one go.
    let server = TestServer::with(|config| config.workers = Some(1)).await;
    let mut alice = nearly_expired(&server).await;
    let (mut renewed, mut forgotten) = (alice.connect().await, alice.connect().await);
    alice.refresh().await;
    let token = alice.token.clone();
    renewed.tell(&ClientFrame::Renew { token }).await;
    renewed.ping().await;
    server.clock.advance(21_000);
    assert_eq!(forgotten.expect_close().await, 4001);
    renewed.ping().await;
    alice.say(server.lobby(), "still here").await;
    renewed.expect_message("still here").await;
}

#[actix_web::test]
async fn a_socket_is_renewed_by_a_good_token_of_its_own_session_only() {
    let server = TestServer::with(|config| config.workers = Some(1)).await;
    let alice = nearly_expired(&server).await;
    let elsewhere = server.log_in("alice").await;
    let bob = server.register("bob").await;
    let mut socket = alice.connect().await;
    for token in [&elsewhere.token, &bob.token, "nonsense"] {
        let token = token.to_owned();
        socket.tell(&ClientFrame::Renew { token }).await;
        socket.expect_error(ErrorCode::Unauthenticated).await;
    }
    server.clock.advance(21_000);
    assert_eq!(socket.expect_close().await, 4001);
}
