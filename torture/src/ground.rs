//! What every property is tested on: a binary, a store, a scale, a seed, and the counts.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result};
use fastrand::Rng;
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreKind {
    /// The embedded one.
    Sqlite,
    /// A server, by its address without a database.
    MongoDb(String),
}

/// What is the same for every test of a run.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The `parlor` binary.
    pub binary: PathBuf,
    /// Which store.
    pub store: StoreKind,
    /// A `mongod` of one's own, for what stalls and kills it.
    pub mongod: Option<PathBuf>,
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
}

impl Ground {
    /// A new one, for the property of that name.
    pub fn new(setup: Setup, name: &'static str) -> Result<Self> {
        let dir = tempfile::Builder::new()
            .prefix("parlor-torture-")
            .tempdir()
            .context("no place for a data directory")?;
        Ok(Self {
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
        let store_url = match &self.setup.store {
            StoreKind::Sqlite => None,
            StoreKind::MongoDb(uri) => Some(self.database(uri)),
        };
        Launch {
            binary: self.setup.binary.clone(),
            data_dir: self.dir().join("data"),
            store_url,
            env: Vec::new(),
        }
    }

    /// Starts its server.
    pub async fn serve(&self) -> Result<Server> {
        Server::start(self.launch()).await
    }

    /// Keeps what is needed to look into a failure, and tells where.
    pub fn keep(self) -> PathBuf {
        self.dir.keep()
    }

    /// The address with a database of this test's own in it.
    fn database(&self, uri: &str) -> String {
        let database = format!(
            "torture_{}_{}",
            self.name.to_ascii_lowercase(),
            std::process::id()
        );
        let (base, options) = uri
            .split_once('?')
            .map_or((uri, None), |(base, options)| (base, Some(options)));
        let base = base.trim_end_matches('/');
        match options {
            Some(options) => format!("{base}/{database}?{options}"),
            None => format!("{base}/{database}"),
        }
    }
}
