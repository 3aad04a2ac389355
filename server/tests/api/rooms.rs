//! Rooms: made, found, joined by name or id, changed and deleted.

use serde_json::json;
use shared::{
    ErrorCode, MemberAnswer, NamedRoom, PublicRooms, Room, RoomAnswer, RoomId, RoomRole, Visibility,
};

use crate::harness::{Person, TestServer};

async fn found(reader: &Person, query: &str) -> Vec<String> {
    let answer: PublicRooms = reader
        .get(&format!("/rooms?scope=public{query}"))
        .await
        .ok();
    let named = answer.rooms.iter().filter_map(Room::named);
    named.map(|room| room.name.to_string()).collect()
}

async fn change(admin: &Person, room: RoomId, update: serde_json::Value) -> NamedRoom {
    let path = format!("/rooms/{room}");
    let answer: RoomAnswer = admin.patch(&path).json(update).await.ok();
    answer.room.named().unwrap().clone()
}

#[actix_web::test]
async fn who_makes_a_room_owns_it() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let new = json!({
        "name": "Book-Club", "title": "Book club", "topic": "Middlemarch", "visibility": "public",
    });
    let answer: RoomAnswer = alice.post("/rooms").json(new).await.made();
    let room = answer.room.named().unwrap();
    assert_eq!(room.name.as_str(), "book-club", "names are folded");
    assert_eq!(room.title.as_deref(), Some("Book club"));
    assert_eq!(room.topic.as_deref(), Some("Middlemarch"));
    assert_eq!(room.visibility, Visibility::Public);
    assert_eq!((room.member_count, room.head), (1, 0));
    let mine = alice.my_room(room.id).await;
    assert_eq!((mine.my_role, mine.unread), (RoomRole::Owner, 0));
}

#[actix_web::test]
async fn a_room_of_the_wrong_form_is_refused() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    for (new, code, field) in [
        (
            json!({ "name": "a", "visibility": "public" }),
            ErrorCode::InvalidField,
            "name",
        ),
        (
            json!({ "name": "a b", "visibility": "public" }),
            ErrorCode::InvalidField,
            "name",
        ),
        (
            json!({ "name": id, "visibility": "public" }),
            ErrorCode::InvalidField,
            "name",
        ),
        (
            json!({ "name": "ok" }),
            ErrorCode::InvalidRequest,
            "visibility",
        ),
        (
            json!({ "name": "ok", "visibility": "secret" }),
            ErrorCode::InvalidField,
            "visibility",
        ),
        (
            json!({ "name": "ok", "visibility": "public", "title": "x".repeat(81) }),
            ErrorCode::InvalidField,
            "title",
        ),
        (
            json!({ "name": "ok", "visibility": "public", "owner": alice.id }),
            ErrorCode::InvalidRequest,
            "owner",
        ),
    ] {
        alice.post("/rooms").json(new).await.refused_on(code, field);
    }
    assert_eq!(alice.rooms().await.len(), 1, "only the lobby");
}

#[actix_web::test]
async fn the_name_of_a_public_room_is_taken() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    alice.open_room("club").await;
    let new = json!({ "name": "CLUB", "visibility": "public" });
    bob.post("/rooms")
        .json(&new)
        .await
        .refused_on(ErrorCode::RoomNameTaken, "name");
    // A private one may share it, and is asked when it becomes public.
    let private = bob.open_private_room("club").await.id;
    let path = format!("/rooms/{private}");
    bob.patch(&path)
        .json(json!({ "visibility": "public" }))
        .await
        .refused_on(ErrorCode::RoomNameTaken, "name");
    let renamed = change(
        &bob,
        private,
        json!({ "name": "den", "visibility": "public" }),
    )
    .await;
    assert_eq!(renamed.visibility, Visibility::Public);
    bob.patch(&path)
        .json(json!({ "name": "club" }))
        .await
        .refused_on(ErrorCode::RoomNameTaken, "name");
}

#[actix_web::test]
async fn a_public_room_is_found_and_joined_by_its_id_or_name() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let clara = server.register("clara").await;
    let club = alice.open_room("club").await;
    alice.open_private_room("cabal").await;
    assert_eq!(
        found(&bob, "").await,
        ["club"],
        "neither one's own nor private"
    );
    assert_eq!(found(&bob, "&q=CL").await, ["club"]);
    assert_eq!(found(&bob, "&q=x").await, [""; 0]);
    bob.join(club.id).await;
    assert_eq!(found(&bob, "").await, [""; 0]);
    for name in ["club", "CLUB"] {
        let answer: MemberAnswer = clara.put(&format!("/rooms/{name}/members/me")).await.ok();
        assert_eq!(answer.member.role, RoomRole::Member);
        let answer: RoomAnswer = clara.get(&format!("/rooms/{name}")).await.ok();
        assert_eq!(answer.room.id(), club.id);
        let _ = clara.get(&format!("/rooms/{name}/messages")).await.is(200);
    }
    clara.say(club.id, "hello").await;
}

#[actix_web::test]
async fn a_filter_that_does_not_go_with_the_scope_is_refused() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    for query in ["q=x", "scope=public&active_since=1"] {
        alice
            .get(&format!("/rooms?{query}"))
            .await
            .refused(ErrorCode::InvalidRequest);
    }
    for (query, field) in [("scope=all", "scope"), ("active_since=x", "active_since")] {
        alice
            .get(&format!("/rooms?{query}"))
            .await
            .refused_on(ErrorCode::InvalidField, field);
    }
}

#[actix_web::test]
async fn ones_rooms_come_newest_activity_first_and_can_be_filtered_by_it() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let (old, new) = (
        alice.open_room("old").await.id,
        alice.open_room("new").await.id,
    );
    let first = alice.say(old, "first").await;
    server.clock.advance(3_600_000 - 60_000);
    let last = alice.say(new, "last").await;
    let rooms = alice.rooms().await;
    let order: Vec<_> = rooms.iter().map(|mine| mine.room.id()).collect();
    assert_eq!(order[..2], [new, old]);
    assert_eq!(rooms[0].last_message.as_ref(), Some(&last));
    assert_eq!(rooms[1].last_message.as_ref(), Some(&first));
    let since = last.created_at.as_millis() - 1;
    let path = format!("/rooms?active_since={since}");
    let active: shared::Rooms = alice.get(&path).await.ok();
    assert_eq!(active.rooms.len(), 1);
    assert_eq!(active.rooms[0].room.id(), new);
}

#[actix_web::test]
async fn a_room_admin_changes_the_settings_and_everybody_hears() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let room = alice.open_room("club").await.id;
    bob.join(room).await;
    let mut socket = bob.connect().await;
    bob.patch(&format!("/rooms/{room}"))
        .json(json!({ "topic": "mine" }))
        .await
        .refused(ErrorCode::Forbidden);
    alice.make_room_admin(room, &bob).await;
    let update = json!({ "name": "den", "title": "The den", "topic": "ours" });
    let changed = change(&bob, room, update).await;
    assert_eq!(
        (changed.name.as_str(), changed.topic.as_deref()),
        ("den", Some("ours"))
    );
    let heard = socket
        .until(|frame| match frame {
            shared::ServerFrame::RoomChanged { room } => Some(room),
            _ => None,
        })
        .await;
    assert_eq!(heard, Room::Room(changed));
    let cleared = change(&bob, room, json!({ "title": "", "topic": "" })).await;
    assert_eq!((cleared.title, cleared.topic), (None, None));
}

#[actix_web::test]
async fn only_the_owner_deletes_a_room_and_then_it_is_gone() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let room = alice.open_room("club").await.id;
    bob.join(room).await;
    alice.make_room_admin(room, &bob).await;
    alice.say(room, "last words").await;
    let mut socket = bob.connect().await;
    let path = format!("/rooms/{room}");
    bob.delete(&path).await.refused(ErrorCode::Forbidden);
    let _ = alice.delete(&path).await.done();
    socket
        .expect(shared::ServerFrame::RoomDeleted { room })
        .await;
    for person in [&alice, &bob] {
        person.get(&path).await.refused(ErrorCode::NotFound);
        person
            .get(&format!("{path}/messages"))
            .await
            .refused(ErrorCode::NotFound);
    }
    // Its name is free again.
    bob.open_room("club").await;
}

#[actix_web::test]
async fn the_lobby_is_neither_deleted_nor_hidden() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let path = format!("/rooms/{}", server.lobby());
    alice.delete(&path).await.refused(ErrorCode::Forbidden);
    server.make_admin(&alice).await;
    alice.delete(&path).await.refused(ErrorCode::Forbidden);
    alice
        .patch(&path)
        .json(json!({ "visibility": "private" }))
        .await
        .refused(ErrorCode::Conflict);
    let renamed = change(&alice, server.lobby(), json!({ "title": "Hall" })).await;
    assert_eq!(renamed.title.as_deref(), Some("Hall"));
}
