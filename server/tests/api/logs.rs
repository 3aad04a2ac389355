//! The log: what it says of requests, and what it must never say.
//!
//! Beside this, the harness searches the log of every server of every test for each token, ticket,
//! cookie and password it handed out and each message it sent.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Command, Stdio},
};

use actix_web::http::Method;
use serde_json::json;
use server::config::Switch;
use shared::ErrorCode;

use crate::harness::{Call, PASSWORD, RawSocket, TestServer, client_id, command, log};

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

    let forwarded = |call: Call| call.header("x-forwarded-for", "198.51.100.77");
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

#[actix_web::test]
async fn what_strangers_send_is_counted_and_fills_no_log() {
    const STRANGERS: u64 = 30;
    let dir = tempfile::tempdir().unwrap();
    let mut child = command(dir.path())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("PARLOR_LOG", "info")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let url = line.strip_prefix("Parlor is ready at ").expect(&line);
    let address = url.strip_prefix("http://").unwrap().parse().unwrap();
    for n in 0..STRANGERS {
        let mut raw = RawSocket::to(address).await;
        let nonsense = if n % 2 == 0 {
            "\u{1}nonsense\r\n\r\n".to_owned()
        } else {
            format!("GET / HTTP/1.1\r\nno header {n}\r\n\r\n")
        };
        raw.write(nonsense.as_bytes()).await;
        assert_eq!(raw.status_if_any().await, Some(400));
        while raw.next_bytes().await {}
    }
    let figures = Call::new(awc::Client::new(), Method::GET, format!("{url}/metrics")).await;
    let figures = figures.is(200).text().to_owned();
    let counted = figures
        .lines()
        .find_map(|line| line.strip_prefix("parlor_protocol_errors_total "))
        .expect("it is counted");
    assert_eq!(counted.parse::<u64>().unwrap(), STRANGERS);
    let pid = child.id().to_string();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    let mut log = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert!(log.contains("stopped"), "the others are there: {log}");
    for word in ["ERROR", "stream error", "nonsense", "no header"] {
        assert!(!log.contains(word), "{word}: {log}");
    }
}
