//! The API's document: served, whole, and the same as what is routed and what the protocol page says.

mod frames;

use std::collections::BTreeSet;

use serde_json::Value;
use shared::ErrorCode;

use crate::harness::{
    TestServer,
    documented::{DOCUMENT, resolved, routes},
    json_schema,
};

const PAGE: &str = include_str!("../../../docs/protocol.md");

/// Without the names of its parameters, which are not said over the wire.
fn shape(path: &str) -> String {
    let mut shape = String::new();
    for segment in path.split('/').skip(1) {
        let is_parameter = segment.starts_with('{');
        shape.push('/');
        shape.push_str(if is_parameter { "{}" } else { segment });
    }
    shape
}

#[actix_web::test]
async fn the_document_is_served() {
    let server = TestServer::start().await;
    let answer = server.get("/api/openapi.json").await.is(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.value(), *DOCUMENT);
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
}

#[test]
fn the_document_and_the_protocol_page_have_the_same_routes() {
    let section = PAGE.split("\n## 3. REST").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut on_page = BTreeSet::new();
    // `GET/PATCH /rooms/{id}`: methods, then a path, perhaps with a query.
    for code in section.split('`').skip(1).step_by(2) {
        let Some((methods, path)) = code.split_once(' ') else {
            continue;
        };
        let is_route =
            path.starts_with('/') && methods.chars().all(|c| c.is_ascii_uppercase() || c == '/');
        if !is_route {
            continue;
        }
        let path = shape(path.split('?').next().unwrap());
        let is_outside = ["/healthz", "/readyz", "/metrics"].contains(&path.as_str())
            || path.starts_with("/api/");
        let prefix = if is_outside { "" } else { server::http::API };
        for method in methods.split('/') {
            on_page.insert(format!("{method} {prefix}{path}"));
        }
    }
    let documented: BTreeSet<_> = routes()
        .into_iter()
        .map(|route| format!("{} {}", route.method.to_uppercase(), shape(route.path)))
        .collect();
    assert!(documented.len() > 35, "{documented:?}");
    let missing: Vec<_> = documented.symmetric_difference(&on_page).collect();
    assert!(missing.is_empty(), "only on one of both: {missing:#?}");
}

#[test]
fn every_route_says_what_it_does_who_may_and_how_it_refuses() {
    let mut ids = BTreeSet::new();
    let schemes = DOCUMENT["components"]["securitySchemes"]
        .as_object()
        .unwrap();
    for route in routes() {
        let (path, method, operation) = (route.path, route.method, route.entry);
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id), "{id} is there twice");
        let text = |key: &str| operation[key].as_str().unwrap_or_default();
        assert!(text("summary").len() > 5, "{method} {path} says nothing");
        assert!(
            text("description").ends_with('.'),
            "{method} {path}: {operation}"
        );

        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses
                .keys()
                .any(|status| status.starts_with(['1', '2'])),
            "{method} {path} never succeeds"
        );
        let ways = route.security();
        for name in &ways {
            assert!(schemes.contains_key(*name), "{method} {path}: {name}");
        }
        assert_eq!(
            !ways.is_empty(),
            responses.contains_key("401") && id != "sessions_log_in",
            "{method} {path}: asked who it is, or not"
        );
        for (_, response) in responses {
            let codes = &resolved(response)["content"]["application/json"]["schema"]["allOf"][1]["properties"]
                ["code"]["enum"];
            for code in codes.as_array().into_iter().flatten() {
                let code: ErrorCode = serde_json::from_value(code.clone()).unwrap();
                assert!(ErrorCode::ALL.contains(&code), "{method} {path}: {code:?}");
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(
                !parameter["description"].as_str().unwrap().is_empty(),
                "{parameter}"
            );
            json_schema::check(&parameter["schema"]);
        }
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_one() {
    fn walk(value: &'static Value, found: &mut usize) {
        if let Some(reference) = value["$ref"].as_str() {
            assert!(resolved(value).is_object(), "{reference} leads nowhere");
            *found += 1;
        }
        match value {
            Value::Object(fields) => fields.values().for_each(|value| walk(value, found)),
            Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let mut found = 0;
    walk(&DOCUMENT, &mut found);
    assert!(found > 200, "{found}");
    for (name, schema) in DOCUMENT["components"]["schemas"].as_object().unwrap() {
        json_schema::check(schema);
        assert!(schema["description"].is_string(), "{name} is not described");
    }
}

#[test]
fn requests_refuse_what_they_do_not_know_and_nothing_is_null() {
    for route in routes() {
        let (path, method, operation) = (route.path, route.method, route.entry);
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        if !body.is_null() {
            assert_eq!(
                resolved(body)["additionalProperties"],
                false,
                "{method} {path}"
            );
        }
    }
    assert!(!DOCUMENT.to_string().contains("\"null\""));
}

#[actix_web::test]
async fn the_viewer_is_its_own_files_under_its_own_policy() {
    let server = TestServer::start().await;
    let page = server.get("/api/docs").await.is(200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self';"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    let text = page.text();
    assert!(!text.contains("http"), "it loads from elsewhere: {text}");
    for script in text.split("<script").skip(1) {
        assert!(
            script.split('>').nth(1).unwrap().starts_with("</script"),
            "inline: {script}"
        );
    }
    for inline in ["<style", "style=", "onclick", "onload"] {
        assert!(!text.contains(inline), "inline: {inline}");
    }
    let mut files = 0;
    for path in text
        .split('"')
        .filter(|word| word.starts_with("/api/docs/"))
    {
        let file = server.get(path).await.is(200);
        assert_eq!(
            file.header("content-security-policy"),
            Some(policy),
            "{path}"
        );
        files += 1;
    }
    assert_eq!(files, 2);
    let _ = server.get("/api/docs/schema.js").await.is(200);
    server
        .get("/api/docs/other.js")
        .await
        .refused(ErrorCode::NotFound);
}
