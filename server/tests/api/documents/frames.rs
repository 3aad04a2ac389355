//! The documents of frames: served, and the same as the types, the pages and each other.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::{ClientFrame, ServerFrame};

use crate::harness::{TestServer, documented::FRAMES, json_schema};

const PAGES: [&str; 2] = [
    include_str!("../../../../docs/asyncapi.md"),
    include_str!("../../../../docs/protocol.md"),
];

/// The lines of a page's blocks that are marked so.
fn lines(page: &'static str, name: &str) -> Vec<&'static str> {
    let fence = format!("```json {name}\n");
    let blocks = page.split(&fence).skip(1);
    blocks
        .flat_map(|block| block.split("```").next().unwrap().lines())
        .collect()
}

/// The payload of a message of the `AsyncAPI` document.
fn payload(document: &Value, side: &str, frame: &Value) -> Value {
    let name = format!("{side}_{}", frame["type"].as_str().unwrap());
    let message = &document["components"]["messages"][&name];
    assert!(message.is_object(), "the document has no {name}");
    message["payload"]["schema"].clone()
}

/// Every line is that type's, and each document's; returns the names that occur.
fn hold<T: DeserializeOwned>(page: &'static str, name: &str, side: &str) -> BTreeSet<String> {
    let asyncapi = server::http::asyncapi();
    let mut names = BTreeSet::new();
    for line in lines(page, name) {
        let frame: Value = serde_json::from_str(line).unwrap();
        assert!(serde_json::from_value::<T>(frame.clone()).is_ok(), "{line}");
        let by_frames = json_schema::errors(&FRAMES, &FRAMES["$defs"][name], &frame);
        assert!(by_frames.is_empty(), "{by_frames:?} in {line}");
        let by_asyncapi = json_schema::errors(&asyncapi, &payload(&asyncapi, side, &frame), &frame);
        assert!(by_asyncapi.is_empty(), "{by_asyncapi:?} in {line}");
        names.insert(format!("{side}_{}", frame["type"].as_str().unwrap()));
    }
    names
}

#[test]
fn every_line_of_the_pages_is_a_frame_and_every_frame_is_on_each() {
    let asyncapi = server::http::asyncapi();
    let messages = asyncapi["components"]["messages"].as_object().unwrap();
    let all: BTreeSet<String> = messages.keys().cloned().collect();
    assert_eq!(all.len(), 7 + 21, "{all:?}");
    for page in PAGES {
        let mut shown = hold::<ClientFrame>(page, "ClientFrame", "client");
        shown.extend(hold::<ServerFrame>(page, "ServerFrame", "server"));
        assert_eq!(shown, all);
    }
    // No block is of a kind that nobody reads.
    for fence in PAGES[0]
        .lines()
        .filter(|line| line.starts_with("```") && line.len() > 3)
    {
        assert!(
            ["```json ClientFrame", "```json ServerFrame"].contains(&fence),
            "{fence}"
        );
    }
}

#[test]
fn what_a_client_says_is_strict_and_what_it_hears_is_not() {
    let errors = |name: &str, frame: &str| {
        let frame = serde_json::from_str(frame).unwrap();
        json_schema::errors(&FRAMES, &FRAMES["$defs"][name], &frame)
    };
    assert!(errors("ServerFrame", r#"{"type":"pong","later":1}"#).is_empty());
    for frame in [
        r#"{"type":"ping","x":1}"#,
        r#"{"type":"fly"}"#,
        r#"{"type":"typing"}"#,
        r#"{"type":"typing","room":"lobby"}"#,
        r#"{"type":"set_presence","state":"gone"}"#,
        r#"{"type":"resume","rooms":{"lobby":1}}"#,
        r#"{"type":"resume","rooms":{},"epoch":null}"#,
        r#"{"type":"renew","token":7}"#,
    ] {
        assert!(!errors("ClientFrame", frame).is_empty(), "{frame} passes");
        assert!(
            serde_json::from_str::<ClientFrame>(frame).is_err(),
            "{frame}"
        );
    }
}

#[test]
fn channels_and_operations_lead_to_messages_and_messages_to_schemas() {
    fn walk(root: &Value, value: &Value, found: &mut usize) {
        if let Some(reference) = value["$ref"].as_str() {
            let place = reference.trim_start_matches('#');
            assert!(root.pointer(place).is_some(), "{reference} leads nowhere");
            *found += 1;
        }
        match value {
            Value::Object(fields) => fields.values().for_each(|value| walk(root, value, found)),
            Value::Array(items) => items.iter().for_each(|value| walk(root, value, found)),
            _ => {}
        }
    }
    let document = server::http::asyncapi();
    let mut found = 0;
    walk(&document, &document, &mut found);
    assert!(found > 150, "{found}");
    assert_eq!(document["asyncapi"], "3.0.0");
    let channels = document["channels"].as_object().unwrap();
    for channel in channels.values() {
        let address = channel["address"].as_str().unwrap();
        let routes = server::http::openapi();
        assert!(
            routes["paths"][address].is_object(),
            "{address} is no route"
        );
    }
    for (name, message) in document["components"]["messages"].as_object().unwrap() {
        json_schema::check(&message["payload"]["schema"]);
        assert!(message["summary"].is_string(), "{name} is not described");
    }
}

#[actix_web::test]
async fn the_documents_of_frames_are_served() {
    let server = TestServer::start().await;
    let frames = server.get("/api/frames.json").await.is(200);
    assert_eq!(frames.value(), *FRAMES);
    let asyncapi = server.get("/api/asyncapi.json").await.is(200);
    assert_eq!(asyncapi.value(), server::http::asyncapi());
}
