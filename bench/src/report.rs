//! What a row found, as Markdown: the figures, and what they say of the goals.

mod verdict;

use std::fmt::Write as _;

pub use verdict::Verdict;

/// Everything a row has to say.
#[derive(Debug, Clone)]
pub struct Section {
    /// As in `performance.md`.
    pub id: &'static str,
    /// What it measures.
    pub title: &'static str,
    /// How it was measured this time: counts, sizes, what is left out.
    pub method: String,
    /// The heads of the table.
    pub columns: Vec<&'static str>,
    /// Its lines.
    pub lines: Vec<Vec<String>>,
    /// What the figures say of the goals.
    pub verdicts: Vec<Verdict>,
}

impl Section {
    /// With its heading, its table and its verdicts.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("### {}: {}\n\n{}\n\n", self.id, self.title, self.method);
        text.push_str(&table(&self.columns, &self.lines));
        if !self.verdicts.is_empty() {
            text.push('\n');
            text.push_str(&verdicts([self]));
        }
        text
    }
}

/// The verdicts of these sections in one table.
pub fn verdicts<'a>(sections: impl IntoIterator<Item = &'a Section>) -> String {
    let lines: Vec<_> = sections
        .into_iter()
        .flat_map(|section| {
            section
                .verdicts
                .iter()
                .map(|verdict| verdict.line(section.id))
        })
        .collect();
    table(
        &["row", "what", "measured", "ship", "holds", "goal", "holds"],
        &lines,
    )
}

fn table(columns: &[&str], lines: &[Vec<String>]) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "| {} |", columns.join(" | "));
    let _ = writeln!(text, "|{}", "---|".repeat(columns.len()));
    for line in lines {
        let _ = writeln!(text, "| {} |", line.join(" | "));
    }
    text
}
