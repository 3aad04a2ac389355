//! Accounts over REST: read, changed and deleted, by whom.

use serde_json::json;
use shared::{
    ErrorCode, Gender, Profile, ServerFrame, ServerRole, User, UserAnswer, UserId, Users,
};

use crate::harness::{PASSWORD, Person, TestServer};

async fn look_at(reader: &Person, whom: UserId) -> User {
    let answer: UserAnswer = reader.get(&format!("/users/{whom}")).await.ok();
    answer.user
}

async fn profile(reader: &Person, whom: &Person) -> Profile {
    look_at(reader, whom.id).await.profile().unwrap().clone()
}

#[actix_web::test]
async fn everybody_is_read_and_what_is_private_only_by_oneself_and_admins() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let me: UserAnswer = alice.get("/users/me").await.ok();
    let own = me.user.profile().unwrap();
    assert_eq!(own.email.as_deref(), Some("alice@example.org"));
    assert_eq!(own.role, Some(ServerRole::Member));
    let seen = profile(&bob, &alice).await;
    assert_eq!(seen.username.as_str(), "alice");
    assert_eq!((seen.email, seen.role), (None, None));
    server.make_admin(&bob).await;
    let seen = profile(&bob, &alice).await;
    assert_eq!(seen.email.as_deref(), Some("alice@example.org"));
    for absent in ["01890a5d-ac96-774b-bcce-b302099a8057", "nonsense", "alice"] {
        alice
            .get(&format!("/users/{absent}"))
            .await
            .refused(ErrorCode::NotFound);
    }
}

#[actix_web::test]
async fn people_are_listed_by_name_and_found_by_a_part_of_it() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    for name in ["dora", "bob", "clara"] {
        server.make_account(name).await;
    }
    let list = async |query: &str| -> Users { alice.get(&format!("/users{query}")).await.ok() };
    let names = |page: &Users| -> Vec<String> {
        let profiles = page.users.iter().filter_map(User::profile);
        profiles.map(|user| user.username.to_string()).collect()
    };
    assert_eq!(names(&list("").await), ["alice", "bob", "clara", "dora"]);
    assert_eq!(names(&list("?q=RA").await), ["clara", "dora"]);
    assert_eq!(names(&list("?q=%25").await), [""; 0], "no pattern language");
    let first = list("?limit=3").await;
    assert_eq!(names(&first), ["alice", "bob", "clara"]);
    let next = first.next_cursor.unwrap();
    let last = list(&format!("?limit=3&cursor={next}")).await;
    assert_eq!(
        (names(&last), last.next_cursor),
        (vec!["dora".to_owned()], None)
    );
    let page = list("").await;
    for user in &page.users {
        let profile = user.profile().unwrap();
        assert_eq!(profile.email.is_some(), user.id() == alice.id);
    }
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
    ] {
        alice
            .get(&format!("/users?{query}"))
            .await
            .refused_on(ErrorCode::InvalidField, field);
    }
    alice
        .get("/users?page=2")
        .await
        .refused_on(ErrorCode::InvalidRequest, "page");
}

#[actix_web::test]
async fn one_changes_ones_own_account() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let update = async |body: serde_json::Value| -> Profile {
        let answer: UserAnswer = alice.patch("/users/me").json(body).await.ok();
        answer.user.profile().unwrap().clone()
    };
    let changed = update(json!({
        "display_name": " Alice L. ", "gender": "female",
        "status_text": "down the hole", "email": "al@example.org",
    }))
    .await;
    assert_eq!(changed.display_name, "Alice L.");
    assert_eq!(changed.gender, Gender::Female);
    assert_eq!(changed.status_text.as_deref(), Some("down the hole"));
    assert_eq!(changed.email.as_deref(), Some("al@example.org"));
    let cleared = update(json!({ "display_name": "", "status_text": "" })).await;
    assert_eq!(cleared.display_name, "alice");
    assert_eq!(cleared.status_text, None);
    assert_eq!(cleared.gender, Gender::Female, "what is absent stays");
    assert_eq!(update(json!({})).await, cleared);
}

#[actix_web::test]
async fn a_change_that_breaks_a_rule_is_refused() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    server.make_account("bob").await;
    for (body, code, field) in [
        (
            json!({ "email": "bob@EXAMPLE.org" }),
            ErrorCode::EmailTaken,
            "email",
        ),
        (json!({ "email": "bob" }), ErrorCode::InvalidField, "email"),
        (
            json!({ "gender": "robot" }),
            ErrorCode::InvalidField,
            "gender",
        ),
        (
            json!({ "role": "emperor" }),
            ErrorCode::InvalidField,
            "role",
        ),
        (
            json!({ "username": "carol" }),
            ErrorCode::InvalidRequest,
            "username",
        ),
        (
            json!({ "password": "x" }),
            ErrorCode::InvalidRequest,
            "password",
        ),
        (
            json!({ "status_text": "x".repeat(257) }),
            ErrorCode::InvalidField,
            "status_text",
        ),
    ] {
        alice
            .patch("/users/me")
            .json(body)
            .await
            .refused_on(code, field);
    }
}

#[actix_web::test]
async fn only_oneself_and_admins_change_an_account() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let path = format!("/users/{}", bob.id);
    let update = json!({ "display_name": "Robert" });
    alice
        .patch(&path)
        .json(&update)
        .await
        .refused(ErrorCode::Forbidden);
    alice.delete(&path).await.refused(ErrorCode::Forbidden);
    assert_eq!(profile(&alice, &bob).await.display_name, "bob");
    server.make_admin(&alice).await;
    let _: UserAnswer = alice.patch(&path).json(&update).await.ok();
    assert_eq!(profile(&bob, &bob).await.display_name, "Robert");
}

#[actix_web::test]
async fn nobody_makes_themselves_admin_and_an_admin_makes_others() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let promotion = json!({ "role": "admin" });
    bob.patch("/users/me")
        .json(&promotion)
        .await
        .refused(ErrorCode::Forbidden);
    server.make_admin(&alice).await;
    let answer: UserAnswer = alice
        .patch(&format!("/users/{}", bob.id))
        .json(&promotion)
        .await
        .ok();
    assert_eq!(answer.user.profile().unwrap().role, Some(ServerRole::Admin));
    // It counts at once, on the token he has.
    assert!(profile(&bob, &alice).await.email.is_some());
}

#[actix_web::test]
async fn changing_the_password_ends_all_other_sessions() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let elsewhere = server.log_in("alice").await;
    let (mut here, mut there) = (alice.connect().await, elsewhere.connect().await);
    let new = "marmalade sky in november";
    let change = json!({ "current": PASSWORD, "new": new });
    let _ = alice.put("/users/me/password").json(change).await.done();
    assert_eq!(there.expect_close().await, 4003);
    assert!(!elsewhere.is_signed_in().await);
    elsewhere
        .ask_refresh(&elsewhere.refresh)
        .await
        .refused(ErrorCode::Unauthenticated);
    here.ping().await;
    assert!(alice.is_signed_in().await);
    let log_in = async |password: &str| {
        let credentials = json!({ "username": "alice", "password": password });
        server.post("/api/v1/sessions").json(credentials).await
    };
    log_in(PASSWORD).await.refused(ErrorCode::Unauthenticated);
    let _ = log_in(new).await.is(201);
}

#[actix_web::test]
async fn a_password_is_changed_by_who_knows_it_to_a_strong_one() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let elsewhere = server.log_in("alice").await;
    for (change, code, field) in [
        (
            json!({ "current": "wrong", "new": "marmalade sky in november" }),
            ErrorCode::InvalidField,
            "current",
        ),
        (
            json!({ "current": PASSWORD, "new": "password1" }),
            ErrorCode::InvalidField,
            "new",
        ),
        (
            json!({ "current": PASSWORD, "new": "x".repeat(73) }),
            ErrorCode::InvalidField,
            "new",
        ),
        (
            json!({ "new": "marmalade" }),
            ErrorCode::InvalidRequest,
            "current",
        ),
    ] {
        alice
            .put("/users/me/password")
            .json(change)
            .await
            .refused_on(code, field);
    }
    assert!(elsewhere.is_signed_in().await, "nothing was changed");
}

#[actix_web::test]
async fn a_new_name_picture_or_status_is_told_to_everybody_without_what_is_private() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut bobs = bob.connect().await;
    let mut stream = bob.listen().await;
    let update = json!({
        "display_name": "Alice L.", "status_text": "down the hole", "email": "al@example.org",
    });
    let _ = alice.patch("/users/me").json(update).await.is(200);
    let told = bobs
        .until(|frame| match frame {
            ServerFrame::UserChanged { user } => Some(user),
            _ => None,
        })
        .await;
    let seen = Profile {
        presence: None,
        ..profile(&bob, &alice).await
    };
    assert_eq!(seen.display_name, "Alice L.");
    assert_eq!(told, User::Live(seen));
    assert_eq!(
        stream.frame().await,
        ServerFrame::UserChanged { user: told }
    );
}
