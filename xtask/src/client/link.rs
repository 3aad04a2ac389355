//! The `<link data-trunk …>` elements of client/index.html: the list of what the page is made of.

use std::ops::Range;

use anyhow::{Context, Result, bail};

/// One thing that the page asks the build for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// The program itself.
    Rust,
    Css {
        href: String,
    },
    /// `attributes` are those that stay, such as ` type="image/svg+xml"`.
    Icon {
        href: String,
        attributes: String,
    },
    /// Copied under its own name, for what others link to; `folder` is empty or ends in `/`.
    CopyFile {
        href: String,
        folder: String,
    },
    CopyDir {
        href: String,
        folder: String,
    },
}

impl Link {
    /// The file or directory it names, relative to index.html.
    pub fn href(&self) -> Option<&str> {
        match self {
            Self::Rust => None,
            Self::Css { href }
            | Self::Icon { href, .. }
            | Self::CopyFile { href, .. }
            | Self::CopyDir { href, .. } => Some(href),
        }
    }

    /// Finds every element with `data-trunk`, in order, with its place in `html`.
    pub fn find_all(html: &str) -> Result<Vec<(Range<usize>, Self)>> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(start) = html[at..].find('<').map(|offset| at + offset) {
            let rest = &html[start..];
            if let Some(comment) = rest.strip_prefix("<!--") {
                at = start + 4 + comment.find("-->").context("a comment never ends")?;
                continue;
            }
            let tag = &rest
                [..tag_length(rest).with_context(|| format!("a tag never ends: {rest:.40}"))?];
            at = start + tag.len();
            let attributes = attributes(tag);
            if attributes.iter().any(|(name, _)| name == "data-trunk") {
                let link = Self::from_tag(tag, &attributes).with_context(|| format!("in {tag}"))?;
                found.push((start..at, link));
            }
        }
        Ok(found)
    }

    fn from_tag(tag: &str, attributes: &[(String, String)]) -> Result<Self> {
        if !tag.starts_with("<link") {
            bail!("only <link data-trunk> is understood");
        }
        let value = |wanted: &str| {
            let mut matching = attributes.iter().filter(|(name, _)| name == wanted);
            matching.next().map(|(_, value)| value.clone())
        };
        let rel = value("rel").context("it has no rel")?;
        if rel == "rust" {
            return Ok(Self::Rust);
        }
        let href = value("href").context("it has no href")?;
        let folder = match value("data-target-path") {
            Some(path) => format!("{}/", path.trim_matches('/')),
            None => String::new(),
        };
        match rel.as_str() {
            "css" => Ok(Self::Css { href }),
            "icon" => Ok(Self::Icon {
                href,
                attributes: kept(attributes),
            }),
            "copy-file" => Ok(Self::CopyFile { href, folder }),
            "copy-dir" => Ok(Self::CopyDir { href, folder }),
            other => bail!(
                "rel=\"{other}\" is unknown here; known are rust, css, icon, copy-file, copy-dir"
            ),
        }
    }
}

/// The attributes that mean something to the browser besides `rel` and `href`.
fn kept(attributes: &[(String, String)]) -> String {
    let for_browser = attributes
        .iter()
        .filter(|(name, _)| name != "rel" && name != "href" && !name.starts_with("data-"));
    for_browser.fold(String::new(), |text, (name, value)| {
        format!("{text} {name}=\"{value}\"")
    })
}

/// The length of the tag that `html` starts with, up to a `>` outside quotes.
fn tag_length(html: &str) -> Option<usize> {
    let mut quote = None;
    for (index, char) in html.char_indices() {
        match (quote, char) {
            (None, '>') => return Some(index + 1),
            (None, '"' | '\'') => quote = Some(char),
            (Some(open), _) if open == char => quote = None,
            _ => {}
        }
    }
    None
}

/// Names and values; a bare attribute has an empty value.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let inner = tag
        .trim_start_matches('<')
        .trim_end_matches('>')
        .trim_end_matches('/');
    let mut rest = inner
        .split_once(char::is_whitespace)
        .map_or("", |(_, rest)| rest)
        .trim_start();
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix('=') {
            Some(after) => value(after),
            None => ("", after),
        };
        found.push((name.to_owned(), value.to_owned()));
        rest = after.trim_start();
    }
    found
}

fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    text.split_once(char::is_whitespace).unwrap_or((text, ""))
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
