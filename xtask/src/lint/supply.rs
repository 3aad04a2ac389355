//! What Parlor is built from keeps the rules of `deny.toml`: permissive licenses, so that Parlor may
//! be MIT, no banned crate, and nothing that comes from elsewhere than the registry.

use std::{collections::HashSet, fs};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::deny::Rules;
use crate::workspace::Workspace;

/// Checks every package of the lock file that is used.
pub fn check(workspace: &Workspace) -> Result<()> {
    let text = fs::read_to_string(workspace.path("deny.toml"))?;
    let rules = Rules::read(&text)?;
    let metadata = workspace
        .cargo()
        .args(["metadata", "--format-version=1", "--locked"])
        .read()?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array();
    let packages = packages.context("cargo metadata lists no packages")?;
    // What is really built: the metadata has optional dependencies that nobody switched on, too.
    let built = workspace
        .cargo()
        .args(["tree", "--workspace", "--locked", "--target=all"])
        .args(["--edges=all", "--prefix=none", "--format={p}"])
        .read()?;
    let built: HashSet<&str> = built
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let banned = rules
        .banned
        .iter()
        .filter(|name| built.contains(name.as_str()));
    let refused: Vec<_> = packages
        .iter()
        .filter_map(|package| refusal(&rules, package))
        .chain(banned.map(|name| format!("{name} (banned)")))
        .collect();
    if !refused.is_empty() {
        bail!("deny.toml refuses: {}", refused.join(", "));
    }
    Ok(())
}

/// Why a package may not be used.
fn refusal(rules: &Rules, package: &Value) -> Option<String> {
    let name = package["name"].as_str().unwrap_or_default();
    let license = package["license"].as_str().unwrap_or_default();
    if !is_permissive(license, &rules.licenses) {
        return Some(format!("{name} (license {license:?})"));
    }
    // Our own have none.
    let source = package["source"].as_str()?;
    let is_known = source
        .strip_prefix("registry+")
        .is_some_and(|registry| rules.registries.iter().any(|known| known == registry));
    (!is_known).then(|| format!("{name} (from {source})"))
}

/// Whether an SPDX expression leaves a permissive choice: `AND` binds tighter than `OR`.
fn is_permissive(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    any_of(&mut words, allowed) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut any = all_of(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        any |= all_of(words, allowed);
    }
    any
}

fn all_of(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut all = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        all &= one(words, allowed);
    }
    all
}

fn one(words: &mut Words<'_>, allowed: &[String]) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let inner = any_of(words, allowed);
        return words.next_if_eq(&")").is_some() && inner;
    }
    let mut name = words.next().unwrap_or_default().to_owned();
    if words.next_if_eq(&"WITH").is_some() {
        name = format!("{name} WITH {}", words.next().unwrap_or_default());
    }
    allowed.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_needs_one_permissive_side_and_a_sum_needs_all() {
        let allowed = [
            "Apache-2.0",
            "Apache-2.0 WITH LLVM-exception",
            "ISC",
            "MIT",
            "Unicode-3.0",
        ];
        let allowed = allowed.map(str::to_owned);
        for (expression, expected) in [
            ("MIT", true),
            ("MIT OR Apache-2.0", true),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0 OR MIT", true),
            ("GPL-3.0", false),
            ("MIT AND MPL-2.0", false),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("(MIT OR Apache-2.0) AND MPL-2.0", false),
            ("MPL-2.0 AND MIT OR ISC", true),
            ("Apache-2.0 WITH LLVM-exception OR GPL-2.0", true),
            ("GPL-2.0 WITH LLVM-exception", false),
            ("(MIT", false),
            ("", false),
        ] {
            assert_eq!(
                is_permissive(expression, &allowed),
                expected,
                "{expression}"
            );
        }
    }

    #[test]
    fn a_package_is_refused_for_its_license_and_its_source() {
        let rules = Rules {
            licenses: vec!["MIT".to_owned()],
            banned: Vec::new(),
            registries: vec!["https://index".to_owned()],
        };
        let refused = |name: &str, license: &str, source: Option<&str>| {
            let package = serde_json::json!({ "name": name, "license": license, "source": source });
            refusal(&rules, &package)
        };
        let index = Some("registry+https://index");
        assert_eq!(refused("good", "MIT", index), None);
        assert_eq!(refused("ours", "MIT", None), None);
        for (name, license, source) in [
            ("gpl", "GPL-3.0", index),
            ("none", "", index),
            ("git", "MIT", Some("git+https://index")),
            ("other", "MIT", Some("registry+https://other")),
        ] {
            assert!(refused(name, license, source).is_some(), "{name}");
        }
    }
}
