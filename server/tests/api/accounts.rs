//! Registering: what is taken, what is refused, and what nobody ever sees again.

use serde_json::{Value, json};
use shared::{ErrorCode, Gender, PasswordScore, ServerRole, User, UserAnswer};

use crate::harness::{PASSWORD, TestServer};

fn ana() -> Value {
    json!({
        "username": "ana", "email": "ana@example.org",
        "password": PASSWORD, "gender": "female",
    })
}

/// `ana` with one field replaced.
fn ana_with(field: &str, value: impl Into<Value>) -> Value {
    let mut ana = ana();
    ana[field] = value.into();
    ana
}

#[actix_web::test]
async fn somebody_registers_with_email_gender_password_and_username() {
    let server = TestServer::start().await;
    let answer = server.post("/api/v1/users").json(ana()).await;
    let UserAnswer { user } = answer.made();
    let User::Live(profile) = user else {
        panic!("{user:?}")
    };
    assert_eq!(profile.username.as_str(), "ana");
    assert_eq!(profile.display_name, "ana");
    assert_eq!(profile.gender, Gender::Female);
    assert_eq!(profile.email.as_deref(), Some("ana@example.org"));
    assert_eq!(profile.role, Some(ServerRole::Member));
}

#[actix_web::test]
async fn who_registers_goes_straight_into_the_lobby() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    assert_eq!(
        alice.my_room(server.lobby()).await.room.id(),
        server.lobby()
    );
    alice.say(server.lobby(), "hello").await;
}

#[actix_web::test]
async fn a_username_is_folded_to_lower_case() {
    let server = TestServer::start().await;
    let new = ana_with("username", "Ana_1");
    let answer: UserAnswer = server.post("/api/v1/users").json(new).await.made();
    assert_eq!(answer.user.profile().unwrap().username.as_str(), "ana_1");
    server
        .post("/api/v1/users")
        .json(ana_with("username", "ANA_1"))
        .await
        .refused_on(ErrorCode::UsernameTaken, "username");
}

#[actix_web::test]
async fn a_field_that_breaks_its_rule_is_named() {
    let server = TestServer::start().await;
    let long = |n: usize| Value::from("x".repeat(n));
    for (field, value) in [
        ("username", json!("al")),
        ("username", long(33)),
        ("username", json!("al ice")),
        ("username", json!("älice")),
        ("username", json!("ali\u{202e}ce")),
        ("username", json!(7)),
        ("username", json!({ "$ne": null })),
        ("username", json!(["ana"])),
        ("email", json!("ana")),
        ("email", json!("ana@")),
        ("email", json!("ana@host")),
        ("email", json!("ana@example.org\r\nBcc: x@example.org")),
        (
            "email",
            Value::from(format!("{}@example.org", "a".repeat(250))),
        ),
        ("password", json!("short")),
        ("password", json!("password")),
        ("password", json!("aaaaaaaaaaaaaaaa")),
        ("password", json!("tangerine\0dream machine")),
        ("password", Value::from("tangerine dream ".repeat(5))),
        ("password", json!(12_345_678)),
        ("gender", json!("robot")),
        ("gender", json!(1)),
        ("display_name", long(65)),
        ("display_name", json!("two\nlines")),
    ] {
        let new = ana_with(field, value);
        let error = server.post("/api/v1/users").json(&new).await;
        assert_eq!(error.status, 422, "{new}");
        error.refused_on(ErrorCode::InvalidField, field);
    }
    // None of them made an account, or this one would be refused.
    let _: UserAnswer = server.post("/api/v1/users").json(ana()).await.made();
}

#[actix_web::test]
async fn who_chose_a_weak_password_is_told_what_would_make_it_stronger() {
    let server = TestServer::start().await;
    let path = "/api/v1/password-checks";
    let weak = json!({ "password": "password" });
    let judged: PasswordScore = server.post(path).json(weak).await.ok();
    let refused = server
        .post("/api/v1/users")
        .json(ana_with("password", "password"))
        .await
        .refused_on(ErrorCode::InvalidField, "password");
    assert!(!judged.advice.is_empty(), "{judged:?}");
    for advice in &judged.advice {
        assert!(refused.message.contains(advice), "{advice}: {refused:?}");
    }
}

#[actix_web::test]
async fn ones_own_name_and_address_make_a_weak_password() {
    let server = TestServer::start().await;
    let mut new = ana_with("username", "wonderland_rabbit");
    new["password"] = json!("wonderland_rabbit");
    server
        .post("/api/v1/users")
        .json(new)
        .await
        .refused_on(ErrorCode::InvalidField, "password");
}

#[actix_web::test]
async fn a_missing_field_is_named() {
    let server = TestServer::start().await;
    for field in ["username", "email", "password", "gender"] {
        let mut new = ana();
        new.as_object_mut().unwrap().remove(field);
        server
            .post("/api/v1/users")
            .json(new)
            .await
            .refused_on(ErrorCode::InvalidRequest, field);
    }
}

#[actix_web::test]
async fn an_unknown_field_is_refused_so_nobody_registers_as_admin() {
    let server = TestServer::start().await;
    for (field, value) in [
        ("role", json!("admin")),
        ("id", json!("01890a5d-ac96-774b-bcce-b302099a8057")),
        ("is_admin", json!(true)),
    ] {
        server
            .post("/api/v1/users")
            .json(ana_with(field, value))
            .await
            .refused_on(ErrorCode::InvalidRequest, field);
    }
}

#[actix_web::test]
async fn what_is_no_json_object_is_refused() {
    let server = TestServer::start().await;
    for body in ["{", "[]", "null", "42", "\"x\"", "{}x", "{\"username\":"] {
        let answer = server.post("/api/v1/users").bytes(body).await;
        assert_eq!(answer.status, 400, "{body}");
        answer.refused(ErrorCode::InvalidRequest);
    }
    server
        .post("/api/v1/users")
        .await
        .refused(ErrorCode::InvalidRequest);
}

#[actix_web::test]
async fn names_and_addresses_are_taken_once() {
    let server = TestServer::start().await;
    let _: UserAnswer = server.post("/api/v1/users").json(ana()).await.made();
    server
        .post("/api/v1/users")
        .json(ana_with("email", "other@example.org"))
        .await
        .refused_on(ErrorCode::UsernameTaken, "username");
    server
        .post("/api/v1/users")
        .json({
            let mut new = ana_with("username", "other");
            new["email"] = json!("ANA@Example.org");
            new
        })
        .await
        .refused_on(ErrorCode::EmailTaken, "email");
}

#[actix_web::test]
async fn of_many_who_register_one_name_at_once_one_wins() {
    let server = TestServer::start().await;
    let calls = (0..12).map(|n| {
        let new = ana_with("email", format!("ana{n}@example.org"));
        async { server.post("/api/v1/users").json(new).await }
    });
    let answers = futures_util::future::join_all(calls).await;
    let (made, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), refused.len()), (1, 11));
    for answer in refused {
        answer.refused_on(ErrorCode::UsernameTaken, "username");
    }
}

#[actix_web::test]
async fn a_password_is_kept_as_its_hash_and_shown_to_nobody() {
    let server = TestServer::on_files().await;
    let alice = server.register("alice").await;
    server.make_admin(&alice).await;
    for path in ["/users/me", "/users", "/sessions", "/rooms"] {
        let answer = alice.get(path).await.is(200);
        for secret in [PASSWORD, "$2", "password", &alice.refresh] {
            assert!(!answer.text().contains(secret), "{path}: {}", answer.text());
        }
    }
    let mut kept = Vec::new();
    for entry in std::fs::read_dir(server.data_dir()).unwrap() {
        kept.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let holds = |text: &str| {
        kept.windows(text.len())
            .any(|bytes| bytes == text.as_bytes())
    };
    assert!(holds("alice@example.org"), "the account is in these files");
    assert!(holds("$2b$04$"), "and so is the password's hash");
    for secret in [PASSWORD, &alice.refresh, &alice.token] {
        assert!(!holds(secret), "{secret} lies on the disk");
    }
}

#[actix_web::test]
async fn a_password_is_judged_before_it_is_chosen() {
    let server = TestServer::start().await;
    let judge = async |body: Value| -> PasswordScore {
        let path = "/api/v1/password-checks";
        server.post(path).json(body).await.ok()
    };
    let weak = judge(json!({ "password": "password" })).await;
    assert!(weak.score < 3 && !weak.advice.is_empty(), "{weak:?}");
    let own = json!({ "password": "wonderland_rabbit", "username": "wonderland_rabbit" });
    assert!(judge(own).await.score < 3);
    assert!(judge(json!({ "password": PASSWORD })).await.score >= 3);
    server
        .post("/api/v1/password-checks")
        .json(json!({ "password": 7 }))
        .await
        .refused_on(ErrorCode::InvalidField, "password");
}

#[actix_web::test]
async fn a_password_of_a_megabyte_is_refused_unread_and_unhashed() {
    let server = TestServer::start().await;
    let password = "x".repeat(1 << 20);
    for (path, body) in [
        ("/api/v1/users", ana_with("password", password.as_str())),
        (
            "/api/v1/sessions",
            json!({ "username": "ana", "password": password }),
        ),
        ("/api/v1/password-checks", json!({ "password": password })),
    ] {
        let answer = server.post(path).json(body).await;
        answer.refused(ErrorCode::PayloadTooLarge);
    }
    for password in ["x".repeat(73), "tangerine dream\0machine".to_owned()] {
        server
            .post("/api/v1/users")
            .json(ana_with("password", password.as_str()))
            .await
            .refused_on(ErrorCode::InvalidField, "password");
    }
    assert_eq!(server.metric("parlor_hashes_total").await, 0);
}

#[actix_web::test]
async fn a_password_of_72_bytes_counts_to_its_last() {
    let server = TestServer::start().await;
    let password = "tangerine dream machine, plum nightmare engine, and a fig to finish: 72!";
    assert_eq!(password.len(), 72);
    let new = ana_with("password", password);
    let _: UserAnswer = server.post("/api/v1/users").json(new).await.made();
    let log_in = async |password: String| {
        let credentials = json!({ "username": "ana", "password": password });
        server.post("/api/v1/sessions").json(credentials).await
    };
    for wrong in [
        password.replace("72!", "72?"),
        format!("{password}!"),
        password[..71].to_owned(),
    ] {
        log_in(wrong).await.refused(ErrorCode::Unauthenticated);
    }
    let _ = log_in(password.to_owned()).await.is(201);
}
