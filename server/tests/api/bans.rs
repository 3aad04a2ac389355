//! Bans: out, and not back in until they are lifted.

use shared::{Bans, ErrorCode, RoomId, ServerFrame};

use crate::harness::{Person, TestServer};

async fn banned(admin: &Person, room: RoomId) -> Bans {
    admin.get(&format!("/rooms/{room}/bans")).await.ok()
}

#[actix_web::test]
async fn who_is_banned_is_out_and_cannot_join_until_the_ban_is_lifted() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let room = alice.open_room("club").await.id;
    bob.join(room).await;
    let mut bobs = bob.connect().await;
    alice.ban(room, &bob).await;
    let left = ServerFrame::MemberLeft { room, user: bob.id };
    bobs.expect(left).await;
    let list = banned(&alice, room).await;
    assert_eq!(list.bans.len(), 1);
    assert_eq!(list.bans[0].user.id(), bob.id);
    assert_eq!(list.bans[0].banned_by, alice.id);
    let joining = format!("/rooms/{room}/members/me");
    bob.put(&joining).await.refused(ErrorCode::Forbidden);
    bob.get(&format!("/rooms/{room}/messages"))
        .await
        .refused(ErrorCode::Forbidden);
    let inviting = format!("/rooms/{room}/members/{}", bob.id);
    alice.put(&inviting).await.refused(ErrorCode::Conflict);

    let ban = format!("/rooms/{room}/bans/{}", bob.id);
    let _ = alice.delete(&ban).await.done();
    let _ = alice.delete(&ban).await.done();
    assert!(banned(&alice, room).await.bans.is_empty());
    bob.join(room).await;
}

#[actix_web::test]
async fn somebody_can_be_banned_before_they_come() {
    let server = TestServer::start().await;
    let (alice, mallory) = (
        server.register("alice").await,
        server.register("mallory").await,
    );
    let room = alice.open_room("club").await.id;
    alice.ban(room, &mallory).await;
    alice.ban(room, &mallory).await;
    assert_eq!(banned(&alice, room).await.bans.len(), 1);
    mallory
        .put("/rooms/club/members/me")
        .await
        .refused(ErrorCode::Forbidden);
    let found = mallory.get("/rooms?scope=public").await.is(200);
    assert!(!found.text().contains("club"), "{}", found.text());
}

#[actix_web::test]
async fn bans_are_the_business_of_room_admins() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let clara = server.register("clara").await;
    let room = alice.open_room("club").await.id;
    bob.join(room).await;
    clara.join(room).await;
    let ban = format!("/rooms/{room}/bans/{}", clara.id);
    bob.get(&format!("/rooms/{room}/bans"))
        .await
        .refused(ErrorCode::Forbidden);
    bob.put(&ban).await.refused(ErrorCode::Forbidden);
    bob.delete(&ban).await.refused(ErrorCode::Forbidden);
    alice.make_room_admin(room, &bob).await;
    bob.ban(room, &clara).await;
    let own = format!("/rooms/{room}/bans/{}", bob.id);
    bob.put(&own)
        .await
        .refused_on(ErrorCode::InvalidField, "user");
    let nobody = format!("/rooms/{room}/bans/01890a5d-ac96-774b-bcce-b302099a8057");
    bob.put(&nobody).await.refused(ErrorCode::NotFound);
}
