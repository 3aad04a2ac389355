//! Why a request gave no answer.

use shared::{ApiError, ErrorCode};

/// Why a request gave no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The server could not be reached.
    Unreachable,
    /// The server refused.
    Refused(ApiError),
    /// The answer is not what this page understands.
    Unreadable,
}

impl Failure {
    /// The server's code, if it gave one.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused(error) => Some(error.code),
            Self::Unreachable | Self::Unreadable => None,
        }
    }

    /// When the server wants to be asked again, in ms.
    pub fn retry_after_ms(&self) -> Option<u64> {
        match self {
            Self::Refused(error) => error.retry_after_ms,
            Self::Unreachable | Self::Unreadable => None,
        }
    }

    /// Whether the same request may succeed later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable => true,
            Self::Refused(error) => error.code.is_worth_retrying(),
            Self::Unreadable => false,
        }
    }

    /// The field that is wrong, if it is one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Refused(error) => match error.code {
                ErrorCode::UsernameTaken => Some("username"),
                ErrorCode::EmailTaken => Some("email"),
                ErrorCode::RoomNameTaken => Some("name"),
                _ => error.field.as_deref(),
            },
            Self::Unreachable | Self::Unreadable => None,
        }
    }

    /// What happened and what to do, for people.
    pub fn words(&self) -> String {
        match self {
            Self::Unreachable => {
                "The server can't be reached. Check your connection and try again.".to_owned()
            }
            Self::Unreadable => {
                "The server answered something this page does not understand. Reload the page."
                    .to_owned()
            }
            Self::Refused(error) => match error.code {
                ErrorCode::RateLimited => format!(
                    "That was too fast. Try again in {} s.",
                    error.retry_after_ms.unwrap_or(1_000).div_ceil(1_000)
                ),
                ErrorCode::Unavailable | ErrorCode::Internal => {
                    "The server has a problem right now. Try again in a moment.".to_owned()
                }
                _ => sentence(&error.message),
            },
        }
    }
}

/// The server's messages have no capital and no full stop.
pub fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    match chars.next() {
        Some(first) => {
            let end = if message.ends_with(['.', '?', '!', '…']) {
                ""
            } else {
                "."
            };
            format!("{}{}{end}", first.to_uppercase(), chars.as_str())
        }
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_message_becomes_a_sentence() {
        for (message, expected) in [
            ("that username is taken", "That username is taken."),
            ("really?", "Really?"),
            ("", ""),
        ] {
            assert_eq!(sentence(message), expected, "{message:?}");
        }
    }

    #[test]
    fn a_taken_name_is_wrong_at_its_field() {
        let failure = Failure::Refused(ApiError::new(ErrorCode::UsernameTaken, "taken"));
        assert_eq!(failure.field(), Some("username"));
    }
}
