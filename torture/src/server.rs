//! The real `parlor`, as a child process that can be killed and started again at the same address.

use std::{
    fs::{File, OpenOptions},
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// A start recovers the store first; nothing here leaves it more than a second of work.
const START: Duration = Duration::from_secs(30);

/// How a server is started, the first time and after every kill.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The `parlor` binary.
    pub binary: PathBuf,
    /// Where its data is; its log is written beside it.
    pub data_dir: PathBuf,
    /// None for the SQLite file in the data directory.
    pub store_url: Option<String>,
    /// Further variables.
    pub env: Vec<(String, String)>,
}

impl Launch {
    /// `parlor {arguments}` with the variables that every command needs.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .env("PARLOR_DATA_DIR", &self.data_dir)
            .env("PARLOR_BCRYPT_COST", "4")
            .env("PARLOR_RATE_LIMITS", "off")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if let Some(url) = &self.store_url {
            command.env("PARLOR_STORE_URL", url);
        }
        command
    }

    fn log(&self) -> Result<File> {
        let path = self.log_path();
        let log = OpenOptions::new().create(true).append(true).open(&path);
        log.with_context(|| format!("cannot write {}", path.display()))
    }

    /// Where the server's log is.
    pub fn log_path(&self) -> PathBuf {
        self.data_dir.with_extension("log")
    }
}

/// A server that runs, or is about to again.
#[derive(Debug)]
pub struct Server {
    launch: Launch,
    child: Child,
    /// Kept over every restart: clients come back to it.
    pub address: SocketAddr,
}

impl Server {
    /// Starts one on a free port, and waits until it is ready.
    pub async fn start(launch: Launch) -> Result<Self> {
        let (child, address) = spawn(&launch, SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        Ok(Self {
            launch,
            child,
            address,
        })
    }

    /// SIGKILL: nothing of it runs when this returns.
    pub async fn kill(&mut self) -> Result<()> {
        self.child.kill().await.context("cannot kill the server")
    }

    /// SIGTERM, and waits for the end.
    pub async fn stop(&mut self) -> Result<()> {
        if let Some(id) = self.id() {
            signal(id, "TERM").await?;
        }
        let ended = timeout(START, self.child.wait()).await;
        ended.context("the server did not stop")??;
        Ok(())
    }

    /// Starts it again where it was, and tells how long that took.
    pub async fn start_again(&mut self) -> Result<Duration> {
        let began = Instant::now();
        (self.child, self.address) = spawn(&self.launch, self.address).await?;
        Ok(began.elapsed())
    }

    /// Changes how it is started from the next time on.
    pub fn launch_mut(&mut self) -> &mut Launch {
        &mut self.launch
    }

    /// How it is started.
    pub fn launch(&self) -> &Launch {
        &self.launch
    }

    /// The process; None when it has ended.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }
}

async fn spawn(launch: &Launch, listen: SocketAddr) -> Result<(Child, SocketAddr)> {
    let mut child = launch
        .command(&["serve"])
        .env("PARLOR_LISTEN", listen.to_string())
        .envs(launch.env.iter().cloned())
        .stdout(Stdio::piped())
        .stderr(launch.log()?)
        .spawn()
        .with_context(|| format!("cannot start {}", launch.binary.display()))?;
    let out = child.stdout.take().context("the server has no output")?;
    let mut line = String::new();
    let mut out = BufReader::new(out);
    let ready = timeout(START, out.read_line(&mut line));
    ready.await.context("the server was not ready in time")??;
    match line.trim().rsplit_once("http://") {
        Some((_, address)) => Ok((child, address.parse().context("no address")?)),
        None => bail!(
            "the server did not start; see {}",
            launch.log_path().display()
        ),
    }
}

/// Sends a signal by its name.
///
/// By the command, not by the call: a tool that forbids `unsafe` needs no crate for it.
pub async fn signal(process: u32, name: &str) -> Result<()> {
    let sent = Command::new("kill")
        .args([format!("-{name}"), process.to_string()])
        .status()
        .await?;
    if !sent.success() {
        bail!("cannot send SIG{name} to {process}");
    }
    Ok(())
}
