//! P14: from the start of the process to the first accepted socket, on a store with a million
//! messages.

use std::{
    fs::{self, File},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};

use super::{League, Plan, Row};
use crate::{
    million::Million,
    report::{Section, Verdict},
    rest::Rest,
    spread::Spread,
    subject::Subject,
    swarm::{
        Entry, Swarm,
        ear::{Ear, Room},
    },
};

pub const ROW: Row = Row {
    id: "P14",
    title: "cold start on a million messages, to the first `ready`",
    league: League::Chat,
    run,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Files {
    /// The kernel has thrown the store's pages out of its cache.
    Cold,
    /// They are there from the last life.
    Warm,
}

fn run(plan: &Plan) -> Result<Section> {
    let million = Million::prepare(&plan.launch)?;
    let (token, lobby) = {
        let mut server = million.serve(&plan.launch)?;
        let token = Million::log_in(&server)?;
        let lobby = Rest::connect_as(server.address, &token)?.lobby()?;
        server.stop()?;
        (token, lobby)
    };
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..plan.rounds {
        for (files, times) in [Files::Cold, Files::Warm].into_iter().zip(&mut times) {
            times.push(start(plan, &million, &token, &lobby, files)?);
        }
    }
    let [cold, warm] = times.map(|times| {
        let ms = times.iter().map(|time| time.as_secs_f64() * 1_000.0);
        Spread::of(ms)
    });
    let shown = |spread: Option<Spread>| spread.map_or_else(String::new, |s| s.to_string());
    let verdicts = [
        cold.map(|ms| Verdict::at_most("cold files, ms", ms, Some(150.0), Some(30.0))),
        warm.map(|ms| Verdict::at_most("warm files, ms", ms, Some(150.0), Some(30.0))),
    ];
    Ok(Section {
        id: ROW.id,
        title: ROW.title,
        method: format!(
            "{} starts each after a clean stop, from before `fork` to a client's `ready` (process, store opened, \
             address told, TCP, upgrade, token, rooms). Cold: the store's files were put out of the kernel's cache (`posix_fadvise`, \
             DONTNEED); the binary's pages stay.",
            plan.rounds
        ),
        columns: vec!["the store's files", "to the first ready, ms"],
        lines: vec![
            vec!["cold".to_owned(), shown(cold)],
            vec!["warm".to_owned(), shown(warm)],
        ],
        verdicts: verdicts.into_iter().flatten().collect(),
    })
}

fn start(
    plan: &Plan,
    million: &Million,
    token: &str,
    lobby: &str,
    files: Files,
) -> Result<Duration> {
    if files == Files::Cold {
        forget(million.dir())?;
    }
    let began = Instant::now();
    let mut server = million.serve(&plan.launch)?;
    let (parlor, rooms) = (Subject::Parlor, vec![Room::new(lobby, 14)]);
    let mut swarm = Swarm::new(server.address, parlor.dialect(), parlor.path(), rooms)?;
    let entry = Entry {
        token: Some(token.to_owned()),
        ear: Ear::of(0),
    };
    swarm.connect([entry], 1)?;
    let time = began.elapsed();
    drop(swarm);
    server.stop()?;
    Ok(time)
}

/// Puts the files of a directory out of the kernel's cache.
fn forget(dir: &Path) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_file() {
            let file = File::open(&path)?;
            // What is not on the disk yet cannot be forgotten.
            file.sync_all()?;
            posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)
                .with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}
