//! Names that pass for others' (Unicode TR39): refused, or told apart by the username beside them.

use shared::{DisplayName, Username};
use unicode_security::{confusable_detection::skeleton, mixed_script::AugmentedScriptSet};

use super::Domain;
use crate::Error;

impl Domain {
    /// Passes a name to be shown that neither is somebody else's username nor looks like it.
    ///
    /// Two people may have one display name, as they have in life: the username tells them apart.
    ///
    /// # Errors
    /// `invalid_field`.
    pub(super) async fn require_own_name(
        &self,
        username: &Username,
        name: &DisplayName,
    ) -> Result<(), Error> {
        let refused = |message: &str| Error::InvalidField {
            field: "display_name",
            message: message.to_owned(),
        };
        if mixes_scripts(name.as_str()) {
            return Err(refused("must not mix alphabets within a word"));
        }
        let look = look_of(name.as_str());
        if look == username.look() {
            return Ok(());
        }
        match self.store.user_by_look(&look).await? {
            Some(_) => Err(refused("looks like somebody else's username")),
            None => Ok(()),
        }
    }
}

/// What a text looks like, as [`Username::look`] says it of usernames.
fn look_of(text: &str) -> String {
    // Lower case before, so that I is an i and no l; after, since some skeletons are capitals.
    let small = text.to_lowercase();
    let look: String = skeleton(&small).collect();
    look.to_lowercase()
}

/// Whether a word has letters of several scripts that are never written together, like one
/// Cyrillic letter in an otherwise Latin name.
fn mixes_scripts(text: &str) -> bool {
    text.split(|c: char| !c.is_alphabetic() && !c.is_numeric())
        .any(|word| AugmentedScriptSet::for_str(word).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usernames_look_is_its_skeleton_in_lower_case() {
        for c in ('a'..='z').chain('0'..='9').chain(['_']) {
            let name: Username = format!("x{c}{c}y").parse().unwrap();
            assert_eq!(name.look(), look_of(name.as_str()), "{name}");
        }
        let look = |name: &str| name.parse::<Username>().unwrap().look();
        for (one, other) in [("alice", "a1ice"), ("bob", "b0b"), ("emma", "ernrna")] {
            assert_eq!(look(one), look(other), "{one} {other}");
        }
        assert_ne!(look("anna"), look("anne"));
    }

    #[test]
    fn what_imitates_a_name_in_other_letters_looks_like_it() {
        let alice: Username = "alice".parse().unwrap();
        // Capital; a digit; wide letters; a mathematical one; a Cyrillic one.
        for text in [
            "Alice",
            "a1ice",
            "\u{ff41}\u{ff4c}ice",
            "\u{1d41a}lice",
            "\u{430}lice",
        ] {
            assert_eq!(look_of(text), alice.look(), "{text}");
        }
    }

    #[test]
    fn words_of_one_script_pass_and_mixed_ones_do_not() {
        for text in [
            "Alice",
            "Алиса",
            "Алиса (Alice)",
            "Ana María O'Hara-Łoś",
            "山田 太郎",
            "ひらがな漢字カタカナ",
            "김민준",
            "محمد علی",
            "राम 2",
            "Zoë 🐇🏳️\u{200d}🌈",
            "3rd floor",
            "",
        ] {
            assert!(!mixes_scripts(text), "{text}");
        }
        // Cyrillic a, Cyrillic a, Greek Alpha.
        for text in ["\u{430}lice", "p\u{430}ypal", "\u{391}lice"] {
            assert!(mixes_scripts(text), "{text}");
        }
    }
}
