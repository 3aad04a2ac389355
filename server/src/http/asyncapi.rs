//! The document of sockets and streams: AsyncAPI 3.0, from the types of the frames.

use serde_json::{Map, Value, json};
use shared::{ClientFrame, ServerFrame};

use super::{API, schemas};

const ABOUT: &str = "What is said over a WebSocket, and comes over a stream of Server-Sent Events: one \
    JSON object each, tagged by `type`. Requests are strict; of what the server says, frames and \
    fields that a client does not know are to be skipped. `/api/frames.json` is the same as plain \
    JSON Schema, `/api/openapi.json` has the REST API and how to be let in.";
const SCHEMA_FORMAT: &str = "application/schema+json;version=draft-2020-12";
const PLACE: &str = "/components/schemas";

/// The whole document. Actions are the server's: it receives what clients say.
pub(super) fn document() -> Value {
    let mut schemas = schemas::generator(PLACE);
    let _ = schemas.subschema_for::<ClientFrame>();
    let _ = schemas.subschema_for::<ServerFrame>();
    let mut schemas = schemas.take_definitions(true);
    let mut messages = Map::new();
    let from_client = add_messages(
        &mut messages,
        "client",
        schemas.remove("ClientFrame").as_ref(),
    );
    let from_server = add_messages(
        &mut messages,
        "server",
        schemas.remove("ServerFrame").as_ref(),
    );

    let of = |names: &[&Vec<String>]| -> Value {
        let names = names.iter().copied().flatten();
        let entries = names.map(|name| {
            let message = json!({ "$ref": format!("#/components/messages/{name}") });
            (name.clone(), message)
        });
        Value::Object(entries.collect())
    };
    let operation = |action: &str, channel: &str, summary: &str, names: &[String]| -> Value {
        let messages = names.iter();
        let messages: Vec<_> = messages
            .map(|name| json!({ "$ref": format!("#/channels/{channel}/messages/{name}") }))
            .collect();
        json!({
            "action": action,
            "channel": { "$ref": format!("#/channels/{channel}") },
            "summary": summary,
            "messages": messages,
        })
    };
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Parlor",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "MIT" },
        },
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": format!("{API}/ws"),
                "description": "A WebSocket; text frames.",
                "messages": of(&[&from_client, &from_server]),
            },
            "events": {
                "address": format!("{API}/events"),
                "description": "Server-Sent Events; a frame is an event's `data`, and its `id`, where it has one, resumes.",
                "messages": of(&[&from_server]),
            },
        },
        "operations": {
            "hear": operation("receive", "socket", "What clients say.", &from_client),
            "tell": operation("send", "socket", "What sockets are told.", &from_server),
            "tell_streams": operation("send", "events", "What streams are told.", &from_server),
        },
        "components": { "messages": messages, "schemas": schemas },
    })
}

/// Takes an enum of frames apart; returns the names of its messages.
fn add_messages(
    messages: &mut Map<String, Value>,
    side: &str,
    frames: Option<&Value>,
) -> Vec<String> {
    let variants = frames
        .as_ref()
        .and_then(|frames| frames["oneOf"].as_array());
    let mut names = Vec::new();
    for variant in variants.into_iter().flatten() {
        let Some(name) = variant["properties"]["type"]["const"].as_str() else {
            continue;
        };
        let key = format!("{side}_{name}");
        let message = json!({
            "name": name,
            "summary": variant["description"],
            "payload": { "schemaFormat": SCHEMA_FORMAT, "schema": variant },
        });
        messages.insert(key.clone(), message);
        names.push(key);
    }
    names
}
