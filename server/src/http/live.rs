//! `/ws` and `/events`: the doors to the live side.

use actix_web::{HttpRequest, web};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::{
    answer::Refusal,
    extract::{Upgrade, UrlCredentials, worker},
    route::{Route, get},
    success::{Streamed, Upgraded},
};
use crate::{
    Error,
    chat::{self, StreamCursor},
};

const NO_CURSOR: &str = "must be the id of an event of this server";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/ws", socket).does("Opens a WebSocket. Frames go both ways."),
        get("/events", events).does(
            "Opens a stream of Server-Sent Events. Frames come; `Last-Event-ID` (or `cursor`) \
             resumes.",
        ),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SocketQuery {
    /// From `POST /tickets`, in place of `Authorization`.
    ticket: Option<String>,
    /// An access token, where the operator allows it in URLs.
    token: Option<String>,
}

impl UrlCredentials for SocketQuery {
    fn ticket(&self) -> Option<&str> {
        self.ticket.as_deref()
    }

    fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}

async fn socket(
    upgrade: Upgrade<SocketQuery>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<Upgraded, Refusal> {
    let worker = worker(&request)?;
    let response = chat::open_socket(worker, upgrade.me, &request, payload).await?;
    Ok(Upgraded(response))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StreamQuery {
    /// From `POST /tickets`, in place of `Authorization`.
    ticket: Option<String>,
    /// An access token, where the operator allows it in URLs.
    token: Option<String>,
    /// The `id` of the last event, for who cannot send it as `Last-Event-ID`.
    #[serde(default, deserialize_with = "cursor")]
    #[schemars(with = "Option<String>")]
    cursor: Option<StreamCursor>,
}

fn cursor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<StreamCursor>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let cursor = StreamCursor::from_text(&text).ok_or_else(|| D::Error::custom(NO_CURSOR))?;
    Ok(Some(cursor))
}

impl UrlCredentials for StreamQuery {
    fn ticket(&self) -> Option<&str> {
        self.ticket.as_deref()
    }

    fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}

async fn events(upgrade: Upgrade<StreamQuery>, request: HttpRequest) -> Result<Streamed, Refusal> {
    // What the browser remembered is newer than what the page put into the URL.
    let last_id = request
        .headers()
        .get("Last-Event-ID")
        .and_then(|value| value.to_str().ok());
    let cursor = match last_id {
        Some(text) => Some(StreamCursor::from_text(text).ok_or(Error::InvalidField {
            field: "cursor",
            message: NO_CURSOR.to_owned(),
        })?),
        None => upgrade.query.cursor,
    };
    let response = chat::open_stream(worker(&request)?, upgrade.me, cursor).await?;
    Ok(Streamed(response))
}
