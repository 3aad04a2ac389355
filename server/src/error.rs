//! What can go wrong, and the one place that says what a client hears of it.

use shared::{ApiError, ErrorCode, InputError};

use crate::store::StoreError;

/// How long a client waits when the store is away or overloaded, in ms.
const RETRY_AFTER_MS: u64 = 1_000;

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not of the form the protocol gives.
    #[error("{message}")]
    InvalidRequest {
        /// What is wrong with it.
        message: String,
        /// Where, if one field can be named.
        field: Option<String>,
    },
    /// A field breaks its rule.
    #[error("{message}")]
    InvalidField {
        /// Which.
        field: &'static str,
        /// The rule, in words that fit behind the field's name.
        message: String,
    },
    /// No valid credentials, or a session that has ended.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The access token was good and has run out.
    #[error("the access token has expired: refresh it")]
    TokenExpired,
    /// Visible, but not allowed.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Absent, or not for this reader.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// Contradicts what is stored.
    #[error("{0}")]
    Conflict(&'static str),
    /// A body above the limit.
    #[error("the request is larger than {} bytes", shared::MAX_JSON_BYTES)]
    TooLarge,
    /// Too many requests.
    #[error("too many requests: try again later")]
    RateLimited {
        /// When it will be possible again, in ms.
        retry_after_ms: u64,
    },
    /// Stopping, or with too much to do.
    #[error("the server is busy: try again")]
    Busy,
    /// From the store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bug, or a machine that fails: the cause is for our log only.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// `invalid_field` with an input rule's words.
    pub fn input(field: &'static str, rule: &InputError) -> Self {
        Self::InvalidField {
            field,
            message: rule.to_string(),
        }
    }

    /// `invalid_request` without a field.
    pub fn request(message: impl Into<String>) -> Self {
        Self::InvalidRequest {
            message: message.into(),
            field: None,
        }
    }

    /// Logs what is the server's own fault, once, with its cause. Never what a client sent.
    pub fn log(&self) {
        match self {
            Self::Internal(cause) => {
                tracing::error!(cause = %chain(cause.as_ref()), "internal error");
            }
            Self::Store(StoreError::Backend(cause)) => {
                tracing::error!(cause = %chain(cause.as_ref()), "the store failed");
            }
            Self::Store(StoreError::Unavailable(cause)) => {
                tracing::warn!(cause = %chain(cause.as_ref()), "the store is unavailable");
            }
            _ => {}
        }
    }
}

/// An error and its causes on one line.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        source = cause.source();
    }
    text
}

impl From<&Error> for ApiError {
    fn from(error: &Error) -> Self {
        let words = error.to_string();
        match error {
            Error::InvalidRequest { field, .. } => Self {
                field: field.clone(),
                ..Self::new(ErrorCode::InvalidRequest, words)
            },
            Error::InvalidField { field, .. } => Self::invalid_field(field, words),
            Error::Unauthenticated(_) => Self::new(ErrorCode::Unauthenticated, words),
            Error::TokenExpired => Self::new(ErrorCode::TokenExpired, words),
            Error::Forbidden(_) => Self::new(ErrorCode::Forbidden, words),
            Error::NotFound(_) => Self::new(ErrorCode::NotFound, words),
            Error::Conflict(_) => Self::new(ErrorCode::Conflict, words),
            Error::TooLarge => Self::new(ErrorCode::PayloadTooLarge, words),
            Error::RateLimited { retry_after_ms } => {
                Self::new(ErrorCode::RateLimited, words).retry_after(*retry_after_ms)
            }
            Error::Busy => Self::new(ErrorCode::Unavailable, words).retry_after(RETRY_AFTER_MS),
            Error::Internal(_) => Self::new(ErrorCode::Internal, words),
            Error::Store(error) => from_store(error),
        }
    }
}

fn from_store(error: &StoreError) -> ApiError {
    let words = error.to_string();
    match error {
        StoreError::UsernameTaken => {
            ApiError::new(ErrorCode::UsernameTaken, words).on_field("username")
        }
        StoreError::EmailTaken => ApiError::new(ErrorCode::EmailTaken, words).on_field("email"),
        StoreError::RoomNameTaken => {
            ApiError::new(ErrorCode::RoomNameTaken, words).on_field("name")
        }
        StoreError::NoInvitation => ApiError::invalid_field("invitation", words),
        StoreError::NotFound => ApiError::new(ErrorCode::NotFound, words),
        StoreError::NotMember | StoreError::Banned => ApiError::new(ErrorCode::Forbidden, words),
        StoreError::ClientIdReused => {
            ApiError::new(ErrorCode::Conflict, words).on_field("client_id")
        }
        StoreError::NoSuchReply => ApiError::invalid_field("reply_to", words),
        StoreError::MessageDeleted | StoreError::TooManyRooms => {
            ApiError::new(ErrorCode::Conflict, words)
        }
        StoreError::Overloaded | StoreError::Unavailable(_) => {
            ApiError::new(ErrorCode::Unavailable, words).retry_after(RETRY_AFTER_MS)
        }
        // The cause is for our log, never for the client.
        StoreError::Backend(_) => ApiError::new(ErrorCode::Internal, "internal error"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_failure_tells_the_client_nothing_of_its_cause() {
        let error = Error::Store(StoreError::Backend("disk /dev/sda1 is on fire".into()));
        let told = ApiError::from(&error);
        assert_eq!(told.code, ErrorCode::Internal);
        assert_eq!(told.message, "internal error");
    }

    #[test]
    fn what_can_be_retried_says_when() {
        for error in [Error::Busy, StoreError::Overloaded.into()] {
            let told = ApiError::from(&error);
            assert_eq!(told.code, ErrorCode::Unavailable, "{error:?}");
            assert!(told.retry_after_ms.is_some(), "{error:?}");
        }
    }
}
