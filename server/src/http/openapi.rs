//! The document of the API: OpenAPI 3.1, from the routes and the wire types.

use std::collections::BTreeMap;

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use shared::{ApiError, ErrorCode, MessageId, RoomId, RoomName, SessionId, UserId};

use super::{
    cookies,
    describe::{Operation, Success},
    route::{Route, Section},
    schemas,
};

const ABOUT: &str = "Self-hosted real-time chat. JSON in UTF-8; times are milliseconds since the \
    Unix epoch; what may be absent is left out and never `null`; unknown fields are refused in \
    requests and to be skipped in answers. Branch on an error's `code`, never on its `message`. \
    The frames of `/api/v1/ws` and `/api/v1/events` are described by `/api/frames.json`.";

/// The whole document.
pub(super) fn document(sections: &[Section]) -> Value {
    let mut schemas = schemas::generator("/components/schemas");
    let meanings = meanings(&mut schemas);
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut responses = Map::new();
    for section in sections {
        for route in &section.routes {
            let operation = operation(section, route, &mut schemas, &meanings, &mut responses);
            paths
                .entry(format!("{}{}", section.prefix, route.path))
                .or_default()
                .insert(route.method.as_str().to_lowercase(), operation);
        }
    }
    let tags: Vec<_> = sections
        .iter()
        .map(|section| json!({ "name": section.name, "description": section.about }))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Parlor",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The API of a Parlor server.",
            "description": ABOUT,
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas.take_definitions(true),
            "responses": responses,
            "securitySchemes": security_schemes(),
        },
    })
}

fn security_schemes() -> Value {
    json!({
        "bearer": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "The `access_token` of a login, good for an hour.",
        },
        "refresh": {
            "type": "apiKey", "in": "cookie", "name": cookies::REFRESH,
            "description": "Set by a login for its session's own path, out of reach of scripts.",
        },
        "ticket": {
            "type": "apiKey", "in": "query", "name": "ticket",
            "description": "From `POST /api/v1/tickets`, good for one connection.",
        },
        "token": {
            "type": "apiKey", "in": "query", "name": "token",
            "description": "An access token, where the operator allows it in URLs.",
        },
    })
}

fn operation(
    section: &Section,
    route: &Route,
    schemas: &mut SchemaGenerator,
    meanings: &BTreeMap<String, String>,
    responses: &mut Map<String, Value>,
) -> Value {
    let mut parameters = path_parameters(route.path, schemas);
    let Operation {
        parameters: others,
        body,
        security,
        successes,
        refusals,
        ..
    } = route.describe(schemas);
    parameters.extend(others);
    let mut answers = answers(successes);
    for (status, codes) in by_status(&refusals) {
        let name = codes.join(".");
        answers.insert(
            status.to_string(),
            json!({ "$ref": format!("#/components/responses/{name}") }),
        );
        responses
            .entry(name)
            .or_insert_with(|| refusal(status, &codes, meanings, schemas));
    }
    let title = route
        .does
        .split_once(". ")
        .map_or(route.does, |(title, _)| title);
    let mut operation = json!({
        "tags": [section.name],
        "operationId": route.id,
        "summary": title.trim_end_matches('.'),
        "description": route.does,
        "security": security,
        "responses": answers,
    });
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = body {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": body } },
        });
    }
    operation
}

/// What a path's names stand for, everywhere the same.
fn path_parameters(path: &str, schemas: &mut SchemaGenerator) -> Vec<Value> {
    let names = path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'));
    names
        .map(|(name, _)| {
            let (description, schema) = match name {
                "room" => (
                    "A room's id, or a public room's name.",
                    json!({ "anyOf": [of::<RoomId>(schemas), of::<RoomName>(schemas)] }),
                ),
                "user" => (
                    "A person's id, or `me`.",
                    json!({ "anyOf": [of::<UserId>(schemas), { "const": "me" }] }),
                ),
                "file" => (
                    "A file's name.",
                    json!({ "enum": ["schema.js", "viewer.css", "viewer.js"] }),
                ),
                "session" => ("A session's id.", of::<SessionId>(schemas)),
                "message" => ("A message's id.", of::<MessageId>(schemas)),
                _ => ("A name.", of::<String>(schemas)),
            };
            json!({
                "name": name, "in": "path", "required": true,
                "description": description, "schema": schema,
            })
        })
        .collect()
}

fn of<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Value {
    schemas.subschema_for::<T>().into()
}

/// By status and media type; what comes in several forms has them all.
fn answers(successes: Vec<Success>) -> Map<String, Value> {
    let mut answers: Map<String, Value> = Map::new();
    for success in successes {
        let answer = answers
            .entry(success.status.to_string())
            .or_insert_with(|| described(success.description, success.header));
        if let Some((media_type, schema)) = success.content {
            let place = &mut answer["content"][media_type]["schema"];
            *place = match place.take() {
                Value::Null => schema.into(),
                other => json!({ "anyOf": [other, schema] }),
            };
        }
    }
    answers
}

fn described(description: &str, header: Option<(&str, &str)>) -> Value {
    let mut answer = json!({ "description": description });
    if let Some((name, about)) = header {
        let schema = json!({ "type": "string" });
        answer["headers"] = json!({ name: { "description": about, "schema": schema } });
    }
    answer
}

/// The codes of each status, in the order of the protocol page.
fn by_status(refusals: &[ErrorCode]) -> BTreeMap<u16, Vec<String>> {
    let mut statuses: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for code in ErrorCode::ALL {
        if refusals.contains(&code) {
            let codes = statuses.entry(code.http_status()).or_default();
            codes.extend(name(code));
        }
    }
    statuses
}

/// As it travels.
fn name(code: ErrorCode) -> Option<String> {
    let name = serde_json::to_value(code).ok()?;
    name.as_str().map(str::to_owned)
}

/// One shape, with the codes that are possible here.
fn refusal(
    status: u16,
    codes: &[String],
    meanings: &BTreeMap<String, String>,
    schemas: &mut SchemaGenerator,
) -> Value {
    let lines: Vec<_> = codes
        .iter()
        .map(|code| {
            let meaning = meanings.get(code).map_or("", String::as_str);
            format!("`{code}`: {meaning}")
        })
        .collect();
    let error = of::<ApiError>(schemas);
    let mut refusal = json!({
        "description": lines.join(" "),
        "content": { "application/json": { "schema": {
            "allOf": [error, { "properties": { "code": { "enum": codes } } }],
        } } },
    });
    let says_when = [ErrorCode::RateLimited, ErrorCode::Unavailable];
    if says_when.iter().any(|code| code.http_status() == status) {
        refusal["headers"] = json!({ "Retry-After": {
            "description": "Whole seconds until it is worth another try.",
            "required": true,
            "schema": { "type": "integer", "minimum": 1 },
        } });
    }
    refusal
}

/// What each code means, in the words of its type.
fn meanings(schemas: &mut SchemaGenerator) -> BTreeMap<String, String> {
    let schema = ErrorCode::json_schema(schemas);
    let codes = schema.get("oneOf").and_then(Value::as_array);
    codes
        .into_iter()
        .flatten()
        .filter_map(|code| {
            let text = |key: &str| code.get(key)?.as_str().map(str::to_owned);
            Some((text("const")?, text("description")?))
        })
        .collect()
}
