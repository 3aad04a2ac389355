//! Every frame of a client, from every side of every gate.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::{
    ErrorCode::{self, Forbidden, NotFound, Unauthenticated},
    ResetReason, RoomId, ServerFrame,
};

use super::{
    ground::{CANARY, Ground, Outside},
    rows::{FRAMES, Reach},
};
use crate::harness::{Person, Socket, TestServer, client_id, json_schema};

/// Every frame's name, by the document of frames.
fn names() -> BTreeSet<String> {
    let document = server::http::frames();
    let variants = document["$defs"]["ClientFrame"]["oneOf"]
        .as_array()
        .unwrap();
    let name = |variant: &Value| {
        variant["properties"]["type"]["const"]
            .as_str()
            .map(str::to_owned)
    };
    variants
        .iter()
        .map(|variant| name(variant).unwrap())
        .collect()
}

#[test]
fn every_frame_has_a_row_and_every_row_a_frame() {
    let in_rows: BTreeSet<_> = FRAMES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(in_rows, names());
}

/// A frame about that room, well-formed.
fn frame(name: &str, room: RoomId, token: &str) -> Value {
    let frame = match name {
        "resume" => json!({ "rooms": { room.to_string(): 0 } }),
        "send_message" => json!({ "room": room, "client_id": client_id(), "body": "intruder" }),
        "mark" => json!({ "room": room, "read": 1 }),
        "typing" => json!({ "room": room }),
        "set_presence" => json!({ "state": "active" }),
        "renew" => json!({ "token": token }),
        "ping" => json!({}),
        other => panic!("how is {other} said?"),
    };
    let mut frame = frame;
    frame["type"] = name.into();
    frame
}

/// All that is answered to a frame, up to the pong of a ping that is sent behind it and once more
/// behind what takes a while.
async fn answers(socket: &mut Socket, frame: Value, is_answered: bool) -> Vec<ServerFrame> {
    socket.tell_text(frame.to_string()).await;
    let mut heard = Vec::new();
    if is_answered {
        loop {
            let frame = socket.frame().await;
            let is_it = matches!(frame, ServerFrame::Error { .. } | ServerFrame::Reset { .. });
            heard.push(frame);
            if is_it {
                break;
            }
        }
    }
    socket.tell_text(r#"{"type":"ping"}"#).await;
    loop {
        match socket.frame().await {
            ServerFrame::Pong {} => return heard,
            frame => heard.push(frame),
        }
    }
}

fn nothing_leaked(heard: &[ServerFrame], what: &str) {
    let text = serde_json::to_string(heard).unwrap();
    assert!(!text.contains(CANARY), "{what} heard {text}");
}

fn refused_with(heard: &[ServerFrame], code: ErrorCode) -> bool {
    heard
        .iter()
        .any(|frame| matches!(frame, ServerFrame::Error { code: said, .. } if *said == code))
}

#[actix_web::test]
async fn no_frame_reaches_a_room_from_outside() {
    let server = TestServer::start().await;
    let ground = Ground::new(&server).await;
    let mut member = ground.member.connect().await;
    let rooms = [
        ("the private room", ground.private.room, NotFound),
        ("the private conversation", ground.direct.room, NotFound),
        ("the public room", ground.public.room, Forbidden),
    ];
    let mut refused = 0;
    for Outside { who, person } in ground.outside() {
        let mut socket = person.connect().await;
        for (name, reach) in FRAMES {
            for (of, room, code) in rooms {
                let what = format!("{name} of {of} by the {who}");
                let is_answered = reach != Reach::Oneself;
                let said = frame(name, room, &person.token);
                let heard = answers(&mut socket, said, is_answered).await;
                nothing_leaked(&heard, &what);
                match reach {
                    Reach::Oneself => assert!(
                        !heard
                            .iter()
                            .any(|frame| matches!(frame, ServerFrame::Error { .. })),
                        "{what}: {heard:?}"
                    ),
                    Reach::Room => assert!(refused_with(&heard, code), "{what}: {heard:?}"),
                    Reach::Cursors => {
                        let gone = ServerFrame::Reset {
                            room: Some(room),
                            reason: ResetReason::Gone,
                        };
                        assert!(heard.contains(&gone), "{what}: {heard:?}");
                    }
                }
                refused += usize::from(is_answered);
            }
        }
    }
    assert_eq!(refused, 4 * 3 * 3);

    // Nothing came of it, and the premise: a member's own does.
    ground.owner.say(ground.private.room, "the end").await;
    for frame in member.heard_before("the end").await {
        let is_trace = matches!(
            frame,
            ServerFrame::MessagePosted { .. }
                | ServerFrame::MarksChanged { .. }
                | ServerFrame::Typing { .. }
        );
        assert!(!is_trace, "{frame:?}");
    }
    for (_, room, _) in rooms {
        for message in ground.member.history(room).await {
            assert_ne!(message.body(), Some("intruder"));
        }
    }
}

#[actix_web::test]
async fn whatever_is_said_the_socket_of_a_dead_login_closes() {
    let server = TestServer::start().await;
    for (number, (name, _)) in FRAMES.into_iter().enumerate() {
        let lobby = server.lobby();
        let revoked = server.register(&format!("revoked_{number}")).await;
        let deleted = server.register(&format!("deleted_{number}")).await;
        let expired = server.register(&format!("expired_{number}")).await;
        let mut sockets = Vec::new();
        for (person, code) in [(&revoked, 4003), (&deleted, 4003), (&expired, 4001)] {
            sockets.push((person, code, person.connect().await));
        }
        revoked.log_out().await;
        let _ = deleted.delete("/users/me").await.done();
        server.clock.advance(shared::ACCESS_TOKEN_MS + 1_000);
        for (person, code, mut socket) in sockets {
            // Its own token is as dead as the socket.
            let said = frame(name, lobby, &person.token);
            socket.tell_text(said.to_string()).await;
            assert_eq!(
                socket.expect_close().await,
                code,
                "{name} of {}",
                person.name
            );
        }
    }
}

#[actix_web::test]
async fn a_socket_is_renewed_by_nothing_but_a_living_token_of_its_own_session() {
    let server = TestServer::start().await;
    let ground = Ground::new(&server).await;
    let mut socket = ground.owner.connect().await;
    let other_login: Person = server.log_in("owner").await;
    for (what, token, code) in [
        ("nothing", "", Unauthenticated),
        ("garbage", "garbage", Unauthenticated),
        (
            "an expired token",
            &ground.expired.token,
            ErrorCode::TokenExpired,
        ),
        (
            "a revoked session's",
            &ground.revoked.token,
            Unauthenticated,
        ),
        ("a deleted user's", &ground.deleted.token, Unauthenticated),
        ("another person's", &ground.member.token, Unauthenticated),
        ("another login's", &other_login.token, Unauthenticated),
    ] {
        let said = frame("renew", server.lobby(), token);
        let heard = answers(&mut socket, said, true).await;
        assert!(refused_with(&heard, code), "{what}: {heard:?}");
    }
}

#[test]
fn the_frames_of_these_tests_are_what_the_document_says() {
    let document = server::http::frames();
    let schema = &document["$defs"]["ClientFrame"];
    for name in names() {
        let frame = frame(&name, RoomId::from_uuid(uuid::Uuid::now_v7()), "a token");
        let errors = json_schema::errors(&document, schema, &frame);
        assert!(errors.is_empty(), "{errors:?} in {frame}");
    }
}
