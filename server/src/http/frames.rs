//! The frames of sockets and streams as JSON Schema, from their types.

use serde_json::{Value, json};
use shared::{ClientFrame, ServerFrame};

use super::schemas;

const ABOUT: &str = "One JSON object each, tagged by `type`. `#/$defs/ClientFrame` is what a client \
    says over `/api/v1/ws`, strict; `#/$defs/ServerFrame` is what the server says there and over \
    `/api/v1/events`, where frames and fields that a client does not know are to be skipped.";

/// JSON Schema 2020-12 of both directions.
pub(super) fn document() -> Value {
    let mut schemas = schemas::generator("/$defs");
    let from_client = schemas.subschema_for::<ClientFrame>();
    let from_server = schemas.subschema_for::<ServerFrame>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Frames of Parlor",
        "description": ABOUT,
        "anyOf": [from_client, from_server],
        "$defs": schemas.take_definitions(true),
    })
}
