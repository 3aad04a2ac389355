//! `/ws` and `/events`: the doors to the live side.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::{
    answer::Refusal,
    extract::{Query, app, authenticate_upgrade, worker},
};
use crate::{
    Error,
    chat::{self, StreamCursor},
};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(super::resource("/ws").route(web::get().to(socket)))
        .service(super::resource("/events").route(web::get().to(events)));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SocketQuery {
    ticket: Option<String>,
    token: Option<String>,
}

async fn socket(
    request: HttpRequest,
    query: Query<SocketQuery>,
    payload: web::Payload,
) -> Result<HttpResponse, Refusal> {
    app(&request)?.origins.check(&request)?;
    let SocketQuery { ticket, token } = query.0;
    let me = authenticate_upgrade(&request, ticket.as_deref(), token.as_deref()).await?;
    Ok(chat::open_socket(worker(&request)?, me, &request, payload).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StreamQuery {
    ticket: Option<String>,
    token: Option<String>,
    cursor: Option<String>,
}

async fn events(request: HttpRequest, query: Query<StreamQuery>) -> Result<HttpResponse, Refusal> {
    app(&request)?.origins.check(&request)?;
    let StreamQuery {
        ticket,
        token,
        cursor,
    } = query.0;
    // What the browser remembered is newer than what the page put into the URL.
    let last_id = request
        .headers()
        .get("Last-Event-ID")
        .and_then(|value| value.to_str().ok());
    let cursor = match last_id.or(cursor.as_deref()) {
        Some(text) => Some(StreamCursor::from_text(text).ok_or(Error::InvalidField {
            field: "cursor",
            message: "must be the id of an event of this server".to_owned(),
        })?),
        None => None,
    };
    let me = authenticate_upgrade(&request, ticket.as_deref(), token.as_deref()).await?;
    Ok(chat::open_stream(worker(&request)?, me, cursor).await?)
}
