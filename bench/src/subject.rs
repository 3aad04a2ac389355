//! What is measured: Parlor and its peers, and how each is started.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{crowd::BCRYPT_COST, process::Server, swarm::ear::Dialect};

/// No row lasts longer on one server; a server that is forgotten ends by itself.
const LIVES_SECONDS: &str = "900";

/// One of the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Parlor,
    Bare,
    /// The bare peer without gathering: for proving the generator.
    BareOneByOne,
    UWebSockets,
    WsPrebuilt,
    WsSend,
    SocketIo,
}

impl Subject {
    /// How it speaks.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::Parlor => Dialect::Parlor,
            Self::SocketIo => Dialect::SocketIo,
            _ => Dialect::Plain,
        }
    }

    /// Where its WebSocket is.
    pub fn path(self) -> &'static str {
        match self {
            Self::Parlor => "/api/v1/ws",
            Self::SocketIo => "/socket.io/?EIO=4&transport=websocket",
            _ => "/ws",
        }
    }

    /// Whether it comes from a package registry.
    pub fn is_installed(self) -> bool {
        !matches!(self, Self::Parlor | Self::Bare | Self::BareOneByOne)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parlor => "Parlor",
            Self::Bare => "bare",
            Self::BareOneByOne => "bare, one by one",
            Self::UWebSockets => "uWebSockets",
            Self::WsPrebuilt => "ws, pre-built frame",
            Self::WsSend => "ws, send",
            Self::SocketIo => "Socket.IO",
        })
    }
}

/// Where Parlor keeps its messages in a row.
#[derive(Debug, Clone, Copy)]
pub enum Store<'a> {
    /// In memory: the transport league.
    Memory,
    /// In a SQLite file in that directory, synced at each commit: the chat league.
    File(&'a Path),
}

/// How the servers of a run are started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The `parlor` binary.
    pub parlor: PathBuf,
    /// Parlor's worker threads.
    pub workers: u16,
    /// Where data directories are made: on a disk, where an operator's would be.
    pub stores: PathBuf,
    /// Where `node_modules` and the Python environment are; None leaves the installed peers out.
    pub peers: Option<PathBuf>,
}

impl Launch {
    /// Starts a peer, or Parlor with nothing that lasts.
    pub fn start(&self, subject: Subject) -> Result<Server> {
        match subject {
            Subject::Parlor => self.start_parlor(Store::Memory, BCRYPT_COST),
            Subject::Bare => start_bare("burst"),
            Subject::BareOneByOne => start_bare("never"),
            Subject::UWebSockets => {
                let script = script("uws.py");
                self.start_peer("venv/bin/python", &[&script, LIVES_SECONDS])
            }
            Subject::WsPrebuilt => self.start_node("ws.js", Some("prebuilt")),
            Subject::WsSend => self.start_node("ws.js", Some("send")),
            Subject::SocketIo => self.start_node("socketio.js", None),
        }
    }

    /// A new data directory, gone when it is dropped.
    pub fn new_data_dir(&self) -> Result<TempDir> {
        let dir = tempfile::Builder::new()
            .prefix("store-")
            .tempdir_in(&self.stores);
        dir.with_context(|| format!("no place for a store in {}", self.stores.display()))
    }

    /// Starts Parlor.
    pub fn start_parlor(&self, store: Store<'_>, bcrypt_cost: u32) -> Result<Server> {
        // The secret has its place even where no message has one.
        let secret_dir;
        let mut command = tied_to_us(&self.parlor);
        let data_dir = match store {
            Store::Memory => {
                command.env("PARLOR_STORE_URL", "sqlite::memory:");
                secret_dir = self.new_data_dir()?;
                secret_dir.path()
            }
            Store::File(dir) => dir,
        };
        command
            .arg("serve")
            .env("PARLOR_LISTEN", "127.0.0.1:0")
            .env("PARLOR_DATA_DIR", data_dir)
            .env("PARLOR_BCRYPT_COST", bcrypt_cost.to_string())
            .env("PARLOR_RATE_LIMITS", "off")
            .env("PARLOR_WORKERS", self.workers.to_string())
            .env("PARLOR_LOG", "warn");
        // It has read its secret when it says that it is ready.
        Server::start(&mut command)
    }

    fn start_node(&self, name: &str, variant: Option<&str>) -> Result<Server> {
        let script = script(name);
        let arguments: Vec<&str> = [script.as_str(), LIVES_SECONDS]
            .into_iter()
            .chain(variant)
            .collect();
        self.start_peer("node", &arguments)
    }

    fn start_peer(&self, program: &str, arguments: &[&str]) -> Result<Server> {
        let peers = self
            .peers
            .as_ref()
            .context("this row needs the installed peers")?;
        let program = match program {
            "node" => PathBuf::from(program),
            inside => peers.join(inside),
        };
        let mut command = tied_to_us(&program);
        command
            .args(arguments)
            .env("NODE_PATH", peers.join("node_modules"))
            .env("NODE_ENV", "production");
        Server::start(&mut command)
    }
}

fn start_bare(gather: &str) -> Result<Server> {
    let this = std::env::current_exe().context("who am I?")?;
    Server::start(tied_to_us(&this).args(["serve-bare", LIVES_SECONDS, gather]))
}

/// A command whose process is killed should this one be: then nobody would end it.
///
/// By util-linux's `setpriv`, which becomes the program: to ask for it ourselves between fork and
/// exec would take `unsafe`.
fn tied_to_us(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// The source of a peer's server.
pub fn script(name: &str) -> String {
    format!("{}/peers/{name}", env!("CARGO_MANIFEST_DIR"))
}
