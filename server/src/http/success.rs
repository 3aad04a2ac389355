//! What handlers answer when they did what was asked, by the status that goes with it.

use actix_web::{HttpRequest, HttpResponse, Responder, body::BoxBody, cookie::Cookie};
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use shared::MessageAnswer;

use super::describe::{Describe, Operation, Success};
use crate::store::Posted;

/// 201: it was made, and this is it.
pub(super) struct Created<T>(pub T);

impl<T: Serialize> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Created().json(self.0)
    }
}

impl<T: JsonSchema> Describe for Created<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<T>(201, "Made.");
    }
}

/// 204: done, and nothing to say of it.
pub(super) struct Done;

impl Responder for Done {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}

impl Describe for Done {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_with(204, "Done.", None);
    }
}

/// 201, or 200 when repeated.
impl Responder for Posted {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut response = match self {
            Self::New(_) => HttpResponse::Created(),
            Self::Repeated(_) => HttpResponse::Ok(),
        };
        response.json(MessageAnswer {
            message: self.into_message(),
        })
    }
}

impl Describe for Posted {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<MessageAnswer>(201, "Posted, and durable.");
        operation.answers::<MessageAnswer>(200, "Posted before: the same message as it is now.");
    }
}

/// An answer that sets a cookie.
pub(super) struct WithCookie<T>(pub T, pub Cookie<'static>);

impl<T: Responder> Responder for WithCookie<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = self.0.respond_to(request).map_into_boxed_body();
        if let Err(error) = response.add_cookie(&self.1) {
            return HttpResponse::from_error(error);
        }
        response
    }
}

impl<T: Describe> Describe for WithCookie<T> {
    fn describe(operation: &mut Operation<'_>) {
        let before = operation.successes.len();
        T::describe(operation);
        for success in &mut operation.successes[before..] {
            success.header = Some(("Set-Cookie", "The refresh cookie, or its removal."));
        }
    }
}

/// 101: from here on it is a WebSocket.
pub(super) struct Upgraded(pub HttpResponse);

impl Responder for Upgraded {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.0
    }
}

impl Describe for Upgraded {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_with(
            101,
            "A WebSocket: frames as `/api/frames.json` has them.",
            None,
        );
    }
}

/// 200: events until the stream ends.
pub(super) struct Streamed(pub HttpResponse);

impl Responder for Streamed {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.0
    }
}

impl Describe for Streamed {
    fn describe(operation: &mut Operation<'_>) {
        operation.successes.push(Success {
            status: 200,
            description: "Events, whose data are frames as `/api/frames.json` has them.",
            // No type: some tools judge the text, some each event.
            content: Some(("text/event-stream", Schema::default())),
            header: None,
        });
    }
}
