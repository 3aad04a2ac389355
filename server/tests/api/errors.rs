//! Errors: one shape, every code, and bodies that are too large.

use actix_web::http::Method;
use serde_json::json;
use server::config::Switch;
use shared::{ErrorCode, LoggedIn, MAX_JSON_BYTES};

use crate::harness::{Answer, PASSWORD, Person, TestServer};

/// Makes the server answer with that code.
async fn provoke(server: &TestServer, alice: &Person, code: ErrorCode) -> Answer {
    let account = |username: &str, email: &str| json!({ "username": username, "email": email, "password": PASSWORD, "gender": "male" });
    let register = async |new| server.post("/api/v1/users").json(new).await;
    let lobby = format!("/rooms/{}", server.lobby());
    match code {
        ErrorCode::InvalidRequest => alice.post("/rooms").bytes("{").await,
        ErrorCode::Unauthenticated => server.get("/api/v1/users/me").await,
        ErrorCode::TokenExpired => {
            server.clock.advance(3_600_000);
            alice.get("/users/me").await
        }
        ErrorCode::Forbidden => alice.delete(&lobby).await,
        ErrorCode::NotFound => alice.get("/rooms/nowhere").await,
        ErrorCode::UsernameTaken => register(account("alice", "a@example.org")).await,
        ErrorCode::EmailTaken => register(account("other", "alice@example.org")).await,
        ErrorCode::RoomNameTaken => {
            let new = json!({ "name": "lobby", "visibility": "public" });
            alice.post("/rooms").json(new).await
        }
        ErrorCode::Conflict => alice.get(&format!("{lobby}/changes?since=9")).await,
        ErrorCode::PayloadTooLarge => {
            let new = json!({ "client_id": "", "body": "x".repeat(MAX_JSON_BYTES) });
            alice.post(&format!("{lobby}/messages")).json(new).await
        }
        ErrorCode::InvalidField => alice.get("/users?limit=0").await,
        ErrorCode::RateLimited => loop {
            let answer = server
                .post("/api/v1/password-checks")
                .json(json!({ "password": "x" }))
                .await;
            if answer.status != 200 {
                return answer;
            }
        },
        ErrorCode::Internal => {
            // What no Parlor writes: a damaged file.
            let file = server.data_dir().join("parlor.db");
            let damage = rusqlite::Connection::open(file).unwrap();
            damage
                .execute_batch(
                    "PRAGMA ignore_check_constraints = on; UPDATE users SET gender = 'robot';",
                )
                .unwrap();
            alice.get("/users/me").await
        }
        ErrorCode::Unavailable => {
            server.domain.store().close().await;
            alice.get("/users/me").await
        }
        ErrorCode::Unknown => unreachable!("no server says it"),
    }
}

#[actix_web::test]
async fn every_error_code_is_said_and_in_one_shape() {
    for code in ErrorCode::ALL {
        // One of the errors is a damaged file.
        let server = TestServer::on_files_with(|config| config.rate_limits = Switch::On).await;
        let alice = server.register("alice").await;
        let answer = provoke(&server, &alice, code).await;
        let retry_after = answer.header("retry-after").map(str::to_owned);
        let fields: Vec<_> = answer
            .value()
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        let known = ["code", "field", "message", "retry_after_ms"];
        assert!(
            fields.iter().all(|field| known.contains(&field.as_str())),
            "{fields:?}"
        );
        let error = answer.refused(code);
        let is_worth_waiting = matches!(code, ErrorCode::RateLimited | ErrorCode::Unavailable);
        assert_eq!(
            error.retry_after_ms.is_some(),
            is_worth_waiting,
            "{error:?}"
        );
        assert_eq!(retry_after.is_some(), is_worth_waiting, "{error:?}");
    }
}

#[actix_web::test]
async fn an_internal_error_tells_nothing_of_its_cause() {
    let server = TestServer::on_files().await;
    let alice = server.register("alice").await;
    let answer = provoke(&server, &alice, ErrorCode::Internal).await;
    let told = answer.text().to_owned();
    answer.refused(ErrorCode::Internal);
    assert_eq!(told, r#"{"code":"internal","message":"internal error"}"#);
}

#[actix_web::test]
async fn without_its_store_the_server_says_so_and_is_not_ready() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    server.domain.store().close().await;
    server.get("/readyz").await.refused(ErrorCode::Unavailable);
    let said = alice.try_to_say(server.lobby(), crate::harness::client_id(), "x");
    said.await.refused(ErrorCode::Unavailable);
    let _ = server.get("/healthz").await.is(200);
}

#[actix_web::test]
async fn a_body_may_be_16_kib_and_no_more() {
    let server = TestServer::start().await;
    server.make_account("alice").await;
    let credentials = json!({ "username": "alice", "password": PASSWORD }).to_string();
    let padded = |len: usize| credentials.clone() + &" ".repeat(len - credentials.len());
    let log_in = |body: String| server.post("/api/v1/sessions").bytes(body);
    let _: LoggedIn = log_in(padded(MAX_JSON_BYTES)).await.made();
    for len in [MAX_JSON_BYTES + 1, 100_000] {
        log_in(padded(len))
            .await
            .refused(ErrorCode::PayloadTooLarge);
    }
    // Nobody reads further than that.
    let deep = "[".repeat(MAX_JSON_BYTES);
    log_in(deep).await.refused(ErrorCode::InvalidRequest);
}

#[actix_web::test]
async fn what_is_not_there_is_not_found_in_the_same_shape() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    for (method, path) in [
        (Method::GET, ""),
        (Method::GET, "/"),
        (Method::GET, "/nothing"),
        (Method::GET, "/users/"),
        (Method::GET, "/users/%ff"),
        (Method::GET, "/rooms/%00"),
        (Method::GET, "/rooms/..%2fusers"),
        (Method::GET, "/rooms/' OR 1=1 --"),
        (Method::DELETE, "/users"),
        (Method::POST, "/users/me"),
        (Method::PUT, "/rooms"),
        (Method::GET, "/tickets"),
        (Method::GET, "/password-checks"),
        (Method::POST, "/ws"),
        (Method::TRACE, "/users"),
    ] {
        let path = path.replace(' ', "%20");
        let answer = alice.call(method.clone(), &path).await;
        assert_eq!(answer.status, 404, "{method} {path}");
        answer.refused(ErrorCode::NotFound);
    }
    for path in ["/api", "/api/", "/api/v2/users"] {
        server.get(path).await.refused(ErrorCode::NotFound);
    }
}

#[actix_web::test]
async fn guessing_is_slowed_down_and_told_when_to_come_back() {
    let server = TestServer::with(|config| config.rate_limits = Switch::On).await;
    let log_in = async || {
        let credentials = json!({ "username": "nobody", "password": "guess" });
        server.post("/api/v1/sessions").json(credentials).await
    };
    let register = async || {
        let new = json!({
            "username": "nobody", "email": "n@example.org", "password": "password", "gender": "male",
        });
        server.post("/api/v1/users").json(new).await
    };
    let check = async || {
        let password = json!({ "password": "x" });
        server.post("/api/v1/password-checks").json(password).await
    };
    let (mut log_ins, mut registrations, mut checks) = (0, 0, 0);
    while log_in().await.status != 429 {
        log_ins += 1;
    }
    while register().await.status != 429 {
        registrations += 1;
    }
    while check().await.status != 429 {
        checks += 1;
    }
    // A few more where the machine was slow enough to give some back.
    assert!((60..90).contains(&log_ins), "{log_ins} log-ins");
    assert!(
        (30..40).contains(&registrations),
        "{registrations} registrations"
    );
    assert!((60..120).contains(&checks), "{checks} checks");
    let error = log_in().await.refused(ErrorCode::RateLimited);
    assert!((1..=2_000).contains(&error.retry_after_ms.unwrap()));
}
