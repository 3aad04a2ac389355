//! Frames as a client may not send them: refused with code, field and message id, and the socket
//! stays open.

use serde_json::{Value, json};
use shared::{ErrorCode, ServerFrame};

use crate::harness::{Person, Socket, TestServer, client_id};

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// A socket in a room, and what it is told.
async fn alice(server: &TestServer) -> (Person, Socket) {
    let alice = server.register("alice").await;
    let socket = alice.connect().await;
    (alice, socket)
}

async fn refused(socket: &mut Socket, frame: &Value, code: ErrorCode, field: &str) {
    socket.tell_text(frame.to_string()).await;
    let refused = socket.expect_error(code).await;
    assert_eq!(
        refused.error.field.as_deref(),
        Some(field),
        "{frame}: {refused:?}"
    );
    let id = frame.get("client_id").and_then(Value::as_str);
    let told = refused.client_id.map(|id| id.to_string());
    let is_readable = id.is_some_and(|id| id.len() == 36);
    assert_eq!(told.as_deref(), id.filter(|_| is_readable), "{frame}");
    socket.ping().await;
}

#[actix_web::test]
async fn every_frame_refuses_a_field_it_does_not_have() {
    let server = TestServer::start().await;
    let (_, mut socket) = alice(&server).await;
    let room = server.lobby();
    for mut frame in [
        json!({ "type": "resume", "rooms": {} }),
        json!({ "type": "send_message", "room": room, "client_id": client_id(), "body": "hi" }),
        json!({ "type": "mark", "room": room, "read": 1 }),
        json!({ "type": "typing", "room": room }),
        json!({ "type": "set_presence", "state": "away" }),
        json!({ "type": "renew", "token": "x" }),
        json!({ "type": "ping" }),
    ] {
        frame["x"] = json!(1);
        refused(&mut socket, &frame, ErrorCode::InvalidRequest, "x").await;
    }
}

#[actix_web::test]
async fn who_speaks_is_never_taken_from_a_frame() {
    let server = TestServer::start().await;
    let bob = server.register("bob").await;
    let (_, mut socket) = alice(&server).await;
    for field in ["author", "user", "session"] {
        let mut frame = json!({
            "type": "send_message", "room": server.lobby(),
            "client_id": client_id(), "body": "I am Bob",
        });
        frame[field] = json!(bob.id);
        refused(&mut socket, &frame, ErrorCode::InvalidRequest, field).await;
    }
    assert!(bob.history(server.lobby()).await.is_empty());
}

#[actix_web::test]
async fn a_missing_field_is_named() {
    let server = TestServer::start().await;
    let (_, mut socket) = alice(&server).await;
    let message = json!({ "type": "send_message", "room": ID, "client_id": ID, "body": "hi" });
    for field in ["room", "client_id", "body"] {
        let mut frame = message.clone();
        frame.as_object_mut().unwrap().remove(field);
        refused(&mut socket, &frame, ErrorCode::InvalidRequest, field).await;
    }
    for (frame, field) in [
        (json!({ "type": "resume" }), "rooms"),
        (json!({ "type": "mark" }), "room"),
        (json!({ "type": "typing" }), "room"),
        (json!({ "type": "set_presence" }), "state"),
        (json!({ "type": "renew" }), "token"),
        (json!({}), "type"),
    ] {
        refused(&mut socket, &frame, ErrorCode::InvalidRequest, field).await;
    }
}

#[actix_web::test]
async fn a_value_that_breaks_its_rule_is_named() {
    let server = TestServer::start().await;
    let (_, mut socket) = alice(&server).await;
    let message = json!({ "type": "send_message", "room": ID, "client_id": ID, "body": "hi" });
    for (field, value) in [
        ("room", json!("lobby")),
        ("room", json!(7)),
        ("room", json!({ "$gt": "" })),
        ("room", json!(ID.replace('-', ""))),
        ("client_id", json!("1")),
        ("client_id", json!(1)),
        ("client_id", json!([ID])),
        ("body", json!("")),
        ("body", json!(" ")),
        ("body", json!("x".repeat(4_001))),
        ("body", json!("a\0b")),
        ("body", json!(42)),
        ("body", json!(null)),
        ("reply_to", json!("none")),
        ("reply_to", json!(1)),
    ] {
        let mut frame = message.clone();
        frame[field] = value;
        refused(&mut socket, &frame, ErrorCode::InvalidField, field).await;
    }
    for (frame, field) in [
        (json!({ "type": "resume", "rooms": [] }), "rooms"),
        (
            json!({ "type": "resume", "rooms": { "lobby": 1 } }),
            "rooms",
        ),
        (json!({ "type": "resume", "rooms": { ID: -1 } }), "rooms"),
        (json!({ "type": "resume", "rooms": { ID: "1" } }), "rooms"),
        (
            json!({ "type": "resume", "rooms": {}, "epoch": "x" }),
            "epoch",
        ),
        (json!({ "type": "mark", "room": ID, "read": -1 }), "read"),
        (
            json!({ "type": "mark", "room": ID, "delivered": "1" }),
            "delivered",
        ),
        (json!({ "type": "mark", "room": "x" }), "room"),
        (json!({ "type": "typing", "room": "x" }), "room"),
        (
            json!({ "type": "set_presence", "state": "online" }),
            "state",
        ),
        (json!({ "type": "set_presence", "state": 1 }), "state"),
        (json!({ "type": "renew", "token": 1 }), "token"),
    ] {
        refused(&mut socket, &frame, ErrorCode::InvalidField, field).await;
    }
}

#[actix_web::test]
async fn what_is_no_frame_is_refused_and_harms_nobody() {
    let server = TestServer::start().await;
    let (alice, mut socket) = alice(&server).await;
    for text in [
        String::new(),
        "{".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "42".to_owned(),
        "\"ping\"".to_owned(),
        "{}{}".to_owned(),
        r#"{"type":"ping"}x"#.to_owned(),
        r#"{"type":"fly"}"#.to_owned(),
        r#"{"type":7}"#.to_owned(),
        r#"{"type":"pong"}"#.to_owned(),
        r#"{"type":"message_posted","message":{}}"#.to_owned(),
        "[".repeat(16_000),
        r#"{"a":"#.repeat(3_000),
        format!(r#"{{"type":"ping","n":{}}}"#, "9".repeat(10_000)),
    ] {
        socket.tell_text(text).await;
        socket.expect_error(ErrorCode::InvalidRequest).await;
        socket.ping().await;
    }
    alice.say(server.lobby(), "still open").await;
    socket.expect_message("still open").await;
}

#[actix_web::test]
async fn a_refused_message_is_told_by_its_client_id() {
    let server = TestServer::start().await;
    let (alice, mut socket) = alice(&server).await;
    let bob = server.register("bob").await;
    let club = bob.open_room("club").await.id;
    let cabal = bob.open_private_room("cabal").await.id;
    for (room, code) in [(club, ErrorCode::Forbidden), (cabal, ErrorCode::NotFound)] {
        let id = socket.send_message(room, "let me in").await;
        assert_eq!(socket.expect_error(code).await.client_id, Some(id));
    }
    let foreign = bob.say(club, "elsewhere").await.id;
    let frame = json!({
        "type": "send_message", "room": server.lobby(), "client_id": ID, "body": "yes",
        "reply_to": foreign,
    });
    refused(&mut socket, &frame, ErrorCode::InvalidField, "reply_to").await;
    assert!(alice.history(server.lobby()).await.is_empty());
}

#[actix_web::test]
async fn of_too_many_messages_at_once_each_is_answered() {
    let server = TestServer::start().await;
    let (alice, mut socket) = alice(&server).await;
    let mut waiting = Vec::new();
    for n in 0..400 {
        waiting.push(socket.send_message(server.lobby(), &n.to_string()).await);
    }
    let (mut accepted, mut refused) = (0, 0);
    while !waiting.is_empty() {
        let answered = socket
            .until(|frame| match frame {
                ServerFrame::MessageAccepted { client_id, .. } => {
                    accepted += 1;
                    Some(client_id)
                }
                ServerFrame::Error {
                    code,
                    client_id,
                    retry_after_ms,
                    ..
                } => {
                    assert_eq!(code, ErrorCode::RateLimited);
                    assert!(retry_after_ms.is_some());
                    refused += 1;
                    client_id
                }
                _ => None,
            })
            .await;
        let place = waiting.iter().position(|id| *id == answered);
        waiting.swap_remove(place.expect("answered once"));
    }
    assert!(accepted >= 128, "{accepted} accepted, {refused} refused");
    assert_eq!(alice.history(server.lobby()).await.len(), accepted);
}
