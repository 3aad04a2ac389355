//! A password on its way to its hash.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{InputError, input::length};

/// A new password: at least 8 characters, at most 72 bytes, no NUL. Its strength is judged by the
/// server, which has the dictionaries.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(extend(
        "format" = "password",
        "minLength" = Self::MIN_CHARS,
        "maxLength" = Self::MAX_BYTES,
        "pattern" = r"^[^\u0000]*$"
    ))
)]
#[serde(try_from = "String", into = "String")]
pub struct Password(String);

impl Password {
    /// Fewest characters.
    pub const MIN_CHARS: usize = 8;
    /// Most bytes: bcrypt reads no more, and a cut password is a weaker one than was typed.
    pub const MAX_BYTES: usize = 72;

    /// The text, for the hash and nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Password {
    type Error = InputError;

    fn try_from(text: String) -> Result<Self, InputError> {
        if text.len() > Self::MAX_BYTES {
            return Err(InputError::Bytes {
                max: Self::MAX_BYTES,
            });
        }
        length(&text, Self::MIN_CHARS, Self::MAX_BYTES)?;
        if text.contains('\0') {
            return Err(InputError::Control);
        }
        Ok(Self(text))
    }
}

impl From<Password> for String {
    fn from(password: Password) -> Self {
        password.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_over_72_bytes_are_refused_rather_than_cut() {
        assert!(Password::try_from("x".repeat(72)).is_ok());
        assert!(Password::try_from("x".repeat(73)).is_err());
        assert!(Password::try_from("short".to_owned()).is_err());
        assert_eq!(
            format!("{:?}", Password::try_from("x".repeat(9)).unwrap()),
            "Password(…)"
        );
    }
}
