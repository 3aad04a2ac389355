//! What the server says of itself at `/metrics`.

use std::{collections::HashMap, net::SocketAddr};

use anyhow::{Context, Result};

use crate::http;

/// Its figures at one moment.
#[derive(Debug)]
pub struct Figures(HashMap<String, u64>);

impl Figures {
    /// Asks for them.
    pub async fn of(server: SocketAddr) -> Result<Self> {
        let answer = http::ask(server, "GET", "/metrics", None, None).await?;
        let text = String::from_utf8(answer.body)?;
        let figures = text.lines().filter_map(|line| {
            let (name, value) = line.rsplit_once(' ')?;
            // What is no whole number is not asked for here.
            Some((name.to_owned(), value.parse().ok()?))
        });
        Ok(Self(figures.collect()))
    }

    /// All that have this name, whatever their labels.
    pub fn sum(&self, name: &str) -> u64 {
        let labelled = |known: &str| known.strip_prefix(name).is_some_and(|r| r.starts_with('{'));
        let all = self.0.iter().filter(|(known, _)| labelled(known));
        all.map(|(_, value)| value).sum()
    }

    /// One of them, by its name and labels.
    pub fn get(&self, name: &str) -> Result<u64> {
        let value = self.0.get(name).copied();
        value.with_context(|| format!("no {name} at /metrics"))
    }
}
