//! A server for a while: on a free port, with its own data, without limits.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const READY: &str = "Parlor is ready at ";
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server, killed when dropped.
pub struct Parlor {
    process: Child,
    url: String,
    log: PathBuf,
}

impl Parlor {
    /// Starts `binary` with its data and its log in `place`, which is emptied first.
    pub fn start(binary: &Path, place: &Path) -> Result<Self> {
        if place.exists() {
            fs::remove_dir_all(place)?;
        }
        fs::create_dir_all(place)?;
        let log = place.join("log");
        let file = File::create(&log)?;
        let process = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--rate-limits", "off"])
            .args(["--bcrypt-cost", "4", "--log", "warn"])
            .arg("--data-dir")
            .arg(place.join("data"))
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let mut server = Self {
            process,
            url: String::new(),
            log,
        };
        server.url = server.when_ready()?;
        Ok(server)
    }

    fn when_ready(&mut self) -> Result<String> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let log = fs::read_to_string(&self.log)?;
            let url = log
                .split_once(READY)
                .and_then(|(_, rest)| rest.split_once('\n'));
            if let Some((url, _)) = url {
                return Ok(url.trim().to_owned());
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("the server did not start ({status}): {log}");
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("the server was not ready within {PATIENCE:?}")
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends it and returns its log. It must be running: one that ended by itself is an error.
    pub fn stop(mut self) -> Result<String> {
        let log = fs::read_to_string(&self.log)?;
        if let Some(status) = self.process.try_wait()? {
            bail!("the server ended by itself ({status}): {log}");
        }
        Ok(log)
    }
}

impl Drop for Parlor {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
