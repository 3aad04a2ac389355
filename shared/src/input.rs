//! What people type, parsed once at the door: a value of these types has kept its rule.
//!
//! Serde calls the parsers, so an unparsed name cannot arrive. The texts of the errors are built
//! from the limits the parsers use.

mod hidden;

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text was refused, in words that fit behind the field's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// Too few or too many characters.
    #[error("must be {min} to {max} characters")]
    Length {
        /// Fewest characters.
        min: usize,
        /// Most characters.
        max: usize,
    },
    /// Too many bytes in UTF-8.
    #[error("must be at most {max} bytes")]
    Bytes {
        /// Most bytes.
        max: usize,
    },
    /// A character that the rule does not allow.
    #[error("may hold only {allowed}, not {found:?}")]
    Char {
        /// The rule, in words.
        allowed: &'static str,
        /// The first character that breaks it.
        found: char,
    },
    /// Nothing but white space.
    #[error("must not be blank")]
    Blank,
    /// A control character.
    #[error("must not hold control characters")]
    Control,
    /// A character that cannot be seen, or turns the direction of what follows.
    #[error("must not hold invisible characters")]
    Hidden,
    /// Not an e-mail address.
    #[error("must be an e-mail address like ana@example.org")]
    Email,
}

pub(crate) fn length(text: &str, min: usize, max: usize) -> Result<(), InputError> {
    // Bytes bound characters: a megabyte is not counted to its end.
    if text.len() > max * 4 || !(min..=max).contains(&text.chars().count()) {
        return Err(InputError::Length { min, max });
    }
    Ok(())
}

fn chars(
    text: &str,
    allowed: &'static str,
    is_allowed: fn(char) -> bool,
) -> Result<(), InputError> {
    match text.chars().find(|c| !is_allowed(*c)) {
        Some(found) => Err(InputError::Char { allowed, found }),
        None => Ok(()),
    }
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $min:expr, $max:expr, $pattern:expr, $parse:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(
            feature = "schema",
            derive(schemars::JsonSchema),
            schemars(extend("minLength" = $min, "maxLength" = $max, "pattern" = $pattern))
        )]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Fewest characters.
            pub const MIN_CHARS: usize = $min;
            /// Most characters.
            pub const MAX_CHARS: usize = $max;

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InputError;

            fn try_from(text: String) -> Result<Self, InputError> {
                let parse: fn(String) -> Result<String, InputError> = $parse;
                parse(text).map(Self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InputError;

            fn from_str(text: &str) -> Result<Self, InputError> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// No control characters, for readers of the schema.
#[cfg(feature = "schema")]
const ONE_LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";

/// One line of free text: no control or hidden characters, outer white space dropped, `""` where nothing is
/// left (which clears an optional text).
fn line(text: &str, max: usize) -> Result<String, InputError> {
    let text = text.trim();
    length(text, 0, max)?;
    if text.chars().any(char::is_control) {
        return Err(InputError::Control);
    }
    if hidden::is_any_in(text) {
        return Err(InputError::Hidden);
    }
    Ok(text.to_owned())
}

text!(
    /// An account name: 3 to 32 of `a-z`, `0-9`, `_`, stored in lower case.
    ///
    /// Lower case at the door makes uniqueness a plain equality in every store.
    Username, 3, 32, "^[a-zA-Z0-9_]*$",
    |text| {
        let text = text.to_ascii_lowercase();
        length(&text, Self::MIN_CHARS, Self::MAX_CHARS)?;
        chars(&text, "letters a-z, digits and _", |c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
        })?;
        Ok(text)
    }
);

impl Username {
    /// What the name looks like: names with the same look are hard to tell apart.
    ///
    /// Unicode's skeleton (TR39) of the characters that a username may have, in lower case.
    pub fn look(&self) -> String {
        self.0
            .replace('0', "o")
            .replace('1', "l")
            .replace('m', "rn")
    }
}

text!(
    /// A room's name: 2 to 48 of `a-z`, `0-9`, `_`, `-`, stored in lower case.
    ///
    /// A name of that form that is an id (36 characters with hyphens in an id's places) is
    /// refused: where a path takes both, an id means the id.
    RoomName, 2, 48, "^[a-zA-Z0-9_-]*$",
    |text| {
        let text = text.to_ascii_lowercase();
        length(&text, Self::MIN_CHARS, Self::MAX_CHARS)?;
        chars(&text, "letters a-z, digits, _ and -", |c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-'
        })?;
        if text.parse::<crate::RoomId>().is_ok() {
            return Err(InputError::Char { allowed: "a name that is no id", found: '-' });
        }
        Ok(text)
    }
);

text!(
    /// What others see in place of the username; `""` clears it.
    DisplayName, 0, 64, ONE_LINE,
    |text| line(&text, Self::MAX_CHARS)
);

text!(
    /// A room's title; `""` clears it.
    Title, 0, 80, ONE_LINE,
    |text| line(&text, Self::MAX_CHARS)
);

text!(
    /// What a room is about; `""` clears it.
    Topic, 0, 256, ONE_LINE,
    |text| line(&text, Self::MAX_CHARS)
);

text!(
    /// What a person says of themselves; `""` clears it.
    StatusText, 0, 256, ONE_LINE,
    |text| line(&text, Self::MAX_CHARS)
);

text!(
    /// An e-mail address of at most 254 characters, kept as written; unique ignoring case.
    ///
    /// One `@`, something before it, a host name with a dot behind it: whether mail arrives there
    /// only mail can tell.
    Email, 6, 254, r"^\s*[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+\s*$",
    |text| {
        let text = text.trim();
        length(text, Self::MIN_CHARS, Self::MAX_CHARS).map_err(|_| InputError::Email)?;
        let (local, host) = text.rsplit_once('@').ok_or(InputError::Email)?;
        let is_local = !local.is_empty()
            && local.len() <= 64
            && !local.contains('@')
            && !local.chars().any(|c| c.is_whitespace() || c.is_control());
        let is_label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        if is_local && host.contains('.') && host.split('.').all(is_label) {
            Ok(text.to_owned())
        } else {
            Err(InputError::Email)
        }
    }
);

impl Email {
    /// The spelling by which addresses are compared.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

text!(
    /// What somebody says: 1 to 4,000 characters, at most 8 KiB, neither blank nor with NUL.
    ///
    /// Kept exactly as written, line breaks and outer white space included.
    MessageBody, 1, 4_000, r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
    |text| {
        length(&text, Self::MIN_CHARS, Self::MAX_CHARS)?;
        if text.len() > Self::MAX_BYTES {
            return Err(InputError::Bytes { max: Self::MAX_BYTES });
        }
        if text.contains('\0') {
            return Err(InputError::Control);
        }
        if text.trim().is_empty() {
            return Err(InputError::Blank);
        }
        Ok(text)
    }
);

impl MessageBody {
    /// Most bytes in UTF-8.
    pub const MAX_BYTES: usize = 8 * 1024;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_folded_and_kept_to_their_rule() {
        assert_eq!("Alice_1".parse::<Username>().unwrap().as_str(), "alice_1");
        for text in [
            "",
            "al",
            "al ice",
            "älice",
            "alice\0",
            "a-b-c",
            &"a".repeat(33),
        ] {
            assert!(text.parse::<Username>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn room_names_never_look_like_an_id() {
        assert_eq!(
            "Book-Club".parse::<RoomName>().unwrap().as_str(),
            "book-club"
        );
        for text in ["a", "book club", "01890a5d-ac96-774b-bcce-b302099a8057"] {
            assert!(text.parse::<RoomName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn email_addresses_have_a_local_part_and_a_host_with_a_dot() {
        for text in ["ana@example.org", "a.b+c@sub.example.co", "ana@exämple.org"] {
            assert!(text.parse::<Email>().is_ok(), "{text:?}");
        }
        for text in [
            "",
            "ana",
            "ana@",
            "@example.org",
            "ana@host",
            "a na@example.org",
            "ana@-x.org",
            "ana@x..org",
            "a@b@example.org",
            "ana@example.org\0",
        ] {
            assert!(text.parse::<Email>().is_err(), "{text:?}");
        }
        assert_eq!(
            "Ana@Example.org".parse::<Email>().unwrap().key(),
            "ana@example.org"
        );
    }

    #[test]
    fn bodies_are_kept_as_written_within_their_limits() {
        let body = "  two\nlines  ".parse::<MessageBody>().unwrap();
        assert_eq!(body.as_str(), "  two\nlines  ");
        assert!("x".repeat(4_000).parse::<MessageBody>().is_ok());
        assert!("é".repeat(4_000).parse::<MessageBody>().is_ok());
        assert_eq!(
            "".parse::<MessageBody>(),
            Err(InputError::Length { min: 1, max: 4_000 })
        );
        assert_eq!(" \n\t".parse::<MessageBody>(), Err(InputError::Blank));
        assert_eq!("a\0b".parse::<MessageBody>(), Err(InputError::Control));
        assert!("x".repeat(4_001).parse::<MessageBody>().is_err());
        assert_eq!(
            "€".repeat(3_000).parse::<MessageBody>(),
            Err(InputError::Bytes { max: 8_192 })
        );
    }

    #[test]
    fn one_line_texts_lose_outer_space_and_refuse_control_characters() {
        assert_eq!("  Ana  ".parse::<DisplayName>().unwrap().as_str(), "Ana");
        assert_eq!("   ".parse::<Title>().unwrap().as_str(), "");
        assert!("a\nb".parse::<Topic>().is_err());
        let turned = "evil\u{202e}gpj".parse::<DisplayName>();
        assert_eq!(turned, Err(InputError::Hidden));
        assert!("x".repeat(257).parse::<StatusText>().is_err());
    }
}
