//! Rules of rooms and accounts at their edges: who may not act on whom, and what is left of the
//! deleted.

use serde_json::json;
use shared::{ErrorCode, RoomRole};

use crate::harness::{PASSWORD, Person, TestServer};

fn member(room: shared::RoomId, person: &Person) -> String {
    format!("/rooms/{room}/members/{}", person.id)
}

#[actix_web::test]
async fn a_server_admin_acts_neither_on_a_rooms_admins_nor_for_its_owner() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let admin = server.register("root").await;
    server.make_admin(&admin).await;
    let room = alice.open_room("club").await.id;
    bob.join(room).await;
    alice.make_room_admin(room, &bob).await;
    for joined in [false, true] {
        if joined {
            admin.join(room).await;
        }
        for person in [&alice, &bob] {
            let ban = format!("/rooms/{room}/bans/{}", person.id);
            for call in [
                admin.delete(&member(room, person)),
                admin.put(&ban),
                admin
                    .patch(&member(room, person))
                    .json(json!({ "role": "member" })),
            ] {
                call.await.refused(ErrorCode::Forbidden);
            }
        }
    }
    assert_eq!(bob.my_room(room).await.my_role, RoomRole::Admin);
}

#[actix_web::test]
async fn the_lobby_has_admins_by_nobody_and_puts_out_whom_a_server_admin_bans() {
    let server = TestServer::start().await;
    let (admin, bob) = (server.register("root").await, server.register("bob").await);
    server.make_admin(&admin).await;
    let lobby = server.lobby();
    // Only an owner gives roles, and the lobby has none.
    for person in [&admin, &bob] {
        person
            .patch(&member(lobby, &bob))
            .json(json!({ "role": "admin" }))
            .await
            .refused(ErrorCode::Forbidden);
    }
    bob.delete(&member(lobby, &admin))
        .await
        .refused(ErrorCode::Forbidden);
    admin.ban(lobby, &bob).await;
    bob.put("/rooms/lobby/members/me")
        .await
        .refused(ErrorCode::Forbidden);
    bob.get("/rooms/lobby/messages")
        .await
        .refused(ErrorCode::Forbidden);
}

#[actix_web::test]
async fn a_deleted_person_is_in_no_list_and_let_in_nowhere() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let room = alice.open_private_room("club").await.id;
    alice.invite(room, &bob).await;
    let private = alice.talk_privately_with(&bob).await;
    bob.say(private, "keep this").await;
    let ticket = bob.ticket().await;
    let _ = bob.delete("/users/me").await.done();

    for call in [
        alice.put(&member(room, &bob)),
        alice.delete(&member(room, &bob)),
        alice
            .patch(&member(room, &bob))
            .json(json!({ "role": "admin" })),
    ] {
        call.await.refused(ErrorCode::NotFound);
    }
    // Nothing that was handed out before opens a door.
    for door in ["ws", "events"] {
        server
            .get(&format!("/api/v1/{door}?ticket={ticket}"))
            .await
            .refused(ErrorCode::Unauthenticated);
    }
    bob.ask_refresh(&bob.refresh)
        .await
        .refused(ErrorCode::Unauthenticated);
    let change = json!({ "current": PASSWORD, "new": "orange trees in the rain" });
    bob.put("/users/me/password")
        .json(change)
        .await
        .refused(ErrorCode::Unauthenticated);
    // What was said to two stays with the one who is left, who can still read and write there.
    let history = alice.history(private).await;
    assert_eq!(history[0].body(), Some("keep this"));
    alice.say(private, "to nobody").await;
}

#[actix_web::test]
async fn a_deleted_admin_is_one_no_more() {
    let server = TestServer::start().await;
    let (root, other) = (
        server.register("root").await,
        server.register("other").await,
    );
    server.make_admin(&root).await;
    server.make_admin(&other).await;
    let _ = other.delete(&format!("/users/{}", root.id)).await.done();
    root.get("/invitations")
        .await
        .refused(ErrorCode::Unauthenticated);
    other
        .patch(&format!("/users/{}", root.id))
        .json(json!({ "role": "admin" }))
        .await
        .refused(ErrorCode::NotFound);
}
