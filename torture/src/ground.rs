//! What every property is tested on: a binary, a store, a scale, a seed, and the counts.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};
use fastrand::Rng;
use mongod::Mongod;
use tempfile::TempDir;

use crate::{
    counts::Counts,
    server::{Launch, Server},
};

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Seconds: among the normal tests.
    Short,
    /// Minutes: what the goals are counted in.
    Long,
}

/// Which store the server keeps its messages in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// The embedded one.
    Sqlite,
    /// A one-node replica set of each test's own.
    MongoDb,
    /// A standalone server of each test's own.
    MongoDbStandalone,
}

/// What is the same for every test of a run.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The `parlor` binary.
    pub binary: PathBuf,
    /// Which store.
    pub store: StoreKind,
    /// How much.
    pub scale: Scale,
    /// What every choice is made from.
    pub seed: u64,
}

/// Where one property is tested. Its files are gone at the end.
#[derive(Debug)]
pub struct Ground {
    /// What is the same for all.
    pub setup: Setup,
    /// What this one counts.
    pub counts: Arc<Counts>,
    name: &'static str,
    dir: TempDir,
    mongod: Mutex<Option<Mongod>>,
    /// Of that server, without a database.
    uri: Option<String>,
}

impl Ground {
    /// A new one, for the property of that name.
    pub fn new(setup: Setup, name: &'static str) -> Result<Self> {
        let dir = tempfile::Builder::new()
            .prefix("parlor-torture-")
            .tempdir()
            .context("no place for a data directory")?;
        let mongod = match setup.store {
            StoreKind::Sqlite => None,
            StoreKind::MongoDb | StoreKind::MongoDbStandalone => {
                let kind = match setup.store {
                    StoreKind::MongoDbStandalone => mongod::Kind::Standalone,
                    _ => mongod::Kind::ReplicaSet,
                };
                let binary = mongod::Binary::find()?;
                // On a disk, as an operator's would be: what is faster hides what is slow.
                Some(Mongod::start(&binary, kind, dir.path())?)
            }
        };
        Ok(Self {
            uri: mongod.as_ref().map(Mongod::uri),
            mongod: Mutex::new(mongod),
            setup,
            counts: Arc::default(),
            name,
            dir,
        })
    }

    /// Choices of this property alone: it makes the same ones whichever others run.
    pub fn rng(&self) -> Rng {
        let mut hasher = DefaultHasher::new();
        self.name.hash(&mut hasher);
        Rng::with_seed(self.setup.seed ^ hasher.finish())
    }

    /// What belongs to the scale of this run.
    pub fn pick<T>(&self, short: T, long: T) -> T {
        match self.setup.scale {
            Scale::Short => short,
            Scale::Long => long,
        }
    }

    /// Where its files are.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// How its server is started.
    pub fn launch(&self) -> Launch {
        Launch {
            binary: self.setup.binary.clone(),
            data_dir: self.dir().join("data"),
            store_url: self.uri.as_deref().map(with_database),
            // All that it can say is searched, where that is not gigabytes.
            env: vec![("PARLOR_LOG".into(), self.pick("debug", "info").into())],
        }
    }

    /// The MongoDB server, for what is done to it; it lives as long as whoever takes it.
    pub fn take_mongod(&self) -> Option<Mongod> {
        let mut mongod = self.mongod.lock().unwrap_or_else(PoisonError::into_inner);
        mongod.take()
    }

    /// Where the MongoDB server is.
    pub fn mongod_address(&self) -> Option<SocketAddr> {
        let mongod = self.mongod.lock().unwrap_or_else(PoisonError::into_inner);
        let port = mongod.as_ref()?.port();
        Some(SocketAddr::from(([127, 0, 0, 1], port)))
    }

    /// Starts its server.
    pub async fn serve(&self) -> Result<Server> {
        Server::start(self.launch()).await
    }

    /// Keeps what is needed to look into a failure, and tells where.
    pub fn keep(self) -> PathBuf {
        self.dir.keep()
    }
}

/// Each test has a server of its own, so any name of a database will do.
fn with_database(uri: &str) -> String {
    let (base, options) = uri.split_once('?').unwrap_or((uri, ""));
    format!("{base}parlor?{options}")
}
