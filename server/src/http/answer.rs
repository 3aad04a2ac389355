//! Errors as HTTP answers: one shape, from one mapping.

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header::RETRY_AFTER},
};
use shared::ApiError;

use crate::Error;

/// An error that is already in its wire shape.
#[derive(Debug)]
pub(super) struct Refusal(pub ApiError);

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        error.log();
        Self(ApiError::from(&error))
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        answer(&self.0)
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(ApiError::from(self).code.http_status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        self.log();
        answer(&ApiError::from(self))
    }
}

fn answer(error: &ApiError) -> HttpResponse {
    let status =
        StatusCode::from_u16(error.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    // For whoever counts and logs the answer.
    response.extensions_mut().insert(error.code);
    if let Some(millis) = error.retry_after_ms {
        // The header counts whole seconds, and 0 would be "at once".
        response.insert_header((RETRY_AFTER, millis.div_ceil(1_000).max(1)));
    }
    response.json(error)
}
