//! One server: started, stalled, killed, started again where it was.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::binary::Binary;
use crate::bson::{Document, Value};
use crate::guard::{self, Guard};
use crate::{directory, port, wire};

/// A start takes half a second; a machine that compiles on every core may need many times that.
const STARTED_WITHIN: Duration = Duration::from_mins(1);
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);
const SET: &str = "rs0";

/// What the server is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No transactions, no change streams.
    Standalone,
    /// A replica set of this one server.
    ReplicaSet,
    /// One of several in a replica set: primary or not. Made by [`Mongod::start_set`].
    Member,
}

/// A running MongoDB server on loopback, with a directory of its own.
///
/// When it is dropped, and when the process that started it ends in whatever way, the server is
/// killed and its directory removed.
#[derive(Debug)]
pub struct Mongod {
    binary: Binary,
    kind: Kind,
    directory: PathBuf,
    port: u16,
    /// `None` after [`Mongod::kill`].
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    guard: Guard,
}

impl Mongod {
    /// Starts a server with a fresh directory below `parent` and returns when it takes writes (a
    /// [`Kind::Member`]: when it answers).
    ///
    /// # Errors
    /// When it ends early or is not ready within a minute, with its last words.
    pub fn start(binary: &Binary, kind: Kind, parent: &Path) -> Result<Self> {
        // Between finding a port free and binding it, somebody may take it.
        let mut attempts = 3;
        loop {
            attempts -= 1;
            match Self::start_once(binary, kind, parent) {
                Err(error) if attempts > 0 && error.to_string().contains("already in use") => {}
                other => return other,
            }
        }
    }

    fn start_once(binary: &Binary, kind: Kind, parent: &Path) -> Result<Self> {
        let mut server = Self {
            binary: binary.clone(),
            kind,
            directory: directory::fresh(parent)?,
            port: port::free()?,
            running: None,
        };
        server.launch()?;
        if kind == Kind::ReplicaSet {
            server.wait_until(Self::answers)?;
            initiate(&[&server])?;
        }
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Starts a replica set of `count` servers and returns when it has a primary. A dead primary is
    /// replaced after about 2 s.
    pub fn start_set(binary: &Binary, count: usize, parent: &Path) -> Result<Vec<Self>> {
        let start = |_| Self::start(binary, Kind::Member, parent);
        let servers: Vec<_> = (0..count).map(start).collect::<Result<_>>()?;
        initiate(&servers.iter().collect::<Vec<_>>())?;
        let deadline = Instant::now() + STARTED_WITHIN;
        while !servers.iter().any(Self::is_primary) {
            ensure!(
                Instant::now() < deadline,
                "{count} servers chose no primary"
            );
            thread::sleep(Duration::from_millis(20));
        }
        Ok(servers)
    }

    /// Kills it as a power cut would, except that the system's caches survive. Harmless when it is
    /// down.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut running) = self.running.take() {
            running.child.kill().context("cannot kill mongod")?;
            // The guard goes before the process is reaped: until then its id is nobody else's.
            drop(running.guard);
            running.child.wait()?;
        }
        Ok(())
    }

    /// Starts it again, killing it first if it runs: same directory, same port. Returns when it takes
    /// writes (a [`Kind::Member`]: when it answers).
    pub fn restart(&mut self) -> Result<()> {
        self.kill()?;
        self.launch()?;
        self.wait_until_ready()
    }

    /// Stops its threads where they are (SIGSTOP): connections stay open, and nothing answers.
    pub fn pause(&self) -> Result<()> {
        self.signal("STOP")
    }

    /// Lets it go on after [`Mongod::pause`].
    pub fn resume(&self) -> Result<()> {
        self.signal("CONT")
    }

    /// For the driver; without a database's name. A set is found through any of its members.
    pub fn uri(&self) -> String {
        let set = match self.kind {
            Kind::Standalone => String::new(),
            Kind::ReplicaSet | Kind::Member => format!("?replicaSet={SET}"),
        };
        format!("mongodb://127.0.0.1:{}/{set}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process; `None` when it was killed.
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.child.id())
    }

    /// Where its data is, and `mongod.log`.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether it answers now and takes writes.
    pub fn is_primary(&self) -> bool {
        self.hello()
            .is_ok_and(|hello| hello.is_true("isWritablePrimary"))
    }

    fn launch(&mut self) -> Result<()> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file())?;
        let mut command = self.binary.command();
        command
            .args(["--bind_ip", "127.0.0.1", "--nounixsocket", "--port"])
            .arg(self.port.to_string())
            .arg("--dbpath")
            .arg(&self.directory)
            // Small: several of these share a machine with compilers and browsers.
            .args(["--wiredTigerCacheSizeGB", "0.25"])
            .args([
                "--wiredTigerEngineConfigString",
                "log=(prealloc=false,file_max=8MB)",
            ])
            .args(["--setParameter", "diagnosticDataCollectionEnabled=false"])
            // Every second instead of every minute, for tests of what expires.
            .args(["--setParameter", "ttlMonitorSleepSecs=1"])
            .stdin(Stdio::null())
            .stderr(log.try_clone()?)
            .stdout(log);
        if self.kind != Kind::Standalone {
            command.args(["--replSet", SET, "--oplogSize", "64"]);
        }
        guard::apart(&mut command);
        let mut child = command.spawn().context("cannot start mongod")?;
        match Guard::over(child.id(), &self.directory) {
            Ok(guard) => {
                self.running = Some(Running { child, guard });
                Ok(())
            }
            Err(error) => {
                child.kill().ok();
                child.wait().ok();
                Err(error)
            }
        }
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        match self.kind {
            Kind::Standalone | Kind::ReplicaSet => self.wait_until(Self::is_primary),
            Kind::Member => self.wait_until(Self::answers),
        }
    }

    fn wait_until(&mut self, is_ready: impl Fn(&Self) -> bool) -> Result<()> {
        let deadline = Instant::now() + STARTED_WITHIN;
        loop {
            let ready = is_ready(self);
            // Asked in this order: whoever else answers on the port, ours must be alive.
            let running = self.running.as_mut().context("mongod is down")?;
            if let Some(status) = running.child.try_wait()? {
                bail!("mongod ended ({status}): {}", self.last_words());
            }
            if ready {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("mongod is not ready after a minute: {}", self.last_words());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn answers(&self) -> bool {
        self.hello().is_ok()
    }

    fn hello(&self) -> Result<Document> {
        let hello = Document::new().with("hello", Value::Int32(1));
        wire::command(self.port, hello, ANSWERED_WITHIN)
    }

    fn signal(&self, name: &str) -> Result<()> {
        let pid = self.pid().context("mongod is down")?;
        // A shell has `kill` built in; the system call would be unsafe code.
        let status = Command::new("sh")
            .args([
                "-c",
                "kill -s \"$1\" \"$2\"",
                "kill",
                name,
                &pid.to_string(),
            ])
            .status()
            .context("cannot start `sh`")?;
        ensure!(status.success(), "cannot send SIG{name} to mongod");
        Ok(())
    }

    fn log_file(&self) -> PathBuf {
        self.directory.join("mongod.log")
    }

    fn last_words(&self) -> String {
        let log = fs::read(self.log_file()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Mongod {
    fn drop(&mut self) {
        self.kill().ok();
        fs::remove_dir_all(&self.directory).ok();
    }
}

/// Makes one replica set of these, once.
fn initiate(servers: &[&Mongod]) -> Result<()> {
    let member = |(id, server): (usize, &&Mongod)| -> Result<Value> {
        let host = format!("127.0.0.1:{}", server.port);
        let member = Document::new()
            .with("_id", Value::Int32(i32::try_from(id)?))
            .with("host", Value::Text(host));
        Ok(Value::Document(member))
    };
    let members = servers.iter().enumerate().map(member);
    let config = Document::new()
        .with("_id", Value::Text(SET.to_owned()))
        .with("members", Value::Array(members.collect::<Result<_>>()?))
        // MongoDB waits 10 s before it replaces a silent primary; tests need not.
        .with(
            "settings",
            Value::Document(Document::new().with("electionTimeoutMillis", Value::Int32(2000))),
        );
    let initiate = Document::new().with("replSetInitiate", Value::Document(config));
    let first = servers.first().context("a set of no servers")?;
    wire::command(first.port, initiate, STARTED_WITHIN).context("replSetInitiate")?;
    Ok(())
}
