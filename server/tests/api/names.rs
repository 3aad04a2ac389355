//! Names that pass for others', on every way in.

use serde_json::json;
use shared::{ErrorCode, UserAnswer};

use crate::harness::{PASSWORD, TestServer};

#[actix_web::test]
async fn a_username_that_looks_like_another_is_taken() {
    let server = TestServer::start().await;
    server.make_account("alice").await;
    for name in ["a1ice", "A1ICE"] {
        let new = json!({ "username": name, "email": "other@example.org", "password": PASSWORD,
            "gender": "female" });
        let answer = server.post("/api/v1/users").json(new).await;
        answer.refused_on(ErrorCode::UsernameTaken, "username");
    }
    server.make_account("alicia").await;
}

#[actix_web::test]
async fn nobody_is_shown_under_somebody_elses_username_or_one_that_looks_like_it() {
    let server = TestServer::start().await;
    let (alice, mallory) = (
        server.register("alice").await,
        server.register("mallory").await,
    );
    let rename = async |name: &str| {
        let new = json!({ "display_name": name });
        mallory.patch("/users/me").json(new).await
    };
    // Itself, a digit, wide letters, Cyrillic letters, hidden characters, a turned direction.
    for name in [
        "alice",
        "Alice",
        "a1ice",
        "\u{ff21}\u{ff4c}\u{ff49}\u{ff43}\u{ff45}",
        "\u{430}lice",
        "al\u{200b}ice",
        "\u{202e}ecila",
        "alice\u{2066}",
    ] {
        let answer = rename(name).await;
        answer.refused_on(ErrorCode::InvalidField, "display_name");
    }
    for name in ["Mallory", "Мэллори", "Alice B.", "אליס", ""] {
        let changed: UserAnswer = rename(name).await.ok();
        let shown = if name.is_empty() { "mallory" } else { name };
        assert_eq!(changed.user.profile().unwrap().display_name, shown);
    }
    let new = json!({ "display_name": "Alice" });
    let _: UserAnswer = alice.patch("/users/me").json(new).await.ok();
    let new = json!({ "username": "eve", "email": "eve@example.org", "password": PASSWORD,
        "gender": "female", "display_name": "a1ice" });
    let answer = server.post("/api/v1/users").json(new).await;
    answer.refused_on(ErrorCode::InvalidField, "display_name");
}

#[actix_web::test]
async fn a_room_is_not_titled_with_what_nobody_sees() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let new = json!({ "name": "club", "visibility": "public", "title": "Lob\u{200b}by" });
    let answer = alice.post("/rooms").json(new).await;
    answer.refused_on(ErrorCode::InvalidField, "title");
}
