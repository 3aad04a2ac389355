//! Logging in and out: what opens, and what is dead at once.

use actix_web::http::Method;
use serde_json::json;
use shared::{ErrorCode, LoggedIn, ServerFrame, Sessions};

use crate::harness::{PASSWORD, TestServer};

#[actix_web::test]
async fn a_login_answers_with_session_user_token_and_cookie() {
    let server = TestServer::start().await;
    server.make_account("alice").await;
    let credentials = json!({ "username": "Alice", "password": PASSWORD });
    let answer = server
        .post("/api/v1/sessions")
        .header("user-agent", "Elinks/0.13")
        .json(credentials)
        .await
        .is(201);
    assert!(answer.cookie().is_some());
    let login: LoggedIn = answer.made();
    assert_eq!(login.user.profile().unwrap().username.as_str(), "alice");
    assert_eq!(login.session.user_agent, "Elinks/0.13");
    assert!(login.session.current);
    let left = login.access_expires_at.as_millis() - server.clock.now().as_millis();
    assert!((3_590_000..=3_600_000).contains(&left), "{left} ms");
    let left = login.session.expires_at.as_millis() - server.clock.now().as_millis();
    assert!((86_390_000..=86_400_000).contains(&left), "{left} ms");
}

#[actix_web::test]
async fn an_unknown_name_and_a_wrong_password_are_answered_alike() {
    let server = TestServer::start().await;
    server.make_account("alice").await;
    let mut answers = Vec::new();
    for (username, password) in [
        ("alice", "wrong horse"),
        ("nobody", PASSWORD),
        ("not a name!", PASSWORD),
        ("alice", ""),
        ("", ""),
        ("alice", &"x".repeat(5_000)),
        ("alice", "nul\0byte"),
    ] {
        let credentials = json!({ "username": username, "password": password });
        let answer = server.post("/api/v1/sessions").json(credentials).await;
        let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
        let mut headers: Vec<_> = headers
            .map(|(name, value)| (name.to_string(), value.len()))
            .collect();
        headers.sort_unstable();
        answers.push((answer.status, headers, answer.body.clone()));
        answer.refused(ErrorCode::Unauthenticated);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}

/// How long a login takes is how long its hashes take: `torture` has the times.
#[actix_web::test]
async fn an_unknown_name_is_as_much_work_as_a_known_one() {
    const HASHES: &str = "parlor_hashes_total";
    let mut server = TestServer::start().await;
    server.make_account("alice").await;
    let gone = server.register("gone").await;
    let _ = gone.delete("/users/me").await.done();
    let long = "x".repeat(5_000);
    for (username, password) in [
        ("alice", "wrong horse"),
        ("alice", PASSWORD),
        ("gone", PASSWORD),
        ("nobody", PASSWORD),
        ("not a name!", PASSWORD),
        ("alice", &long),
        ("nobody", &long),
        ("nobody", ""),
    ] {
        // The first login of a server's life, and another.
        server.restart().await;
        for hashes in [2, 3] {
            let credentials = json!({ "username": username, "password": password });
            let _ = server.post("/api/v1/sessions").json(credentials).await;
            assert_eq!(
                server.metric(HASHES).await,
                hashes,
                "{username} {password:.20}"
            );
        }
    }
}

#[actix_web::test]
async fn a_login_of_the_wrong_form_is_refused() {
    let server = TestServer::start().await;
    for (body, code, field) in [
        (
            json!({ "username": "alice" }),
            ErrorCode::InvalidRequest,
            "password",
        ),
        (
            json!({ "username": { "$gt": "" }, "password": "x" }),
            ErrorCode::InvalidField,
            "username",
        ),
        (
            json!({ "username": "alice", "password": ["x"] }),
            ErrorCode::InvalidField,
            "password",
        ),
        (
            json!({ "username": "alice", "password": "x", "remember": true }),
            ErrorCode::InvalidRequest,
            "remember",
        ),
    ] {
        let answer = server.post("/api/v1/sessions").json(body).await;
        answer.refused_on(code, field);
    }
}

#[actix_web::test]
async fn everything_but_the_doors_needs_a_token() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let (id, lobby) = (alice.id, server.lobby());
    let routes = [
        (Method::GET, "/users".to_owned()),
        (Method::GET, "/users/me".to_owned()),
        (Method::GET, format!("/users/{id}")),
        (Method::PATCH, format!("/users/{id}")),
        (Method::DELETE, format!("/users/{id}")),
        (Method::PUT, "/users/me/password".to_owned()),
        (Method::GET, "/sessions".to_owned()),
        (Method::DELETE, "/sessions".to_owned()),
        (Method::DELETE, format!("/sessions/{}", alice.session)),
        (Method::POST, "/tickets".to_owned()),
        (Method::GET, "/rooms".to_owned()),
        (Method::POST, "/rooms".to_owned()),
        (Method::GET, format!("/rooms/{lobby}")),
        (Method::PATCH, format!("/rooms/{lobby}")),
        (Method::DELETE, format!("/rooms/{lobby}")),
        (Method::GET, format!("/rooms/{lobby}/members")),
        (Method::PUT, format!("/rooms/{lobby}/members/{id}")),
        (Method::PATCH, format!("/rooms/{lobby}/members/{id}")),
        (Method::DELETE, format!("/rooms/{lobby}/members/{id}")),
        (Method::GET, format!("/rooms/{lobby}/bans")),
        (Method::PUT, format!("/rooms/{lobby}/bans/{id}")),
        (Method::DELETE, format!("/rooms/{lobby}/bans/{id}")),
        (Method::GET, format!("/rooms/{lobby}/messages")),
        (Method::POST, format!("/rooms/{lobby}/messages")),
        (Method::PATCH, format!("/rooms/{lobby}/messages/{lobby}")),
        (Method::DELETE, format!("/rooms/{lobby}/messages/{lobby}")),
        (Method::GET, format!("/rooms/{lobby}/changes?since=0")),
        (Method::PUT, format!("/rooms/{lobby}/marks")),
        (Method::PUT, format!("/direct/{id}")),
        (Method::GET, "/ws".to_owned()),
        (Method::GET, "/events".to_owned()),
    ];
    let foreign = format!("{}x", alice.token);
    for (method, path) in &routes {
        let path = format!("/api/v1{path}");
        for token in [None, Some(""), Some("nonsense"), Some(foreign.as_str())] {
            let mut call = server.call(method.clone(), &path);
            if let Some(token) = token {
                call = call.bearer(token);
            }
            call.await.refused(ErrorCode::Unauthenticated);
        }
    }
    assert!(alice.is_signed_in().await, "the right token works");
}

#[actix_web::test]
async fn a_logged_out_token_is_dead_at_once() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let elsewhere = server.log_in("alice").await;
    assert!(alice.is_signed_in().await);
    let path = format!("/sessions/{}", alice.session);
    let answer = alice.delete(&path).await.done();
    let removal = answer.cookie().expect("the cookie is taken away");
    assert_eq!(removal.value(), "");
    assert_eq!(removal.max_age().unwrap().whole_seconds(), 0);
    assert_eq!(
        removal.path(),
        Some(format!("/api/v1{path}").as_str()),
        "or the browser would keep it"
    );
    assert!(!alice.is_signed_in().await);
    alice
        .ask_refresh(&alice.refresh)
        .await
        .refused(ErrorCode::Unauthenticated);
    assert!(elsewhere.is_signed_in().await, "another login goes on");
}

#[actix_web::test]
async fn logging_out_closes_the_live_socket_within_a_second() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let (mut one, mut other) = (alice.connect().await, alice.connect().await);
    let mut elsewhere = server.log_in("alice").await.connect().await;
    let began = std::time::Instant::now();
    alice.log_out().await;
    assert_eq!(one.expect_close().await, 4003);
    assert_eq!(other.expect_close().await, 4003);
    assert!(began.elapsed().as_millis() < 1_000, "{:?}", began.elapsed());
    elsewhere.ping().await;
}

#[actix_web::test]
async fn logging_out_ends_the_event_stream() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let mut stream = alice.listen().await;
    alice.log_out().await;
    let heard = stream.heard_until_end().await;
    assert!(
        matches!(
            heard.last(),
            Some(ServerFrame::Error {
                code: ErrorCode::Unauthenticated,
                ..
            })
        ),
        "{heard:?}"
    );
}

#[actix_web::test]
async fn logging_out_everywhere_ends_every_session() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let elsewhere = server.log_in("alice").await;
    let bob = server.register("bob").await;
    let mut socket = elsewhere.connect().await;
    let _ = alice.delete("/sessions").await.done();
    assert_eq!(socket.expect_close().await, 4003);
    assert!(!alice.is_signed_in().await);
    assert!(!elsewhere.is_signed_in().await);
    assert!(bob.is_signed_in().await);
}

#[actix_web::test]
async fn one_sees_and_ends_ones_own_sessions_and_no_others() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let phone = server.log_in("alice").await;
    let mallory = server.register("mallory").await;
    let list: Sessions = alice.get("/sessions").await.ok();
    let current: Vec<_> = list.sessions.iter().filter(|s| s.current).collect();
    assert_eq!(list.sessions.len(), 2);
    assert_eq!(current.len(), 1);
    assert_eq!(current[0].id, alice.session);

    let path = format!("/sessions/{}", phone.session);
    mallory.delete(&path).await.refused(ErrorCode::NotFound);
    assert!(phone.is_signed_in().await);
    let _ = alice.delete(&path).await.done();
    assert!(!phone.is_signed_in().await);
    alice.delete(&path).await.refused(ErrorCode::NotFound);
    alice
        .delete("/sessions/nonsense")
        .await
        .refused(ErrorCode::NotFound);
}

#[actix_web::test]
async fn a_login_outlives_the_server() {
    let mut server = TestServer::start().await;
    let mut alice = server.register("alice").await;
    let gone = server.log_in("alice").await;
    gone.log_out().await;
    server.restart().await;
    assert!(alice.is_signed_in().await);
    assert!(!gone.is_signed_in().await, "an ended one stays dead");
    alice.refresh().await;
    assert!(alice.is_signed_in().await);
}

#[actix_web::test]
async fn several_people_are_logged_in_beside_each_other() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let again = server.log_in("alice").await;
    assert_ne!(alice.session, again.session);
    assert_ne!(alice.refresh, again.refresh);
    // A browser sends each cookie to its own session's path only; another session's is refused.
    bob.ask_refresh(&alice.refresh)
        .await
        .refused(ErrorCode::Unauthenticated);
    for person in [&alice, &bob, &again] {
        let _ = person.ask_refresh(&person.refresh).await.is(200);
    }
}

#[actix_web::test]
async fn a_login_hashes_the_password_anew_when_the_work_factor_was_changed() {
    let mut server = TestServer::start().await;
    let alice = server.register("alice").await;
    let cost = async |server: &TestServer| {
        let account = server.domain.store().user(alice.id).await.unwrap();
        let hash = account.unwrap().password_hash;
        hash.split('$').nth(2).unwrap().to_owned()
    };
    assert_eq!(cost(&server).await, "04");
    server
        .restart_with(|config| config.place.bcrypt_cost = 5)
        .await;
    assert_eq!(cost(&server).await, "04", "not without the password");
    let guess = json!({ "username": "alice", "password": "a wrong guess" });
    server
        .post("/api/v1/sessions")
        .json(guess)
        .await
        .refused(ErrorCode::Unauthenticated);
    assert_eq!(cost(&server).await, "04");
    let again = server.log_in("alice").await;
    assert_eq!(cost(&server).await, "05");
    assert!(alice.is_signed_in().await, "no session ends with it");
    let _ = server.log_in("alice").await;
    assert!(again.is_signed_in().await);
}
