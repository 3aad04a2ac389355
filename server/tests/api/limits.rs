//! Rate limits: each trips at its number, says when to come back, and harms no neighbor.

use serde_json::json;
use server::config::{Rates, ServeConfig, Switch};
use shared::{ErrorCode, ServerFrame};

use crate::harness::{Answer, Call, PASSWORD, Person, TestServer, client_id};

/// Three at once, and nothing comes back while a test runs.
const THREE: &str = "3/1h";

/// With that one limit, behind a proxy that says who asks.
async fn limited(set: fn(&mut Rates)) -> TestServer {
    TestServer::with(|config: &mut ServeConfig| {
        config.rate_limits = Switch::On;
        config.rates = Rates::OFF;
        set(&mut config.rates);
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await
}

fn three() -> server::limits::Rate {
    THREE.parse().unwrap()
}

/// That an answer is a refusal which says when to come back.
fn is_limited(answer: Answer) {
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    let error = answer.refused(ErrorCode::RateLimited);
    let millis = error.retry_after_ms.unwrap();
    assert!((1..=3_600_000).contains(&millis), "{error:?}");
    assert_eq!(seconds, millis.div_ceil(1_000));
}

/// Tries from one address until it is refused, then from another.
async fn trips_by_address(server: &TestServer, what: &str, call: impl Fn(&TestServer) -> Call) {
    let from = async |address: &str| call(server).header("x-forwarded-for", address).await;
    for n in 1..=3 {
        let answer = from("198.51.100.1").await;
        assert_ne!(answer.status, 429, "{what}, try {n}: {}", answer.text());
    }
    is_limited(from("198.51.100.1").await);
    // What its client wrote into the header counts for nothing.
    is_limited(from("203.0.113.9, 198.51.100.1").await);
    assert_ne!(from("198.51.100.2").await.status, 429, "{what}: a neighbor");
}

#[actix_web::test]
async fn what_needs_no_login_is_limited_by_address() {
    let server = limited(|rates| rates.limit_logins = three()).await;
    trips_by_address(&server, "log-ins", |server| {
        let guess = json!({ "username": "nobody", "password": "guess" });
        server.post("/api/v1/sessions").json(guess)
    })
    .await;
    let server = limited(|rates| rates.limit_registrations = three()).await;
    trips_by_address(&server, "registrations", |server| {
        let weak = json!({ "username": "nobody", "email": "n@example.org", "password": "password",
            "gender": "male" });
        server.post("/api/v1/users").json(weak)
    })
    .await;
    let server = limited(|rates| rates.limit_password_checks = three()).await;
    trips_by_address(&server, "password checks", |server| {
        let check = json!({ "password": "x" });
        server.post("/api/v1/password-checks").json(check)
    })
    .await;
    let server = limited(|rates| rates.limit_refreshes = three()).await;
    trips_by_address(&server, "refreshes", |server| {
        let path = "/api/v1/sessions/01890a5d-ac96-774b-bcce-b302099a8057/refresh";
        server.post(path).header("cookie", "parlor_refresh=guess")
    })
    .await;
}

/// Alice tries until she is refused, from wherever; Bob does not feel it.
async fn trips_by_person(server: &TestServer, call: impl Fn(&Person) -> Call) {
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let again = server.log_in("alice").await;
    for (n, through) in [&alice, &again, &alice].into_iter().enumerate() {
        let answer = call(through).await;
        assert_ne!(answer.status, 429, "{}, try {n}", answer.what);
    }
    is_limited(call(&alice).await);
    is_limited(call(&again).await);
    assert_ne!(call(&bob).await.status, 429, "a neighbor");
}

#[actix_web::test]
async fn what_needs_a_login_is_limited_by_person_however_many_logins_they_have() {
    let server = limited(|rates| rates.limit_requests = three()).await;
    trips_by_person(&server, |person| person.get("/users/me")).await;
    let server = limited(|rates| rates.limit_tickets = three()).await;
    trips_by_person(&server, |person| person.post("/tickets")).await;
    let server = limited(|rates| rates.limit_messages = three()).await;
    let path = format!("/rooms/{}/messages", server.lobby());
    trips_by_person(&server, |person| {
        let new = json!({ "client_id": client_id(), "body": "hello" });
        person.post(&path).json(new)
    })
    .await;
    let server = limited(|rates| rates.limit_password_changes = three()).await;
    trips_by_person(&server, |person| {
        let guess = json!({ "current": "a wrong guess", "new": PASSWORD });
        person.put("/users/me/password").json(guess)
    })
    .await;
}

#[actix_web::test]
async fn messages_over_a_socket_count_with_those_over_rest() {
    let server = limited(|rates| rates.limit_messages = three()).await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut socket = alice.connect().await;
    let lobby = server.lobby();
    alice.say(lobby, "one").await;
    socket.expect_message("one").await;
    for body in ["two", "three"] {
        socket.send_message(lobby, body).await;
        socket.expect_message(body).await;
    }
    let fourth = socket.send_message(lobby, "four").await;
    let refused = socket.expect_error(ErrorCode::RateLimited).await;
    assert_eq!(refused.client_id, Some(fourth));
    assert!(refused.error.retry_after_ms.unwrap() > 0);
    // The socket lives on, and the neighbor speaks.
    let mut others = bob.connect().await;
    others.send_message(lobby, "five").await;
    socket.expect_message("five").await;
}

#[actix_web::test]
async fn typing_is_limited_by_person_over_all_their_sockets() {
    let server = limited(|rates| rates.limit_typing = three()).await;
    let alice = server.register("alice").await;
    let typing = json!({ "type": "typing", "room": server.lobby() }).to_string();
    // Each socket passes on one a second, so four sockets say it at once.
    let mut sockets = Vec::new();
    for _ in 0..4 {
        sockets.push(alice.connect().await);
    }
    let (last, first) = sockets.split_last_mut().unwrap();
    for socket in first {
        socket.tell_text(&typing).await;
        socket.tell_text(r#"{"type":"ping"}"#).await;
        socket.expect(ServerFrame::Pong {}).await;
    }
    last.tell_text(&typing).await;
    last.expect_error(ErrorCode::RateLimited).await;
}

#[actix_web::test]
async fn with_limits_off_nothing_trips() {
    let server = TestServer::with(|config| {
        config.rate_limits = Switch::Off;
        config.rates.limit_requests = three();
    })
    .await;
    let alice = server.register("alice").await;
    for _ in 0..10 {
        let _ = alice.get("/users/me").await.is(200);
    }
}
