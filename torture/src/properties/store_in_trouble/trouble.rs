//! What can happen to a store, and how it is brought about.

use anyhow::{Context, Result};
use mongod::Mongod;

use crate::{
    ground::{Ground, StoreKind},
    server::Launch,
    shim::{Fault, Shim},
};

/// A kind of trouble.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trouble {
    /// The disk under SQLite fails or stalls.
    Disk(Fault),
    /// SIGSTOP: connections stay open and nothing answers.
    Paused,
    /// SIGKILL; the end of the trouble is a new start.
    Killed,
}

/// A store that can be harmed.
pub(super) enum Troubled {
    Sqlite(Shim),
    MongoDb(Box<Mongod>),
}

impl Troubled {
    /// The store of a server that is about to be started.
    pub fn under(ground: &Ground, launch: &mut Launch) -> Result<Self> {
        match ground.setup.store {
            StoreKind::Sqlite => {
                let shim = Shim::build(ground.dir(), &launch.data_dir)?;
                shim.under(launch);
                Ok(Self::Sqlite(shim))
            }
            StoreKind::MongoDb | StoreKind::MongoDbStandalone => {
                let mongod = ground.take_mongod().context("no mongod of its own")?;
                Ok(Self::MongoDb(Box::new(mongod)))
            }
        }
    }

    /// What can happen to it.
    pub fn kinds(&self) -> Vec<Trouble> {
        match self {
            Self::Sqlite(_) => [Fault::Stall, Fault::Writes, Fault::Syncs, Fault::Reads]
                .map(Trouble::Disk)
                .to_vec(),
            Self::MongoDb(_) => vec![Trouble::Paused, Trouble::Killed],
        }
    }

    pub fn begin(&mut self, kind: Trouble) -> Result<()> {
        match (self, kind) {
            (Self::Sqlite(shim), Trouble::Disk(fault)) => shim.set(fault),
            (Self::MongoDb(mongod), Trouble::Killed) => mongod.kill(),
            (Self::MongoDb(mongod), _) => mongod.pause(),
            (Self::Sqlite(_), _) => Ok(()),
        }
    }

    /// Returns when the store is well.
    pub fn end(&mut self, kind: Trouble) -> Result<()> {
        match (self, kind) {
            (Self::Sqlite(shim), _) => shim.set(Fault::None),
            (Self::MongoDb(mongod), Trouble::Killed) => mongod.restart(),
            (Self::MongoDb(mongod), _) => mongod.resume(),
        }
    }
}
