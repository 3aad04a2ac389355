//! `parlor backup` and `parlor restore`.

use std::{fs, path::PathBuf};

use clap::Args;

use super::{CommandError, progress::Reporter, say};
use crate::{
    app::StartError,
    config::Place,
    data_dir,
    store::{self, MoveError, StoreUrl},
};

const BACKUP_HELP: &str = "\
The backup is the store as it was when the command began, everything acknowledged before included. \
It is written under the name FILE.unfinished, checked, and named FILE when all of it is on the disk: \
a FILE that is there is whole. It needs nothing beside it; it holds what people wrote and the hashes \
of their passwords, so keep it as you keep the store.

The secret in the data directory is not in it: who restores on another machine without that file \
gets a new one.

Examples:
  parlor backup /var/backups/parlor-monday.db
  parlor backup --data-dir /var/lib/parlor --overwrite /var/backups/parlor.db";

const RESTORE_HELP: &str = "\
FILE is checked first, and brought to this Parlor's version where it is older. The store gets a new \
epoch, so that clients who saw later messages fetch afresh. Everybody logs in again: a login that was \
ended since the backup would otherwise be alive again.

A store that is there is not touched without --replace, and with it is kept as parlor.db.replaced \
beside the new one; remove it when you are sure.

Examples:
  parlor restore /var/backups/parlor-monday.db
  parlor restore --data-dir /var/lib/parlor --replace /var/backups/parlor.db";

#[derive(Debug, Args)]
#[command(after_help = BACKUP_HELP)]
pub(super) struct Backup {
    #[command(flatten)]
    place: Place,
    /// The file to make
    file: PathBuf,
    /// Replace FILE where it exists, once the new one is whole
    #[arg(long)]
    overwrite: bool,
}

#[derive(Debug, Args)]
#[command(after_help = RESTORE_HELP)]
pub(super) struct Restore {
    #[command(flatten)]
    place: Place,
    /// The backup
    file: PathBuf,
    /// Put it in the place of the store that is there, and keep that one beside it
    #[arg(long)]
    replace: bool,
}

pub(super) fn back_up(backup: &Backup) -> Result<(), CommandError> {
    let Backup {
        place,
        file,
        overwrite,
    } = backup;
    let mut reporter = Reporter::default();
    let bytes = store::back_up(&place.store_url(), file, *overwrite, |progress| {
        reporter.tell(progress);
    })?;
    say(&format!("backed up {bytes} bytes to {}", file.display()))
}

pub(super) fn restore(restore: &Restore) -> Result<(), CommandError> {
    let Restore {
        place,
        file,
        replace,
    } = restore;
    // Before anything is made for it.
    if fs::metadata(file).is_err() {
        return Err(MoveError::absent(file).into());
    }
    data_dir::prepare(&place.data_dir).map_err(StartError::from)?;
    let url = place.store_url();
    let mut reporter = Reporter::default();
    let kept = store::restore(file, &url, *replace, |progress| reporter.tell(progress))?;
    if let StoreUrl::Sqlite(path) = &url {
        say(&format!(
            "restored {} from {}",
            path.display(),
            file.display()
        ))?;
    }
    if let Some(kept) = kept {
        say(&format!("the store that was there is {}", kept.display()))?;
    }
    say("everybody logs in again")
}
