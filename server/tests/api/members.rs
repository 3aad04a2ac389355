//! Who is in a room: joining, inviting, leaving, removing, roles, and what the others hear of it.

use serde_json::json;
use shared::{ErrorCode, Marks, MemberAnswer, Members, RoomId, RoomRole, ServerFrame, UserId};

use crate::harness::{Person, Socket, TestServer};

impl Socket {
    async fn expect_joined(&mut self, in_room: RoomId, who: &Person) {
        let (room, user) = (in_room, who.id);
        self.expect(ServerFrame::MemberJoined { room, user }).await;
    }

    async fn expect_left(&mut self, in_room: RoomId, who: &Person) {
        let left = self.until(|frame| match frame {
            ServerFrame::MemberLeft { room, user } => Some((room, user)),
            _ => None,
        });
        assert_eq!(left.await, (in_room, who.id));
    }

    async fn expect_room(&mut self, joined: RoomId) {
        let told = self.until(|frame| match frame {
            ServerFrame::RoomJoined { room } => Some(room.id()),
            _ => None,
        });
        assert_eq!(told.await, joined);
    }
}

async fn roles(reader: &Person, room: RoomId) -> Vec<(UserId, RoomRole)> {
    let page: Members = reader.get(&format!("/rooms/{room}/members")).await.ok();
    page.members
        .iter()
        .map(|member| (member.user.id(), member.role))
        .collect()
}

#[actix_web::test]
async fn joining_is_told_to_the_members_and_to_all_ones_own_sockets() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let room = alice.open_room("club").await.id;
    alice.say(room, "before").await;
    let mut alices = alice.connect().await;
    let (mut one, mut other) = (bob.connect().await, bob.connect().await);
    let member = bob.join(room).await;
    assert_eq!(member.role, RoomRole::Member);
    let head = Marks {
        delivered: 1,
        read: 1,
    };
    assert_eq!(member.marks, head, "both start at the head");
    alices.expect_joined(room, &bob).await;
    for socket in [&mut one, &mut other] {
        socket.expect_room(room).await;
    }
    alice.say(room, "welcome").await;
    for socket in [&mut one, &mut other, &mut alices] {
        socket.expect_message("welcome").await;
    }
    bob.say(room, "thanks").await;
}

#[actix_web::test]
async fn joining_twice_is_harmless() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let room = alice.open_room("club").await.id;
    let mut alices = alice.connect().await;
    let first = bob.join(room).await;
    alices.expect_joined(room, &bob).await;
    assert_eq!(bob.join(room).await.joined_at, first.joined_at);
    alice.say(room, "after").await;
    let heard = alices.heard_before("after").await;
    assert!(
        !heard
            .iter()
            .any(|frame| matches!(frame, ServerFrame::MemberJoined { .. })),
        "{heard:?}"
    );
    assert_eq!(roles(&alice, room).await.len(), 2);
}

#[actix_web::test]
async fn into_a_private_room_one_is_invited_by_its_admin() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let clara = server.register("clara").await;
    let room = alice.open_private_room("cabal").await.id;
    alice.invite(room, &bob).await;
    let path = format!("/rooms/{room}/members/{}", clara.id);
    bob.put(&path).await.refused(ErrorCode::Forbidden);
    alice.make_room_admin(room, &bob).await;
    let mut claras = clara.connect().await;
    bob.invite(room, &clara).await;
    claras.expect_room(room).await;
    clara.say(room, "hello").await;
    let absent = format!(
        "/rooms/{room}/members/{}",
        UserId::from_uuid(uuid::Uuid::now_v7())
    );
    bob.put(&absent).await.refused(ErrorCode::NotFound);
}

#[actix_web::test]
async fn who_left_hears_that_and_nothing_of_the_room_after_it() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let room = alice.open_room("club").await.id;
    bob.join(room).await;
    let (mut alices, mut bobs) = (alice.connect().await, bob.connect().await);
    let mut stream = bob.listen().await;
    bob.leave(room).await;
    alices.expect_left(room, &bob).await;
    bobs.expect_left(room, &bob).await;
    let said = alice.say(room, "he is gone").await;
    alice.reword(&said, "he is really gone").await;
    alice.read_to(room, said.seq).await;
    alice.say(server.lobby(), "to all").await;
    let heard = format!("{:?}", bobs.heard_before("to all").await);
    assert!(!heard.contains(&room.to_string()), "{heard}");
    stream.expect_message("to all").await;
    bob.get(&format!("/rooms/{room}/messages"))
        .await
        .refused(ErrorCode::Forbidden);
    bobs.send_message(room, "one more thing").await;
    bobs.expect_error(ErrorCode::Forbidden).await;
}

#[actix_web::test]
async fn who_is_removed_is_out_at_once_and_may_come_back() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let room = alice.open_room("club").await.id;
    bob.join(room).await;
    let mut bobs = bob.connect().await;
    alice.remove(room, &bob).await;
    bobs.expect_left(room, &bob).await;
    let path = format!("/rooms/{room}/members/{}", bob.id);
    alice.delete(&path).await.refused(ErrorCode::NotFound);
    bob.delete(&path).await.refused(ErrorCode::NotFound);
    bob.join(room).await;
    bobs.expect_room(room).await;
}

#[actix_web::test]
async fn nobody_acts_on_the_owner_and_only_the_owner_on_admins() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let (clara, dora) = (
        server.register("clara").await,
        server.register("dora").await,
    );
    let room = alice.open_room("club").await.id;
    for person in [&bob, &clara, &dora] {
        person.join(room).await;
    }
    alice.make_room_admin(room, &bob).await;
    alice.make_room_admin(room, &clara).await;
    let member = |person: &Person| format!("/rooms/{room}/members/{}", person.id);
    let ban = |person: &Person| format!("/rooms/{room}/bans/{}", person.id);
    for protected in [&alice, &clara] {
        bob.delete(&member(protected))
            .await
            .refused(ErrorCode::Forbidden);
        bob.put(&ban(protected)).await.refused(ErrorCode::Forbidden);
        bob.patch(&member(protected))
            .json(json!({ "role": "member" }))
            .await
            .refused(ErrorCode::Forbidden);
    }
    for call in [
        dora.delete(&member(&bob)),
        dora.put(&ban(&bob)),
        dora.patch(&member(&dora)).json(json!({ "role": "admin" })),
        bob.patch(&member(&dora)).json(json!({ "role": "admin" })),
    ] {
        call.await.refused(ErrorCode::Forbidden);
    }
    bob.remove(room, &dora).await;
    alice.remove(room, &clara).await;
    assert_eq!(
        roles(&alice, room).await,
        [(alice.id, RoomRole::Owner), (bob.id, RoomRole::Admin)]
    );
}

#[actix_web::test]
async fn the_owner_gives_and_takes_roles() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let room = alice.open_room("club").await.id;
    let mut bobs = bob.connect().await;
    bob.join(room).await;
    bobs.expect_room(room).await;
    let path = format!("/rooms/{room}/members/{}", bob.id);
    for role in [RoomRole::Admin, RoomRole::Member] {
        let answer: MemberAnswer = alice.patch(&path).json(json!({ "role": role })).await.ok();
        assert_eq!(answer.member.role, role);
        assert_eq!(bob.my_room(room).await.my_role, role);
        bobs.expect_joined(room, &bob).await;
    }
    for (role, code) in [
        ("owner", ErrorCode::InvalidField),
        ("emperor", ErrorCode::InvalidField),
    ] {
        alice
            .patch(&path)
            .json(json!({ "role": role }))
            .await
            .refused_on(code, "role");
    }
    let own = format!("/rooms/{room}/members/{}", alice.id);
    alice
        .patch(&own)
        .json(json!({ "role": "member" }))
        .await
        .refused(ErrorCode::Forbidden);
}

#[actix_web::test]
async fn when_the_owner_leaves_the_oldest_admin_follows_then_the_oldest_member() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let clara = server.register("clara").await;
    let room = alice.open_room("club").await.id;
    bob.join(room).await;
    clara.join(room).await;
    alice.make_room_admin(room, &clara).await;
    let mut bobs = bob.connect().await;
    alice.leave(room).await;
    bobs.expect_left(room, &alice).await;
    assert_eq!(clara.my_room(room).await.my_role, RoomRole::Owner);
    clara.leave(room).await;
    assert_eq!(bob.my_room(room).await.my_role, RoomRole::Owner);
    bob.leave(room).await;
    bob.get(&format!("/rooms/{room}"))
        .await
        .refused(ErrorCode::NotFound);
}

#[actix_web::test]
async fn members_are_paged_by_name() {
    let server = TestServer::start().await;
    let crowd = server.register_crowd("guest", 5).await;
    let lobby = server.lobby();
    let list = async |query: &str| -> Members {
        let path = format!("/rooms/{lobby}/members{query}");
        crowd[0].get(&path).await.ok()
    };
    let first = list("?limit=3").await;
    let last = list(&format!("?limit=3&cursor={}", first.next_cursor.unwrap())).await;
    assert_eq!(last.next_cursor, None);
    let members = first.members.iter().chain(&last.members);
    let ids: Vec<_> = members.map(|member| member.user.id()).collect();
    let all: Vec<_> = crowd.iter().map(|person| person.id).collect();
    assert_eq!(ids, all);
    for query in ["limit=0", "limit=101", "online=perhaps"] {
        let (field, _) = query.split_once('=').unwrap();
        crowd[0]
            .get(&format!("/rooms/{lobby}/members?{query}"))
            .await
            .refused_on(ErrorCode::InvalidField, field);
    }
}
