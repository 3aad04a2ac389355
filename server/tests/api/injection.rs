//! What is said is never part of a query: operators, patterns and wrong types in every field of
//! every body and every query, on whichever store the tests run.

use actix_web::http::Method;
use serde_json::{Value, json};
use shared::ErrorCode;

use crate::harness::{Answer, PASSWORD, Person, TestServer, client_id};

/// In place of a text: each is refused, whatever a store would make of it.
fn no_texts() -> Vec<Value> {
    let operators = [
        "$ne",
        "$gt",
        "$gte",
        "$lt",
        "$in",
        "$nin",
        "$exists",
        "$regex",
        "$where",
        "$or",
        "$and",
        "$not",
        "$expr",
        "$set",
        "$unset",
        "$inc",
        "$function",
        "$accumulator",
        "$jsonSchema",
        "$text",
        "$oid",
        "$date",
        "$binary",
        "$uuid",
        "$numberLong",
        "$code",
        "$dbRef",
    ];
    let mut all: Vec<Value> = operators
        .iter()
        .flat_map(|name| {
            [
                json!({ *name: "" }),
                json!({ *name: null }),
                json!([{ *name: 1 }]),
            ]
        })
        .collect();
    all.extend([
        json!([]),
        json!({}),
        json!([["x"]]),
        json!(1),
        json!(-1.5),
        json!(true),
    ]);
    all
}

/// Texts that mean something to some query language, and only themselves here.
const TEXTS: [&str; 14] = [
    "' OR '1'='1",
    "'; DROP TABLE users; --",
    "\" OR 1=1 --",
    "%",
    "_____",
    "*",
    "a* OR b*",
    "NEAR(a b)",
    "{\"$ne\":\"\"}",
    "$where: 1",
    "[$ne]=1",
    ".*",
    "\\",
    "a\u{2044}b",
];

/// Every field that takes a text, in a body that is good but for it.
fn bodies(room: &str) -> Vec<(Method, String, Value, Vec<&'static str>)> {
    let user = json!({ "username": "mallory2", "email": "m@example.org", "password": PASSWORD,
        "gender": "other", "display_name": "M" });
    vec![
        (
            Method::POST,
            "/users".to_owned(),
            user,
            vec!["username", "email", "password", "gender", "display_name"],
        ),
        (
            Method::POST,
            "/sessions".to_owned(),
            json!({ "username": "alice", "password": PASSWORD }),
            vec!["username", "password"],
        ),
        (
            Method::POST,
            "/rooms".to_owned(),
            json!({ "name": "club", "title": "C", "topic": "t", "visibility": "public" }),
            vec!["name", "title", "topic", "visibility"],
        ),
        (
            Method::POST,
            format!("/rooms/{room}/messages"),
            json!({ "client_id": client_id(), "body": "hi", "reply_to": client_id() }),
            vec!["client_id", "body", "reply_to"],
        ),
        (
            Method::PATCH,
            "/users/me".to_owned(),
            json!({}),
            vec!["display_name", "email", "gender", "status_text", "role"],
        ),
        (
            Method::PUT,
            "/users/me/password".to_owned(),
            json!({ "current": PASSWORD, "new": "orange trees in the rain" }),
            vec!["current", "new"],
        ),
        (
            Method::POST,
            "/password-checks".to_owned(),
            json!({ "password": "x" }),
            vec!["password", "username", "email"],
        ),
    ]
}

fn is_refused(answer: &Answer, what: &str) {
    assert_eq!(
        answer.status / 100,
        4,
        "{what}: {} {}",
        answer.status,
        answer.text()
    );
}

#[actix_web::test]
async fn an_operator_in_place_of_a_text_is_refused_in_every_field() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let bodies = bodies(&server.lobby().to_string());
    let mut tries = 0;
    for (method, path, good, fields) in &bodies {
        for field in fields {
            for wrong in no_texts() {
                let mut body = good.clone();
                body[*field] = wrong;
                let what = format!("{method} {path} {body}");
                let answer = alice.call(method.clone(), path).json(&body).await;
                is_refused(&answer, &what);
                tries += 1;
            }
        }
    }
    assert!(tries >= 2_000, "{tries}");
    let listed = alice.get("/users").await.is(200);
    assert!(!listed.text().contains("mallory"), "nobody was made");
    assert_eq!(alice.history(server.lobby()).await, []);
}

#[actix_web::test]
async fn text_that_is_a_query_elsewhere_means_itself_here() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    server.register("bob").await;
    for text in TEXTS {
        let said = alice.say(server.lobby(), text).await;
        assert_eq!(said.body(), Some(text));
        let found = |answer: Answer, list: &str| answer.is(200).value()[list].clone();
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        for (path, list) in [
            (format!("/users?q={encoded}"), "users"),
            (format!("/rooms?scope=public&q={encoded}"), "rooms"),
        ] {
            assert_eq!(found(alice.get(&path).await, list), json!([]), "{text}");
        }
        for path in [
            format!("/rooms/{encoded}"),
            format!("/users/{encoded}"),
            format!("/rooms/{encoded}/messages"),
        ] {
            alice.get(&path).await.refused(ErrorCode::NotFound);
        }
        let login = json!({ "username": text, "password": text });
        server
            .post("/api/v1/sessions")
            .json(login)
            .await
            .refused(ErrorCode::Unauthenticated);
    }
    // Names of parameters as PHP and Express would read them.
    for query in [
        "q[$ne]=x",
        "q[]=x",
        "limit[$gt]=0",
        "cursor[$regex]=.*",
        "$where=1",
    ] {
        refused_query(&alice, query).await;
    }
    let history = alice.history(server.lobby()).await;
    let kept: Vec<_> = history
        .iter()
        .filter_map(|message| message.body())
        .collect();
    assert_eq!(kept, TEXTS);
}

async fn refused_query(alice: &Person, query: &str) {
    for path in ["/users", "/rooms"] {
        let answer = alice.get(&format!("{path}?{query}")).await;
        answer.refused(ErrorCode::InvalidRequest);
    }
}
