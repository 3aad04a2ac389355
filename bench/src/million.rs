//! A store with a million messages in one room, made once by the product itself and kept.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};

use crate::{
    crowd,
    process::Server,
    rest::Rest,
    spread::short,
    stage::to_f64,
    subject::{Launch, Store, Subject},
    swarm::{
        Entry, Swarm,
        ear::{Ear, Room},
    },
};

/// Messages in the lobby.
pub const MESSAGES: u64 = 1_000_000;

/// Messages on their way at once, a quarter below what one socket may have.
const WINDOW: usize = 96;

/// Such a store, from now on of whoever wants to serve it.
pub struct Million {
    dir: PathBuf,
}

impl Million {
    /// Fills one, unless it lies below `stores` from an earlier run.
    ///
    /// Over a socket, not by SQL: whatever the store keeps beside messages is then kept too. The
    /// server fills it in memory-backed files where the machine has some, since a million syncs
    /// prove nothing here.
    pub fn prepare(launch: &Launch) -> Result<Self> {
        let dir = launch.stores.join("million");
        if dir.exists() {
            return Ok(Self { dir });
        }
        crate::progress("a million messages are written, this once");
        let fast = Path::new("/dev/shm");
        let place = if fast.is_dir() { fast } else { &launch.stores };
        let filling = tempfile::Builder::new()
            .prefix("parlor-bench-")
            .tempdir_in(place)?;
        let mut server = launch.start_parlor(Store::File(filling.path()), crowd::BCRYPT_COST)?;
        fill(&server)?;
        server.stop()?;
        // Whole or not there: the last step is a rename.
        let arriving = launch.new_data_dir()?;
        for entry in fs::read_dir(filling.path())? {
            let entry = entry?;
            fs::copy(entry.path(), arriving.path().join(entry.file_name()))?;
        }
        fs::rename(arriving.keep(), &dir)?;
        Ok(Self { dir })
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Serves it.
    pub fn serve(&self, launch: &Launch) -> Result<Server> {
        launch.start_parlor(Store::File(&self.dir), crowd::BCRYPT_COST)
    }

    /// A login of its one person.
    pub fn log_in(server: &Server) -> Result<String> {
        Rest::connect(server.address)?.log_in(&crowd::name(0))
    }
}

fn fill(server: &Server) -> Result<()> {
    let tokens = crowd::gather(server.address, 1)?;
    let token = tokens.into_iter().next().context("nobody is logged in")?;
    let lobby = Rest::connect_as(server.address, &token)?.lobby()?;
    let parlor = Subject::Parlor;
    let rooms = vec![Room::new(lobby, 8)];
    let mut swarm = Swarm::new(server.address, parlor.dialect(), parlor.path(), rooms)?;
    let entry = Entry {
        token: Some(token),
        ear: Ear::of(0),
    };
    swarm.connect([entry], 1)?;
    let mut told = 0;
    while swarm.tally.deliveries < MESSAGES {
        let left = MESSAGES - swarm.rooms[0].script.len();
        let free = WINDOW - swarm.outstanding(0);
        let free = free.min(usize::try_from(left)?);
        if free > 0 {
            swarm.publish(0, free)?;
        }
        swarm.turn(Duration::from_millis(100))?;
        if swarm.tally.deliveries >= told + MESSAGES / 10 {
            told = swarm.tally.deliveries;
            crate::progress(&format!("{} messages", short(to_f64(told))));
        }
    }
    Ok(())
}
