//! Who sees a room and who acts in it: members, outsiders, and server admins.

use serde_json::json;
use shared::{ErrorCode, RoomAnswer, RoomId};

use crate::harness::{TestServer, client_id};

#[actix_web::test]
async fn a_public_room_shows_its_settings_but_not_its_talk_to_outsiders() {
    let server = TestServer::start().await;
    let (alice, mallory) = (
        server.register("alice").await,
        server.register("mallory").await,
    );
    let room = alice.open_room("club").await.id;
    let said = alice.say(room, "members only").await;
    let answer: RoomAnswer = mallory.get(&format!("/rooms/{room}")).await.ok();
    assert_eq!(answer.room.id(), room);
    let message = format!("/messages/{}", said.id);
    for part in ["/messages", "/changes?since=0", "/members", "/bans"] {
        mallory
            .get(&format!("/rooms/{room}{part}"))
            .await
            .refused(ErrorCode::Forbidden);
    }
    mallory
        .put(&format!("/rooms/{room}/marks"))
        .json(json!({ "read": 1 }))
        .await
        .refused(ErrorCode::Forbidden);
    mallory
        .delete(&format!("/rooms/{room}{message}"))
        .await
        .refused(ErrorCode::Forbidden);
    mallory
        .patch(&format!("/rooms/{room}{message}"))
        .json(json!({ "body": "x" }))
        .await
        .refused(ErrorCode::Forbidden);
    mallory
        .try_to_say(room, client_id(), "let me in")
        .await
        .refused(ErrorCode::Forbidden);
    let update = json!({ "topic": "mine" });
    mallory
        .patch(&format!("/rooms/{room}"))
        .json(update)
        .await
        .refused(ErrorCode::Forbidden);
    mallory
        .delete(&format!("/rooms/{room}"))
        .await
        .refused(ErrorCode::Forbidden);
}

#[actix_web::test]
async fn a_private_room_is_not_there_for_outsiders_on_any_route() {
    let server = TestServer::start().await;
    let (alice, mallory) = (
        server.register("alice").await,
        server.register("mallory").await,
    );
    let admin = server.register("admin").await;
    server.make_admin(&admin).await;
    let room = alice.open_private_room("cabal").await.id;
    let said = alice.say(room, "canary").await;
    let absent = RoomId::from_uuid(uuid::Uuid::now_v7());
    let new = json!({ "client_id": client_id(), "body": "x" });
    for outsider in [&mallory, &admin] {
        let me = outsider.id;
        for place in [room.to_string(), absent.to_string(), "cabal".to_owned()] {
            let at = |rest: &str| format!("/rooms/{place}{rest}");
            let message = format!("/messages/{}", said.id);
            for call in [
                outsider.get(&at("")),
                outsider.patch(&at("")).json(json!({ "topic": "x" })),
                outsider.delete(&at("")),
                outsider.get(&at("/members")),
                outsider.put(&at("/members/me")),
                outsider.put(&at(&format!("/members/{}", alice.id))),
                outsider
                    .patch(&at(&format!("/members/{me}")))
                    .json(json!({ "role": "admin" })),
                outsider.delete(&at("/members/me")),
                outsider.delete(&at(&format!("/members/{}", alice.id))),
                outsider.get(&at("/bans")),
                outsider.put(&at(&format!("/bans/{}", alice.id))),
                outsider.delete(&at(&format!("/bans/{me}"))),
                outsider.get(&at("/messages")),
                outsider.get(&at("/messages?around=1")),
                outsider.get(&at("/changes?since=0")),
                outsider.post(&at("/messages")).json(&new),
                outsider.patch(&at(&message)).json(json!({ "body": "x" })),
                outsider.delete(&at(&message)),
                outsider.put(&at("/marks")).json(json!({ "read": 1 })),
            ] {
                let answer = call.await;
                assert!(!answer.text().contains("canary"));
                answer.refused(ErrorCode::NotFound);
            }
        }
    }
    assert_eq!(alice.history(room).await, [said], "it is there");
}

#[actix_web::test]
async fn a_server_admin_acts_as_room_admin_in_public_rooms_only() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let admin = server.register("admin").await;
    server.make_admin(&admin).await;
    let public = alice.open_room("club").await.id;
    bob.join(public).await;
    let rude = bob.say(public, "rude").await;
    admin.take_back(&rude).await;
    let topic = json!({ "topic": "be kind" });
    let _ = admin
        .patch(&format!("/rooms/{public}"))
        .json(topic)
        .await
        .is(200);
    admin.remove(public, &bob).await;
    admin.ban(public, &bob).await;
    // Not as its owner, and not as a reader.
    admin
        .delete(&format!("/rooms/{public}"))
        .await
        .refused(ErrorCode::Forbidden);
    admin
        .delete(&format!("/rooms/{public}/members/{}", alice.id))
        .await
        .refused(ErrorCode::Forbidden);
    admin
        .get(&format!("/rooms/{public}/messages"))
        .await
        .refused(ErrorCode::Forbidden);
    // Where they are a plain member of a private room they are just that.
    let private = alice.open_private_room("cabal").await.id;
    alice.invite(private, &admin).await;
    let said = alice.say(private, "mine").await;
    admin
        .delete(&format!("/rooms/{private}/messages/{}", said.id))
        .await
        .refused(ErrorCode::Forbidden);
}
