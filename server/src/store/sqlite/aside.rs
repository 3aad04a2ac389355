//! A file in the making: beside its place, under a name that says so, until it is whole.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::store::{MoveError, StoreError};

use super::{failure::explain, file::owner_only, journal, replay, schema};

/// What SQLite keeps beside a file while it is open, or after it was killed.
const COMPANIONS: [&str; 3] = ["-journal", "-wal", "-shm"];

/// `{place}.unfinished`, held by this process alone. Dropped before [`Aside::finish`], it is
/// removed; of a killed process it stays, and the next one with the same place begins it anew.
pub struct Aside {
    place: PathBuf,
    path: PathBuf,
    /// The kernel drops the lock with the process, however it ends.
    file: File,
}

impl Aside {
    /// Begins an empty file, for its owner only.
    ///
    /// # Errors
    /// [`MoveError::InMaking`] when another process is making the same; [`MoveError::File`].
    pub fn begin(place: &Path) -> Result<Self, MoveError> {
        let path = named(place, ".unfinished");
        let failed = |error: &io::Error| unwritten(place, error);
        let in_making = || MoveError::InMaking(place.to_owned());
        let file = owner_only()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| failed(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_making()),
            Err(TryLockError::Error(error)) => return Err(failed(&error)),
        }
        // Between our opening and our locking another one may have finished: what we hold then has
        // its true name by now, and must not be touched.
        if !is_at(&file, &path) {
            return Err(in_making());
        }
        let aside = Self {
            place: place.to_owned(),
            path,
            file,
        };
        aside
            .remove_companions()
            .and_then(|()| aside.file.set_len(0))
            .map_err(|error| failed(&error))?;
        Ok(aside)
    }

    /// Where it lies for now.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, once all of it is on the disk. With `replace` what has that name
    /// goes, in the same instant.
    ///
    /// # Errors
    /// [`MoveError::BackupExists`] when the place has been taken meanwhile; [`MoveError::File`].
    pub fn finish(self, replace: bool) -> Result<(), MoveError> {
        let failed = |error: &io::Error| unwritten(&self.place, error);
        self.file.sync_all().map_err(|error| failed(&error))?;
        if replace {
            fs::rename(&self.path, &self.place).map_err(|error| failed(&error))?;
        } else {
            link_or_rename(&self.path, &self.place).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => MoveError::BackupExists(self.place.clone()),
                _ => failed(&error),
            })?;
            // The drop removes the second name.
        }
        sync_directory(&self.place).map_err(|error| failed(&error))
    }

    fn remove_companions(&self) -> io::Result<()> {
        for ending in COMPANIONS {
            remove_if_there(&named(&self.path, ending))?;
        }
        Ok(())
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Gone where it was renamed, or another's where that one has begun since.
        if is_at(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
            let _ = self.remove_companions();
        }
    }
}

/// A name that does not replace another: a link fails where something is, and a rename does not.
fn link_or_rename(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        // Not every file system has links; there a look has to do.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            if to.try_exists()? {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(from, to)
        }
        result => result,
    }
}

/// Gives the store at `place`, which nobody has open, another name, `{place}.replaced`, and
/// answers with that. Where it can, the file is left under the old name too, so that the new one
/// replaces it in one instant and at no time there is none.
///
/// # Errors
/// [`MoveError::File`].
pub fn keep_old(place: &Path) -> Result<PathBuf, MoveError> {
    let kept = free_name(place);
    rename_whole(place, &kept).map_err(|error| unwritten(place, &error))?;
    Ok(kept)
}

fn rename_whole(place: &Path, kept: &Path) -> io::Result<()> {
    merge_logs(place);
    let mut is_alone = true;
    for ending in [journal::ENDING, "-wal"] {
        let log = named(place, ending);
        if log.try_exists()? {
            // A damaged store: its log goes along, under the name by which it belongs to the file.
            // First a second name, then the file: whatever is cut short, one of both is whole.
            fs::hard_link(&log, named(kept, ending)).or_else(|_| {
                // Without links: copied.
                fs::copy(&log, named(kept, ending)).map(drop)
            })?;
            is_alone = false;
        }
    }
    if is_alone {
        link_or_rename(place, kept)?;
    } else {
        fs::rename(place, kept)?;
        remove_if_there(&named(place, "-wal"))?;
        remove_if_there(&named(place, journal::ENDING))?;
    }
    remove_if_there(&named(place, "-shm"))?;
    sync_directory(place)
}

/// Puts what is in the logs into the file, if it is sound enough for that.
fn merge_logs(place: &Path) {
    // Beside a file without a page SQLite takes a log for a leftover, and removes it.
    if !begins_as_database(place) {
        return;
    }
    if let Err(error) = try_merge_logs(place) {
        tracing::warn!(%error, "the old store's log could not be merged; it is kept with it");
    }
}

fn try_merge_logs(place: &Path) -> Result<(), StoreError> {
    let conn = rusqlite::Connection::open(place)?;
    replay::replay(&conn, &replay::pending(place, &conn)?)?;
    schema::leave_one_file(&conn)?;
    remove_if_there(&named(place, journal::ENDING))
        .map_err(|error| StoreError::Unavailable(Box::new(error)))
}

fn begins_as_database(path: &Path) -> bool {
    let mut head = [0; 512];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head.starts_with(b"SQLite format 3\0")
}

/// `{place}.replaced`, or with a number where that is taken.
fn free_name(place: &Path) -> PathBuf {
    let first = named(place, ".replaced");
    let others = (2..).map(|n: u32| named(place, &format!(".replaced.{n}")));
    std::iter::once(first)
        .chain(others)
        .find(|name| {
            !name.exists()
                && !named(name, "-wal").exists()
                && !named(name, journal::ENDING).exists()
        })
        .unwrap_or_else(|| named(place, ".replaced"))
}

/// The path with an ending to its name.
pub fn named(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A failure to write there, with what to do.
pub fn unwritten(path: &Path, error: &io::Error) -> MoveError {
    MoveError::File {
        path: path.to_owned(),
        problem: explain(error),
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// A new name is durable once its directory is.
pub fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    File::open(directory)?.sync_all()
}
