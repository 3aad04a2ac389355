//! The MongoDB servers that the tests share: a one-node replica set and a standalone server.

use std::env;
use std::thread;

use anyhow::Result;
use mongod::{Binary, Kind, Mongod, fast_directory};

/// Which server is named where. Tests take a database of their own on it.
const SERVERS: [(&str, Kind); 2] = [
    ("PARLOR_TEST_MONGODB_URI", Kind::ReplicaSet),
    ("PARLOR_TEST_MONGODB_STANDALONE_URI", Kind::Standalone),
];

/// Running servers; they end when this is dropped, and when this process ends in any other way.
pub struct TestServers(Vec<(&'static str, Mongod)>);

impl TestServers {
    /// Starts what the environment does not name yet.
    ///
    /// # Errors
    /// When there is no server to be had. The tests are never run without: a store that was skipped
    /// would look like one that passed.
    pub fn start() -> Result<Self> {
        let missing: Vec<_> = SERVERS
            .into_iter()
            .filter(|(variable, _)| env::var_os(variable).is_none_or(|uri| uri.is_empty()))
            .collect();
        if missing.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let binary = Binary::find()?;
        let directory = fast_directory();
        let start = |(variable, kind)| Ok((variable, Mongod::start(&binary, kind, &directory)?));
        missing
            .into_iter()
            .map(start)
            .collect::<Result<_>>()
            .map(Self)
    }

    /// The variables that tell the tests; those that were set already are not among them.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.0
            .iter()
            .map(|(variable, server)| (*variable, server.uri()))
    }
}

/// Runs them until Ctrl-C, for tests that are started by hand.
pub fn run() -> Result<()> {
    let servers = TestServers::start()?;
    for (variable, uri) in servers.variables() {
        // Quoted: a shell would take the question mark for a pattern.
        println!("export {variable}='{uri}'");
    }
    if servers.0.is_empty() {
        eprintln!("the environment names both servers already");
        return Ok(());
    }
    eprintln!("ends with Ctrl-C");
    loop {
        thread::park();
    }
}
