//! Private conversations: of two, for ever, and of nobody else.

use serde_json::json;
use shared::{ErrorCode, Members, Room, RoomAnswer, ServerFrame};

use crate::harness::TestServer;

#[actix_web::test]
async fn two_have_one_conversation_whoever_asks_for_it() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let (mut alices, mut bobs) = (alice.connect().await, bob.connect().await);
    let answer: RoomAnswer = alice.put(&format!("/direct/{}", bob.id)).await.ok();
    let Room::Direct(direct) = answer.room else {
        panic!("{:?}", answer.room)
    };
    let mut pair = [alice.id, bob.id];
    pair.sort();
    assert_eq!(direct.members, pair);
    for socket in [&mut alices, &mut bobs] {
        let joined = socket
            .until(|frame| match frame {
                ServerFrame::RoomJoined { room } => Some(room),
                _ => None,
            })
            .await;
        assert_eq!(joined, Room::Direct(direct.clone()));
    }
    assert_eq!(bob.talk_privately_with(&alice).await, direct.id);
    assert_eq!(alice.talk_privately_with(&bob).await, direct.id);
    alice.say(direct.id, "psst").await;
    bobs.expect_message("psst").await;
    bob.say(direct.id, "yes?").await;
    alices.expect_message("psst").await;
    alices.expect_message("yes?").await;
}

#[actix_web::test]
async fn two_who_ask_at_once_get_the_same_conversation() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let calls = (0..10).map(|n| {
        if n % 2 == 0 {
            alice.talk_privately_with(&bob)
        } else {
            bob.talk_privately_with(&alice)
        }
    });
    let mut rooms = futures_util::future::join_all(calls).await;
    rooms.dedup();
    assert_eq!(rooms.len(), 1);
}

#[actix_web::test]
async fn with_oneself_or_nobody_there_is_none() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    for oneself in [alice.id.to_string(), "me".to_owned()] {
        alice
            .put(&format!("/direct/{oneself}"))
            .await
            .refused_on(ErrorCode::InvalidField, "user");
    }
    for nobody in ["01890a5d-ac96-774b-bcce-b302099a8057", "nonsense"] {
        alice
            .put(&format!("/direct/{nobody}"))
            .await
            .refused(ErrorCode::NotFound);
    }
}

#[actix_web::test]
async fn a_private_conversation_cannot_be_changed() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let clara = server.register("clara").await;
    let room = alice.talk_privately_with(&bob).await;
    let at = |rest: &str| format!("/rooms/{room}{rest}");
    for person in [&alice, &bob] {
        for call in [
            person.patch(&at("")).json(json!({ "title": "x" })),
            person.delete(&at("")),
            person.put(&at(&format!("/members/{}", clara.id))),
            person.put(&at("/members/me")),
            person.delete(&at("/members/me")),
            person.delete(&at(&format!("/members/{}", bob.id))),
            person
                .patch(&at(&format!("/members/{}", bob.id)))
                .json(json!({ "role": "admin" })),
            person.get(&at("/bans")),
            person.put(&at(&format!("/bans/{}", clara.id))),
            person.delete(&at(&format!("/bans/{}", clara.id))),
        ] {
            call.await.refused(ErrorCode::Forbidden);
        }
        let page: Members = person.get(&at("/members")).await.ok();
        assert_eq!(page.members.len(), 2, "for the marks of the other");
    }
    let said = alice.say(room, "mine").await;
    bob.delete(&at(&format!("/messages/{}", said.id)))
        .await
        .refused(ErrorCode::Forbidden);
}

#[actix_web::test]
async fn nobody_else_sees_a_private_conversation() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mallory = server.register("mallory").await;
    server.make_admin(&mallory).await;
    let mut mallorys = mallory.connect().await;
    let room = alice.talk_privately_with(&bob).await;
    alice.say(room, "canary").await;
    for part in ["", "/messages", "/members", "/changes?since=0"] {
        mallory
            .get(&format!("/rooms/{room}{part}"))
            .await
            .refused(ErrorCode::NotFound);
    }
    mallorys.send_message(room, "let me in").await;
    mallorys.expect_error(ErrorCode::NotFound).await;
    alice.say(server.lobby(), "to all").await;
    let heard = format!("{:?}", mallorys.heard_before("to all").await);
    assert!(!heard.contains(&room.to_string()), "{heard}");
}
