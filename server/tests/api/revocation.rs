//! What ends a right ends it on every open connection, within a second: 200 trials over log-outs,
//! changed passwords, deleted accounts, bans, removals and roles.

use std::time::{Duration, Instant};

use serde_json::json;
use shared::{ErrorCode, ServerFrame};

use crate::harness::{EventStream, PASSWORD, Person, Socket, TestServer};

/// Of each kind; there are eight.
const TRIALS: usize = 25;
/// What is not over within this time is not over.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Somebody with a socket and a stream loses the login that both run on, hears why, and nothing
/// after it.
async fn ends_the_login(end: impl AsyncFn(&Person, &Person)) {
    let server = TestServer::start().await;
    let root = server.register("root").await;
    server.make_admin(&root).await;
    let mut roots = root.connect().await;
    for n in 0..TRIALS {
        let alice = server.register(&format!("alice_{n}")).await;
        let (mut socket, mut stream) = (alice.connect().await, alice.listen().await);
        let began = Instant::now();
        end(&alice, &root).await;
        let said = format!("nothing for alice, trial {n}");
        assert_eq!(socket.expect_close().await, 4003, "trial {n}");
        let heard = stream.heard_until_end().await;
        let took = began.elapsed();
        assert!(took < AT_ONCE, "trial {n} took {took:?}");
        let last = heard.last();
        let is_told = matches!(last, Some(ServerFrame::Error { code, .. }) if *code == ErrorCode::Unauthenticated);
        assert!(is_told, "trial {n}: {last:?}");
        root.say(server.lobby(), &said).await;
        roots.expect_message(&said).await;
        alice
            .get("/users/me")
            .await
            .refused(ErrorCode::Unauthenticated);
    }
}

#[actix_web::test]
async fn logging_out_ends_it() {
    ends_the_login(async |alice: &Person, _: &Person| alice.log_out().await).await;
}

#[actix_web::test]
async fn logging_out_everywhere_ends_it() {
    ends_the_login(async |alice: &Person, _: &Person| {
        let _ = alice.delete("/sessions").await.done();
    })
    .await;
}

#[actix_web::test]
async fn a_changed_password_ends_the_other_logins() {
    let server = TestServer::start().await;
    for n in 0..TRIALS {
        let name = format!("alice_{n}");
        let here = server.register(&name).await;
        let elsewhere = server.log_in(&name).await;
        let (mut own, mut socket) = (here.connect().await, elsewhere.connect().await);
        let mut stream = elsewhere.listen().await;
        let began = Instant::now();
        let change = json!({ "current": PASSWORD, "new": "orange trees in the rain" });
        let _ = here.put("/users/me/password").json(change).await.done();
        assert_eq!(socket.expect_close().await, 4003, "trial {n}");
        stream.heard_until_end().await;
        let took = began.elapsed();
        assert!(took < AT_ONCE, "trial {n} took {took:?}");
        own.ping().await;
        assert!(here.is_signed_in().await, "trial {n}");
    }
}

#[actix_web::test]
async fn a_deleted_account_is_out() {
    ends_the_login(async |alice: &Person, root: &Person| {
        let _ = root.delete(&format!("/users/{}", alice.id)).await.done();
    })
    .await;
}

/// Both hear that they are out, and of what is said after it nothing.
async fn is_out(socket: &mut Socket, stream: &mut EventStream, left: &ServerFrame, next: &str) {
    socket.expect(left.clone()).await;
    while stream.frame().await != *left {}
    // The next message they hear is one of another room.
    socket.expect_message(next).await;
    stream.expect_message(next).await;
}

/// A member is put out of a room; the connections go on elsewhere.
async fn ends_the_membership(end: impl AsyncFn(&Person, &Person, shared::RoomId)) {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let room = alice.open_private_room("club").await.id;
    for n in 0..TRIALS {
        let mallory = server.register(&format!("mallory_{n}")).await;
        alice.invite(room, &mallory).await;
        let (mut socket, mut stream) = (mallory.connect().await, mallory.listen().await);
        let began = Instant::now();
        end(&alice, &mallory, room).await;
        alice.say(room, "among ourselves").await;
        let next = format!("to everybody, trial {n}");
        alice.say(server.lobby(), &next).await;
        let left = ServerFrame::MemberLeft {
            room,
            user: mallory.id,
        };
        is_out(&mut socket, &mut stream, &left, &next).await;
        let took = began.elapsed();
        assert!(took < AT_ONCE, "trial {n} took {took:?}");
        // Not by asking either, on the open socket or beside it.
        let refused = socket.send_message(room, "let me in").await;
        let told = socket.expect_error(ErrorCode::NotFound).await;
        assert_eq!(told.client_id, Some(refused));
        socket.resume([(room, 0)]).await;
        let reset = ServerFrame::Reset {
            room: Some(room),
            reason: shared::ResetReason::Gone,
        };
        socket.expect(reset).await;
        mallory
            .get(&format!("/rooms/{room}/messages"))
            .await
            .refused(ErrorCode::NotFound);
    }
}

#[actix_web::test]
async fn a_ban_ends_the_membership() {
    ends_the_membership(async |alice: &Person, mallory: &Person, room| {
        alice.ban(room, mallory).await;
    })
    .await;
}

#[actix_web::test]
async fn a_removal_ends_the_membership() {
    ends_the_membership(async |alice: &Person, mallory: &Person, room| {
        alice.remove(room, mallory).await;
    })
    .await;
}

#[actix_web::test]
async fn a_room_admin_who_is_one_no_more_may_no_more_at_once() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let room = alice.open_room("club").await.id;
    bob.join(room).await;
    let path = format!("/rooms/{room}/members/{}", bob.id);
    let mut socket = bob.connect().await;
    for n in 0..TRIALS {
        alice.make_room_admin(room, &bob).await;
        let message = alice.say(room, &format!("trial {n}")).await;
        let began = Instant::now();
        let member = json!({ "role": "member" });
        let _ = alice.patch(&path).json(member).await.is(200);
        let theirs = format!("/rooms/{room}/messages/{}", message.id);
        bob.delete(&theirs).await.refused(ErrorCode::Forbidden);
        // Told once for each change, so that a page offers no more than one may.
        for _ in 0..2 {
            let news = ServerFrame::MemberJoined { room, user: bob.id };
            socket.expect(news).await;
        }
        let took = began.elapsed();
        assert!(took < AT_ONCE, "trial {n} took {took:?}");
    }
}

#[actix_web::test]
async fn a_server_admin_who_is_one_no_more_may_no_more_at_once() {
    let server = TestServer::start().await;
    let (root, bob) = (server.register("root").await, server.register("bob").await);
    server.make_admin(&root).await;
    let role = async |role: &str| {
        let change = json!({ "role": role });
        let path = format!("/users/{}", bob.id);
        let _ = root.patch(&path).json(change).await.is(200);
    };
    for _ in 0..TRIALS {
        role("admin").await;
        let _ = bob.get("/invitations").await.is(200);
        role("member").await;
        bob.get("/invitations").await.refused(ErrorCode::Forbidden);
        let seen: shared::UserAnswer = bob.get(&format!("/users/{}", root.id)).await.ok();
        assert_eq!(seen.user.profile().unwrap().email, None);
    }
}
