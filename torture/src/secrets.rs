//! What must never be in a log, looked for in the log of every server of a run.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::Path,
};

use anyhow::Result;
use memchr::memmem;

use crate::{account::PASSWORD, counts::Counts};

/// A server told its log what is nobody's business.
const TOLD: &str = "secrets logged";

/// Tokens, tickets and cookies, passwords, what is said, and addresses: parts of each that no line has
/// by chance.
const SECRETS: [&str; 9] = [
    // Every access token begins so: `{"` in base64.
    "eyJ",
    "earer ",
    PASSWORD,
    "@example.org",
    "\"body\"",
    "so on so on",
    "are you there?",
    "here and gone",
    "refresh_token",
];

/// Where the server says at what address it listens; no other line has one.
const OWN_ADDRESS: [&str; 2] = ["listening on: ", "accepting connections on "];
const ADDRESS: &str = "127.0.0.1";

/// Searches the logs in a folder; those of other programs are not ours.
pub fn look_for(dir: &Path, counts: &Counts) -> Result<()> {
    counts.expect_none(TOLD);
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let is_log = path.extension().is_some_and(|extension| extension == "log");
        if !is_log || path.file_name().is_some_and(|name| name == "mongod.log") {
            continue;
        }
        for line in BufReader::new(File::open(&path)?).split(b'\n') {
            let line = line?;
            counts.add("lines of log searched", 1);
            if let Some(secret) = in_line(&line) {
                let line = String::from_utf8_lossy(&line).into_owned();
                counts.fault(TOLD, || format!("{secret} in: {line}"));
            }
        }
    }
    Ok(())
}

fn in_line(line: &[u8]) -> Option<&'static str> {
    let has = |part: &str| memmem::find(line, part.as_bytes()).is_some();
    let told = SECRETS.into_iter().find(|secret| has(secret));
    told.or_else(|| (has(ADDRESS) && !OWN_ADDRESS.into_iter().any(has)).then_some("an address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_a_log_is_found_and_what_else_it_says_is_none() {
        let dir = tempfile::tempdir().expect("a folder");
        let log = |text: &str| {
            fs::write(dir.path().join("data.log"), text).expect("written");
            let counts = Counts::default();
            look_for(dir.path(), &counts).expect("searched");
            counts.of(TOLD)
        };
        let good = "INFO starting service, listening on: 127.0.0.1:80\nINFO stopped";
        assert_eq!(log(good), 0);
        for bad in [
            "WARN who is eyJhbGciOiJIUzI1NiJ9.e30.x",
            "INFO Authorization: bearer x",
            "DEBUG password=tangerine dream machine",
            "WARN from 127.0.0.1:4711",
            "ERROR bad body {\"body\":1}",
        ] {
            assert_eq!(log(&format!("{good}\n{bad}\n{good}")), 1, "{bad}");
        }
    }
}
