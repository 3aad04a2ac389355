//! What `deny.toml` says, as far as it is needed here: lists of texts under headings.
//!
//! Not a TOML parser: the file is ours, and cargo-deny, which has one, reads it too.

use anyhow::{Result, ensure};

/// What dependencies may be.
#[derive(Debug, PartialEq, Eq)]
pub struct Rules {
    /// SPDX identifiers.
    pub licenses: Vec<String>,
    /// Crates that may not be there.
    pub banned: Vec<String>,
    /// Where crates may come from.
    pub registries: Vec<String>,
}

impl Rules {
    /// From the file's text.
    pub fn read(text: &str) -> Result<Self> {
        let rules = Self {
            licenses: list(text, "licenses", "allow"),
            banned: list(text, "bans", "deny"),
            registries: list(text, "sources", "allow-registry"),
        };
        for (name, list) in [
            ("licenses.allow", &rules.licenses),
            ("bans.deny", &rules.banned),
            ("sources.allow-registry", &rules.registries),
        ] {
            ensure!(!list.is_empty(), "deny.toml has no {name}");
        }
        Ok(rules)
    }
}

/// The quoted texts of the list with that name under that heading.
fn list(text: &str, heading: &str, name: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let (mut is_under, mut is_in) = (false, false);
    for line in text.lines() {
        let line = line
            .split_once('#')
            .map_or(line, |(before, _)| before)
            .trim();
        if line.starts_with('[') && line.ends_with(']') && !is_in {
            is_under = line == format!("[{heading}]");
        }
        let begins = line
            .strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with('='));
        is_in |= is_under && begins;
        if is_in {
            texts.extend(line.split('"').skip(1).step_by(2).map(str::to_owned));
            is_in = !line.ends_with(']');
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_read_and_nothing_beside_them() {
        let text = r#"
[licenses]
# "GPL" is not among them
allow = [
    "MIT", # "BSD"
    "ISC",
]
[licenses.private]
allow = ["other"]
[bans]
multiple-versions = "allow"
deny = [
    { crate = "rsa" },
]
[sources]
unknown-registry = "deny"
allow-registry = ["https://index"]
"#;
        let rules = Rules::read(text).unwrap();
        assert_eq!(rules.licenses, ["MIT", "ISC"]);
        assert_eq!(rules.banned, ["rsa"]);
        assert_eq!(rules.registries, ["https://index"]);
        assert!(Rules::read("[licenses]").is_err());
    }
}
