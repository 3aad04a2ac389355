//! The one shape of an error, on every transport.

use serde::{Deserialize, Serialize};

/// What went wrong, for programs: clients branch on this and never on the message.
///
/// Renaming a code is a breaking change; adding one is not, since clients read it as `Unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request is not of the form the protocol page gives.
    InvalidRequest,
    /// No valid credentials, or a session that has ended.
    Unauthenticated,
    /// The access token was good and has run out: refresh it.
    TokenExpired,
    /// Visible, but not allowed.
    Forbidden,
    /// Absent, or not for you.
    NotFound,
    /// Another account has that username.
    UsernameTaken,
    /// Another account has that e-mail address.
    EmailTaken,
    /// Another public room has that name.
    RoomNameTaken,
    /// The request contradicts what is stored.
    Conflict,
    /// The body or frame is above the limit.
    PayloadTooLarge,
    /// A field breaks its rule; `field` names it.
    InvalidField,
    /// Too many requests; `retry_after_ms` says when to come back.
    RateLimited,
    /// The server's fault, logged there.
    Internal,
    /// Overloaded, stopping, or without its store; `retry_after_ms` says when to come back.
    Unavailable,
    /// A code this client does not know yet.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

impl ErrorCode {
    /// Every code the server may say, in the order of the protocol page.
    pub const ALL: [Self; 14] = [
        Self::InvalidRequest,
        Self::Unauthenticated,
        Self::TokenExpired,
        Self::Forbidden,
        Self::NotFound,
        Self::UsernameTaken,
        Self::EmailTaken,
        Self::RoomNameTaken,
        Self::Conflict,
        Self::PayloadTooLarge,
        Self::InvalidField,
        Self::RateLimited,
        Self::Internal,
        Self::Unavailable,
    ];

    /// As it travels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::Unauthenticated => "unauthenticated",
            Self::TokenExpired => "token_expired",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::UsernameTaken => "username_taken",
            Self::EmailTaken => "email_taken",
            Self::RoomNameTaken => "room_name_taken",
            Self::Conflict => "conflict",
            Self::PayloadTooLarge => "payload_too_large",
            Self::InvalidField => "invalid_field",
            Self::RateLimited => "rate_limited",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::Unknown => "unknown",
        }
    }

    /// The HTTP status that goes with it.
    pub const fn http_status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::Unauthenticated | Self::TokenExpired => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::UsernameTaken | Self::EmailTaken | Self::RoomNameTaken | Self::Conflict => 409,
            Self::PayloadTooLarge => 413,
            Self::InvalidField => 422,
            Self::RateLimited => 429,
            Self::Internal | Self::Unknown => 500,
            Self::Unavailable => 503,
        }
    }

    /// Whether the same request may succeed later without being changed.
    pub const fn is_worth_retrying(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unavailable | Self::Internal)
    }
}

/// An error as it travels: `{"code":"username_taken","message":"…","field":"username"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[error("{message}")]
pub struct ApiError {
    /// For programs.
    pub code: ErrorCode,
    /// For people; may be reworded any day.
    pub message: String,
    /// The field that breaks its rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// When to come back, in milliseconds: on `rate_limited` and `unavailable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl ApiError {
    /// An error without field or retry time.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            retry_after_ms: None,
        }
    }

    /// `invalid_field` for `field`.
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(ErrorCode::InvalidField, message)
        }
    }

    /// The same error about `field`.
    #[must_use]
    pub fn on_field(self, field: &str) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..self
        }
    }

    /// The same error with a time to come back, in milliseconds.
    #[must_use]
    pub fn retry_after(self, millis: u64) -> Self {
        Self {
            retry_after_ms: Some(millis),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_code_is_read_as_unknown() {
        let error: ApiError =
            serde_json::from_str(r#"{"code":"teapot","message":"short and stout"}"#).unwrap();
        assert_eq!(error.code, ErrorCode::Unknown);
    }

    #[test]
    fn a_code_is_written_as_it_travels() {
        for code in ErrorCode::ALL {
            let json = serde_json::to_value(code).unwrap();
            assert_eq!(json, code.as_str(), "{code:?}");
        }
    }

    #[test]
    fn absent_parts_of_an_error_are_absent() {
        let error = ApiError::new(ErrorCode::NotFound, "no such room");
        assert_eq!(
            serde_json::to_string(&error).unwrap(),
            r#"{"code":"not_found","message":"no such room"}"#
        );
    }
}
