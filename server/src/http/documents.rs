//! What describes the API, served by the API: its documents, and a page that shows them.

use std::sync::LazyLock;

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::header::CONTENT_SECURITY_POLICY,
    web::{Bytes, Path},
};
use serde_json::{Map, Value};
use shared::ErrorCode;

use super::{
    asyncapi as frames_document,
    describe::{Describe, Operation},
    frames as frame_schemas, openapi as routes_document,
    route::{Route, get},
};
use crate::Error;

static OPENAPI: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(openapi().to_string()));
static ASYNCAPI: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(asyncapi().to_string()));
static FRAMES: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(frames().to_string()));

/// Its own files run, style and fetch; nothing else does, and nothing shows it in a frame.
const VIEWER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/openapi.json", openapi_json).does("This document. OpenAPI 3.1."),
        get("/api/asyncapi.json", asyncapi_json)
            .does("What sockets and streams say. AsyncAPI 3.0."),
        get("/api/frames.json", frames_json)
            .does("The frames of sockets and streams. JSON Schema 2020-12."),
        get("/api/docs", viewer).does("A page that shows this document, and sends requests."),
        get("/api/docs/{file}", viewer_file)
            .does("What that page is made of: `viewer.js`, `schema.js`, `viewer.css`.")
            .refuses(&[ErrorCode::NotFound]),
    ]
}

/// The OpenAPI document of every route.
pub fn openapi() -> Value {
    routes_document::document(&super::sections())
}

/// The AsyncAPI document of sockets and streams.
pub fn asyncapi() -> Value {
    frames_document::document()
}

/// The JSON Schema of every frame.
pub fn frames() -> Value {
    frame_schemas::document()
}

/// A document in JSON, made once.
struct Document(Bytes);

impl Responder for Document {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .content_type("application/json")
            .body(self.0)
    }
}

impl Describe for Document {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<Map<String, Value>>(200, "The document.");
    }
}

async fn openapi_json() -> Document {
    Document(OPENAPI.clone())
}

async fn asyncapi_json() -> Document {
    Document(ASYNCAPI.clone())
}

async fn frames_json() -> Document {
    Document(FRAMES.clone())
}

/// A file of the viewer: its media type and its text.
struct ViewerFile(&'static str, &'static str);

impl Responder for ViewerFile {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .content_type(format!("{}; charset=utf-8", self.0))
            .insert_header((CONTENT_SECURITY_POLICY, VIEWER_POLICY))
            .body(self.1)
    }
}

impl Describe for ViewerFile {
    fn describe(operation: &mut Operation<'_>) {
        for media_type in ["text/html", "text/javascript", "text/css"] {
            operation.answers_with(200, "A file of the viewer.", Some(media_type));
        }
    }
}

async fn viewer() -> ViewerFile {
    ViewerFile("text/html", include_str!("viewer/index.html"))
}

async fn viewer_file(file: Path<String>) -> Result<ViewerFile, Error> {
    Ok(match file.as_str() {
        "viewer.js" => ViewerFile("text/javascript", include_str!("viewer/viewer.js")),
        "schema.js" => ViewerFile("text/javascript", include_str!("viewer/schema.js")),
        "viewer.css" => ViewerFile("text/css", include_str!("viewer/viewer.css")),
        _ => return Err(Error::NotFound("file")),
    })
}
