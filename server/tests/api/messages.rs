//! Messages: posted once for ever, answered, edited, deleted, and delivered in one order.

use serde_json::{Value, json};
use shared::{ErrorCode, MessageAnswer, MessageId, MessageState, RoomId};

use crate::harness::{Person, TestServer, client_id};

async fn post(author: &Person, room: RoomId, message: Value) -> crate::harness::Answer {
    author
        .post(&format!("/rooms/{room}/messages"))
        .json(message)
        .await
}

#[actix_web::test]
async fn a_message_is_posted_once_however_often_it_is_sent() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let (lobby, id) = (server.lobby(), client_id());
    let first: MessageAnswer = alice.try_to_say(lobby, id, "hi").await.made();
    for body in ["hi", "hi", "another body is not compared"] {
        let again: MessageAnswer = alice.try_to_say(lobby, id, body).await.ok();
        assert_eq!(again.message, first.message);
    }
    assert_eq!(alice.history(lobby).await, [first.message]);
}

#[actix_web::test]
async fn a_retry_over_another_transport_gets_the_same_message() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let (lobby, by_rest, by_socket) = (server.lobby(), client_id(), client_id());
    let mut socket = alice.connect().await;

    let posted: MessageAnswer = alice.try_to_say(lobby, by_rest, "one").await.made();
    socket.send_as(lobby, by_rest, "one").await;
    let accepted = socket.expect_accepted(by_rest).await;
    assert_eq!(accepted, (posted.message.id, posted.message.seq));

    socket.send_as(lobby, by_socket, "two").await;
    let first = socket.expect_accepted(by_socket).await;
    socket.send_as(lobby, by_socket, "two").await;
    assert_eq!(socket.expect_accepted(by_socket).await, first);
    let again: MessageAnswer = alice.try_to_say(lobby, by_socket, "two").await.ok();
    assert_eq!((again.message.id, again.message.seq), first);

    assert_eq!(alice.history(lobby).await.len(), 2);
}

#[actix_web::test]
async fn of_one_message_sent_many_times_at_once_one_is_posted() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let (lobby, id) = (server.lobby(), client_id());
    let mut socket = alice.connect().await;
    for _ in 0..10 {
        socket.send_as(lobby, id, "hi").await;
    }
    let calls = (0..10).map(|_| alice.try_to_say(lobby, id, "hi"));
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().filter(|answer| answer.status == 201).count() <= 1);
    let mut accepted = Vec::new();
    for _ in 0..10 {
        accepted.push(socket.expect_accepted(id).await);
    }
    accepted.dedup();
    assert_eq!(accepted.len(), 1, "every send was answered, all alike");
    assert_eq!(alice.history(lobby).await.len(), 1);
}

#[actix_web::test]
async fn a_retry_after_the_deletion_gets_the_tombstone() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let (lobby, id) = (server.lobby(), client_id());
    let posted: MessageAnswer = alice.try_to_say(lobby, id, "hi").await.made();
    let tombstone = alice.take_back(&posted.message).await;
    let again: MessageAnswer = alice.try_to_say(lobby, id, "hi").await.ok();
    assert_eq!(again.message, tombstone);
}

#[actix_web::test]
async fn a_client_id_belongs_to_one_room_and_one_author() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let (lobby, id) = (server.lobby(), client_id());
    let other = alice.open_room("other").await.id;
    let _: MessageAnswer = alice.try_to_say(lobby, id, "hi").await.made();
    alice
        .try_to_say(other, id, "hi")
        .await
        .refused_on(ErrorCode::Conflict, "client_id");
    let mut socket = alice.connect().await;
    socket.send_as(other, id, "hi").await;
    let refused = socket.expect_error(ErrorCode::Conflict).await;
    assert_eq!(refused.client_id, Some(id));
    let _: MessageAnswer = bob.try_to_say(lobby, id, "mine").await.made();
}

#[actix_web::test]
async fn a_retry_by_somebody_who_lost_the_room_finds_nothing() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let room = alice.open_private_room("club").await.id;
    alice.invite(room, &bob).await;
    let id = client_id();
    let _: MessageAnswer = bob.try_to_say(room, id, "hi").await.made();
    alice.remove(room, &bob).await;
    bob.try_to_say(room, id, "hi")
        .await
        .refused(ErrorCode::NotFound);
}

#[actix_web::test]
async fn a_body_keeps_its_limits() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    for body in [
        json!(""),
        json!("  \n\t "),
        json!("x".repeat(4_001)),
        json!("€".repeat(2_731)),
        json!("nul\0byte"),
        json!(7),
        json!(null),
        json!({ "$gt": "" }),
    ] {
        let answer = post(
            &alice,
            lobby,
            json!({ "client_id": client_id(), "body": body }),
        )
        .await;
        answer.refused_on(ErrorCode::InvalidField, "body");
    }
    for body in [
        "x".to_owned(),
        "x".repeat(4_000),
        "é".repeat(4_000),
        "  two\r\nlines \u{202e} 👩‍👩‍👧‍👦 <script>".to_owned(),
    ] {
        let said = alice.say(lobby, &body).await;
        assert_eq!(said.body(), Some(body.as_str()), "kept as written");
    }
    assert_eq!(alice.history(lobby).await.len(), 4);
}

#[actix_web::test]
async fn a_message_of_the_wrong_form_is_refused() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    let id = client_id();
    for (message, code, field) in [
        (
            json!({ "body": "hi" }),
            ErrorCode::InvalidRequest,
            "client_id",
        ),
        (
            json!({ "client_id": id }),
            ErrorCode::InvalidRequest,
            "body",
        ),
        (
            json!({ "client_id": "1", "body": "hi" }),
            ErrorCode::InvalidField,
            "client_id",
        ),
        (
            json!({ "client_id": id, "body": "hi", "reply_to": 3 }),
            ErrorCode::InvalidField,
            "reply_to",
        ),
        (
            json!({ "client_id": id, "body": "hi", "author": alice.id }),
            ErrorCode::InvalidRequest,
            "author",
        ),
        (
            json!({ "client_id": id, "body": "hi", "seq": 1 }),
            ErrorCode::InvalidRequest,
            "seq",
        ),
    ] {
        post(&alice, lobby, message).await.refused_on(code, field);
    }
    assert!(alice.history(lobby).await.is_empty());
}

#[actix_web::test]
async fn a_reply_names_a_message_of_the_same_room() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    let elsewhere = alice.open_room("other").await.id;
    let question = alice.say(lobby, "tea?").await;
    let foreign = alice.say(elsewhere, "tea?").await;
    let reply = |to: MessageId| json!({ "client_id": client_id(), "body": "yes", "reply_to": to });
    let answer: MessageAnswer = post(&alice, lobby, reply(question.id)).await.made();
    let MessageState::Live { reply_to, .. } = answer.message.state else {
        panic!("it was deleted")
    };
    assert_eq!(reply_to, Some(question.id));
    for absent in [foreign.id, MessageId::from_uuid(uuid::Uuid::now_v7())] {
        post(&alice, lobby, reply(absent))
            .await
            .refused_on(ErrorCode::InvalidField, "reply_to");
    }
}

#[actix_web::test]
async fn one_message_is_read_by_its_id_in_its_own_room_only() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    let elsewhere = alice.open_room("other").await.id;
    let said = alice.say(lobby, "tea?").await;
    let path = |room: RoomId, id: MessageId| format!("/rooms/{room}/messages/{id}");
    let read: MessageAnswer = alice.get(&path(lobby, said.id)).await.ok();
    assert_eq!(read.message, said);

    let gone: MessageAnswer = alice.delete(&path(lobby, said.id)).await.ok();
    let read: MessageAnswer = alice.get(&path(lobby, said.id)).await.ok();
    assert_eq!(read.message, gone.message, "a tombstone too");

    let absent = MessageId::from_uuid(uuid::Uuid::now_v7());
    for path in [path(elsewhere, said.id), path(lobby, absent)] {
        alice.get(&path).await.refused(ErrorCode::NotFound);
    }
}

#[actix_web::test]
async fn an_author_edits_and_everybody_hears_the_change() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    let mut socket = bob.connect().await;
    let said = alice.say(lobby, "helo").await;
    let edited = alice.reword(&said, "hello").await;
    assert_eq!((edited.id, edited.seq), (said.id, said.seq));
    assert_eq!(edited.rev, said.rev + 1);
    assert!(matches!(
        edited.state,
        MessageState::Live {
            edited_at: Some(_),
            ..
        }
    ));
    socket.expect_message("helo").await;
    assert_eq!(socket.expect_change().await, edited);
    assert_eq!(bob.history(lobby).await, [edited]);
}

#[actix_web::test]
async fn nobody_edits_what_somebody_else_said() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let room = alice.open_room("club").await.id;
    bob.join(room).await;
    let said = bob.say(room, "mine").await;
    let path = format!("/rooms/{room}/messages/{}", said.id);
    let words = json!({ "body": "yours" });
    // Not even the room's owner.
    alice
        .patch(&path)
        .json(&words)
        .await
        .refused(ErrorCode::Forbidden);
    let deleted = bob.take_back(&said).await;
    assert_eq!(deleted.body(), None);
    bob.patch(&path)
        .json(&words)
        .await
        .refused(ErrorCode::Conflict);
    let absent = format!("/rooms/{}/messages/{}", server.lobby(), said.id);
    bob.patch(&absent)
        .json(&words)
        .await
        .refused(ErrorCode::NotFound);
    bob.patch(&path)
        .json(json!({ "body": "" }))
        .await
        .refused_on(ErrorCode::InvalidField, "body");
}

#[actix_web::test]
async fn an_author_or_a_room_admin_deletes_and_a_tombstone_stays() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let clara = server.register("clara").await;
    let room = alice.open_room("club").await.id;
    bob.join(room).await;
    clara.join(room).await;
    let mut socket = clara.connect().await;
    let (own, moderated) = (bob.say(room, "oops").await, bob.say(room, "rude").await);
    let path = format!("/rooms/{room}/messages/{}", own.id);
    clara.delete(&path).await.refused(ErrorCode::Forbidden);

    let tombstone = bob.take_back(&own).await;
    assert!(matches!(tombstone.state, MessageState::Deleted { .. }));
    assert_eq!(
        (tombstone.id, tombstone.seq, tombstone.client_id),
        (own.id, own.seq, own.client_id)
    );
    assert_eq!(bob.take_back(&own).await, tombstone, "twice is harmless");
    let by_owner = alice.take_back(&moderated).await;
    assert_eq!(socket.expect_change().await, tombstone);
    assert_eq!(socket.expect_change().await, by_owner);
    let shown = clara.get(&format!("/rooms/{room}/messages")).await.is(200);
    assert!(!shown.text().contains("oops") && !shown.text().contains("rude"));
}
