//! Who may register: anybody, whoever is invited, or nobody.

use serde_json::{Value, json};
use server::config::Registration;
use shared::{ErrorCode, Invitation, InvitationAnswer, Invitations};

use crate::harness::{Answer, PASSWORD, Person, TestServer, log, parlor};

async fn server(registration: Registration) -> TestServer {
    TestServer::with(|config| config.registration = registration).await
}

fn account(name: &str) -> Value {
    json!({ "username": name, "email": format!("{name}@example.org"), "password": PASSWORD,
        "gender": "other" })
}

async fn register(server: &TestServer, name: &str, code: Option<&str>) -> Answer {
    let mut new = account(name);
    if let Some(code) = code {
        new["invitation"] = code.into();
    }
    server.post("/api/v1/users").json(new).await
}

/// Somebody who could register before, and is a server admin.
async fn admin(server: &TestServer) -> Person {
    let new = serde_json::from_value(account("root")).unwrap();
    let open = shared::Registration::Open;
    server.domain.register(new, open).await.unwrap();
    let root = server.log_in("root").await;
    server.make_admin(&root).await;
    root
}

async fn invite(admin: &Person, new: Value) -> Invitation {
    let made: InvitationAnswer = admin.post("/invitations").json(new).await.made();
    let invitation = made.invitation;
    log::secret("invitation", invitation.code.as_deref().unwrap());
    invitation
}

#[actix_web::test]
async fn the_page_is_told_who_may_register() {
    for (registration, word) in [
        (Registration::Open, "open"),
        (Registration::Invitation, "invitation"),
        (Registration::Closed, "closed"),
    ] {
        let server = server(registration).await;
        let told = server.get("/api/v1/registration").await.is(200).value();
        assert_eq!(told, json!({ "registration": word }));
    }
}

#[actix_web::test]
async fn where_registration_is_closed_only_the_operator_makes_accounts() {
    let server = server(Registration::Closed).await;
    register(&server, "alice", None)
        .await
        .refused(ErrorCode::Forbidden);
    let root = admin(&server).await;
    let invitation = invite(&root, json!({})).await;
    register(&server, "alice", invitation.code.as_deref())
        .await
        .refused(ErrorCode::Forbidden);
    // Nothing is told of names either.
    register(&server, "root", None)
        .await
        .refused(ErrorCode::Forbidden);
}

#[actix_web::test]
async fn by_invitation_whoever_has_a_good_code_registers() {
    let server = server(Registration::Invitation).await;
    let root = admin(&server).await;
    let without = register(&server, "alice", None).await;
    without.refused_on(ErrorCode::InvalidField, "invitation");
    let invitation = invite(&root, json!({ "uses": 2 })).await;
    assert_eq!(invitation.uses_left, 2);
    assert_eq!(
        invitation.expires_at.as_millis() - invitation.created_at.as_millis(),
        7 * 24 * 3_600_000
    );
    let code = invitation.code.as_deref().unwrap();
    for wrong in ["", "x", &code[1..], &code.to_uppercase()] {
        register(&server, "alice", Some(wrong))
            .await
            .refused_on(ErrorCode::InvalidField, "invitation");
    }
    // Copied with a space.
    let padded = format!(" {code} ");
    let _ = register(&server, "alice", Some(&padded)).await.is(201);
    let _ = register(&server, "bob", Some(code)).await.is(201);
    register(&server, "carol", Some(code))
        .await
        .refused_on(ErrorCode::InvalidField, "invitation");

    let short = invite(&root, json!({ "expires_in_ms": 1_000 })).await;
    server.clock.advance(1_000);
    register(&server, "carol", short.code.as_deref())
        .await
        .refused_on(ErrorCode::InvalidField, "invitation");
}

#[actix_web::test]
async fn invitations_are_made_seen_and_taken_back_by_server_admins_alone() {
    let server = server(Registration::Open).await;
    let (root, mallory) = (admin(&server).await, server.register("mallory").await);
    let made = invite(&root, json!({})).await;
    let path = format!("/invitations/{}", made.id);
    mallory
        .post("/invitations")
        .json(json!({}))
        .await
        .refused(ErrorCode::Forbidden);
    mallory
        .get("/invitations")
        .await
        .refused(ErrorCode::Forbidden);
    mallory.delete(&path).await.refused(ErrorCode::Forbidden);
    for path in ["/api/v1/invitations", "/api/v1/invitations/x"] {
        let call = server.call(actix_web::http::Method::DELETE, path);
        let answer = call.await;
        assert!([401, 404].contains(&answer.status), "{}", answer.text());
    }
    let listed: Invitations = root.get("/invitations").await.ok();
    let without_code = Invitation { code: None, ..made };
    assert_eq!(listed.invitations, [without_code]);
    let _ = root.delete(&path).await.done();
    root.delete(&path).await.refused(ErrorCode::NotFound);
    for (new, field) in [
        (json!({ "uses": 0 }), "uses"),
        (json!({ "uses": 1_001 }), "uses"),
        (json!({ "expires_in_ms": 0 }), "expires_in_ms"),
        (
            json!({ "expires_in_ms": 366_i64 * 24 * 3_600_000 }),
            "expires_in_ms",
        ),
    ] {
        root.post("/invitations")
            .json(new)
            .await
            .refused_on(ErrorCode::InvalidField, field);
    }
}

#[actix_web::test]
async fn the_operator_invites_by_command() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let printed = parlor(&data, &["user", "invite", "--uses", "3"], "").ok();
    let code = printed.out.lines().next().unwrap().to_owned();
    let server = TestServer::on_files_with(|config| {
        config.place.data_dir = data;
        config.registration = Registration::Invitation;
    })
    .await;
    let _ = register(&server, "alice", Some(&code)).await.is(201);
    let failed = parlor(
        &dir.path().join("other"),
        &["user", "invite", "--uses", "0"],
        "",
    );
    assert!(failed.failed().contains("must be 1 to 1000"));
}
