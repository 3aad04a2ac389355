//! Trunk.toml and client/index.html must agree, since CI never runs Trunk.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::client::Link;
use crate::workspace::Workspace;

/// Checks that `trunk serve` would find everything, and would not touch `dist/`.
pub fn check(workspace: &Workspace) -> Result<()> {
    let config =
        fs::read_to_string(workspace.path("Trunk.toml")).context("cannot read Trunk.toml")?;
    let target =
        setting(&config, "build", "target").context("Trunk.toml: [build] has no target")?;
    let html = fs::read_to_string(workspace.path(target))
        .with_context(|| format!("Trunk.toml: the target {target} does not exist"))?;
    if target != "client/index.html" {
        bail!("Trunk.toml: the target is {target}, but cargo xtask builds client/index.html");
    }
    for key in ["build", "clean"] {
        let dist = setting(&config, key, "dist");
        if !dist.is_some_and(|dist| dist.starts_with("target/")) {
            bail!("Trunk.toml: [{key}] dist must lie in target/: dist/ is what the server embeds");
        }
    }
    let profile = setting(&config, "build", "cargo_profile").unwrap_or("dev");
    let manifest = fs::read_to_string(workspace.path("Cargo.toml"))?;
    if profile != "dev" && !manifest.contains(&format!("[profile.{profile}]")) {
        bail!("Trunk.toml: Cargo.toml has no profile {profile}");
    }
    let folder = workspace.path("client");
    for (_, link) in Link::find_all(&html).context("in client/index.html")? {
        if let Some(href) = link.href().filter(|href| !folder.join(href).exists()) {
            bail!("client/index.html links to client/{href}, which does not exist");
        }
    }
    Ok(())
}

/// The string `key` in `[section]`. Enough TOML for one file that we write ourselves.
fn setting<'a>(toml: &'a str, section: &str, key: &str) -> Option<&'a str> {
    let header = format!("[{section}]");
    let lines = toml
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != header)
        .skip(1);
    let mut lines = lines.take_while(|line| !line.starts_with('['));
    lines.find_map(|line| {
        let value = line
            .strip_prefix(key)?
            .trim_start()
            .strip_prefix('=')?
            .trim();
        value.strip_prefix('"')?.split('"').next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_found_in_its_own_section_only() {
        let toml = "[build]\ntarget = \"a.html\" # why\n\n[clean]\ndist=\"b\"\n[[proxy]]\nrewrite = \"c\"\n";
        assert_eq!(setting(toml, "build", "target"), Some("a.html"));
        assert_eq!(setting(toml, "clean", "dist"), Some("b"));
        assert_eq!(setting(toml, "build", "dist"), None);
        assert_eq!(setting(toml, "clean", "rewrite"), None);
    }
}
