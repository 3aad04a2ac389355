//! Deleted accounts: what stays and what ends.

use serde_json::json;
use shared::{DeletedUser, ErrorCode, MessageState, RoomRole, ServerFrame, User};

use crate::harness::{PASSWORD, TestServer};

#[actix_web::test]
async fn of_a_deleted_person_the_messages_stay_and_the_name_stays_taken() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let said = bob.say(server.lobby(), "remember me").await;
    let (mut bobs, mut alices) = (bob.connect().await, alice.connect().await);
    let _ = bob.delete("/users/me").await.done();

    assert_eq!(bobs.expect_close().await, 4003);
    assert!(!bob.is_signed_in().await);
    let (room, user) = (server.lobby(), bob.id);
    let mut news = Vec::new();
    while news.len() < 2 {
        let frame = alices.frame().await;
        match frame {
            ServerFrame::MemberLeft { .. } | ServerFrame::UserChanged { .. } => news.push(frame),
            _ => {}
        }
    }
    let deleted = User::Deleted(DeletedUser {
        id: user,
        deleted: true,
    });
    assert!(
        news.contains(&ServerFrame::MemberLeft { room, user }),
        "{news:?}"
    );
    assert!(
        news.contains(&ServerFrame::UserChanged { user: deleted }),
        "{news:?}"
    );
    let seen = alice.get(&format!("/users/{}", bob.id)).await.is(200);
    assert_eq!(
        seen.value(),
        json!({ "user": { "id": bob.id, "deleted": true } })
    );
    let kept = alice.history(server.lobby()).await;
    assert_eq!(kept, [said]);
    assert!(matches!(kept[0].state, MessageState::Live { .. }));
    let credentials = json!({ "username": "bob", "password": PASSWORD });
    server
        .post("/api/v1/sessions")
        .json(credentials)
        .await
        .refused(ErrorCode::Unauthenticated);
    let again = json!({
        "username": "bob", "email": "bob2@example.org", "password": PASSWORD, "gender": "male",
    });
    server
        .post("/api/v1/users")
        .json(again)
        .await
        .refused_on(ErrorCode::UsernameTaken, "username");
    let list = alice.get("/users").await.is(200);
    assert!(!list.text().contains("bob"), "{}", list.text());
}

#[actix_web::test]
async fn what_a_deleted_person_owned_goes_to_the_next() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let clara = server.register("clara").await;
    let room = alice.open_room("club").await.id;
    bob.join(room).await;
    clara.join(room).await;
    alice.make_room_admin(room, &clara).await;
    let alone = alice.open_room("alone").await.id;
    let _ = alice.delete("/users/me").await.done();
    assert_eq!(clara.my_room(room).await.my_role, RoomRole::Owner);
    assert_eq!(bob.my_room(room).await.my_role, RoomRole::Member);
    bob.get(&format!("/rooms/{alone}"))
        .await
        .refused(ErrorCode::NotFound);
}

#[actix_web::test]
async fn an_admin_deletes_anybody_and_nobody_twice() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    server.make_admin(&alice).await;
    let path = format!("/users/{}", bob.id);
    let _ = alice.delete(&path).await.done();
    assert!(!bob.is_signed_in().await);
    alice.delete(&path).await.refused(ErrorCode::NotFound);
    alice
        .patch(&path)
        .json(json!({ "display_name": "Ghost" }))
        .await
        .refused(ErrorCode::NotFound);
    alice
        .put(&format!("/direct/{}", bob.id))
        .await
        .refused(ErrorCode::NotFound);
}
