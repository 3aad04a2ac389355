//! A `parlor serve` of its own, stopped when dropped.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Write},
    ops::Deref,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::api::harness::{Door, command, log, soon};

/// A graceful stop takes 5 s at most.
const STOPS_WITHIN: Duration = Duration::from_secs(8);

/// A running server process.
pub struct Process {
    door: Door,
    child: Child,
    /// Removed at the end; no two servers share one.
    data_dir: TempDir,
}

impl Process {
    /// Starts one on that store, on a free port, and waits until it serves.
    pub async fn start(store_url: &str) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let log = File::create(log_of(&data_dir)).unwrap();
        let mut child = command(data_dir.path())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("PARLOR_STORE_URL", store_url)
            .env("PARLOR_RATE_LIMITS", "off")
            .env("PARLOR_WORKERS", "2")
            .env("PARLOR_LOG", "debug")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (say, said) = oneshot::channel();
        thread::spawn(move || {
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            // Whoever started it may have given up.
            let _ = say.send(line);
        });
        let line = soon("a server's start", said).await.unwrap();
        let address = line
            .trim_end()
            .strip_prefix("Parlor is ready at http://")
            .unwrap_or_else(|| panic!("the server said {line:?}"));
        Self {
            door: Door::at(address.parse().unwrap()),
            child,
            data_dir,
        }
    }

    /// Kills it, as a power cut would: it says nothing to anybody.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal, by its name.
    ///
    /// By the command, not by the call: what forbids `unsafe` needs no crate for it.
    pub fn signal(&self, name: &str) {
        let (signal, process) = (format!("-{name}"), self.child.id().to_string());
        let sent = Command::new("kill").args([signal, process]).status();
        assert!(sent.unwrap().success(), "SIG{name}");
    }

    /// Has it stop in good order, with no transaction left open: a database that one holds on to
    /// is not dropped for a minute. Doing it again, or when it was killed, is harmless.
    pub fn stop(&mut self) {
        if self.child.try_wait().unwrap().is_some() {
            return;
        }
        self.signal("TERM");
        let began = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            if began.elapsed() > STOPS_WITHIN {
                self.kill();
                // A second panic would hide what failed first.
                assert!(thread::panicking(), "it did not stop");
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// What clients do needs the address only.
impl Deref for Process {
    type Target = Door;

    fn deref(&self) -> &Door {
        &self.door
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
        let text = fs::read(log_of(&self.data_dir)).unwrap_or_default();
        if thread::panicking() {
            // What it said belongs to what failed.
            let _ = io::stderr().write_all(&text);
            return;
        }
        let leaks = log::leaks(&String::from_utf8_lossy(&text));
        assert!(leaks.is_empty(), "the log tells secrets: {leaks:#?}");
    }
}

fn log_of(data_dir: &TempDir) -> PathBuf {
    data_dir.path().join("log")
}
