//! What the servers of this process log, kept to be searched: no secret that a test was handed and
//! nothing that somebody said may be in it.

use std::{
    io::{self, Write},
    sync::{Mutex, Once, PoisonError},
};

use server::logging;
use tracing_subscriber::filter::LevelFilter;

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static SECRETS: Mutex<Vec<(&'static str, String)>> = Mutex::new(Vec::new());
static START: Once = Once::new();

/// Shorter texts stand in words of the log by chance.
const MIN_SECRET: usize = 12;

struct Tap;

impl Write for Tap {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// From now on what is logged is kept, as `PARLOR_LOG=debug` would write it.
pub fn keep() {
    START.call_once(|| {
        logging::start(LevelFilter::DEBUG, (|| Tap) as fn() -> Tap, false);
    });
}

/// Notes what must never be logged.
pub fn secret(what: &'static str, value: &str) {
    if value.len() >= MIN_SECRET {
        let mut secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.push((what, value.to_owned()));
    }
}

/// Everything logged so far.
pub fn text() -> String {
    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&log).into_owned()
}

/// What of the secrets stands in a text: their kinds, with the line.
pub fn leaks(text: &str) -> Vec<String> {
    let secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
    let password = ("password", super::PASSWORD.to_owned());
    let address = ("e-mail address", "@example.org".to_owned());
    let mut found = Vec::new();
    for (what, value) in secrets.iter().chain([&password, &address]) {
        if let Some(at) = text.find(value.as_str()) {
            let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
            let line = text[start..].lines().next().unwrap_or_default();
            found.push(format!("{what} in: {line}"));
        }
    }
    found
}

/// Fails where a secret was logged. Called when a server ends, unless its test failed already.
pub fn check() {
    let leaks = leaks(&text());
    assert!(leaks.is_empty(), "the log tells secrets: {leaks:#?}");
}
