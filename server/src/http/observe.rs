//! What is logged and counted of every request: its id, its route, its answer; never its address,
//! its path, its query or its body.

use std::time::Instant;

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
    web::Data,
};
use shared::ErrorCode;
use tracing::Instrument;
use uuid::Uuid;

use super::App;

/// By which a person who was answered names the lines of the log that are about it.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps the app. What a handler logs carries the request's id; a connection's later life does not
/// belong to the request that opened it.
///
/// # Errors
/// Those of the app.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    // Random, not counted: nobody learns how much others ask.
    let id = Uuid::new_v4().simple().to_string();
    let app = request.app_data::<Data<App>>().cloned();
    // A stop waits for the answer.
    let _stay = app.as_ref().map(|app| app.draining.stay());
    // The pattern and not the path, which may be anything.
    let route = request.match_pattern().unwrap_or_default();
    let span = tracing::info_span!("request", request.id = %id, method = %request.method(), route);
    let began = Instant::now();
    let mut response = next.call(request).instrument(span.clone()).await?;
    let refusal = response.response().extensions().get::<ErrorCode>().copied();
    if let (Some(app), Some(code)) = (app, refusal) {
        app.rejections.count(code);
    }
    span.in_scope(|| {
        tracing::debug!(
            status = response.status().as_u16(),
            code = refusal.map(ErrorCode::as_str),
            duration_ms = began.elapsed().as_millis(),
            "answered"
        );
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    Ok(response)
}
