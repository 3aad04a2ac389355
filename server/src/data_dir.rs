//! The data directory: made at first run with the secrets in it, readable by the owner only.

use std::{
    fs, io,
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use aws_lc_rs::rand;

/// Why there is no data directory to work in, in one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// Not made, not readable or not writable.
    #[error(
        "cannot use the data directory {path}: {source}; \
         make it writable for this user, or name another with --data-dir"
    )]
    Io {
        /// Which path failed.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The secret was cut or changed.
    #[error(
        "{0} does not hold a secret of {SECRET_BYTES} bytes; \
         remove it to make a new one (everybody logs in again)"
    )]
    Secret(PathBuf),
}

/// Bytes of the server's secret.
pub const SECRET_BYTES: usize = 32;

/// The server's secret: signs access tokens and derives refresh values.
pub type Secret = [u8; SECRET_BYTES];

/// Makes the directory, where absent, for its owner only, and reads or makes the secret in it.
///
/// # Errors
/// [`DataDirError`] when the directory cannot be made, read or written, or the secret is damaged.
pub fn prepare(dir: &Path) -> Result<Secret, DataDirError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| DataDirError::Io { path, source }
    };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(failed(dir))?;
    let path = dir.join("secret");
    match fs::read(&path) {
        Ok(bytes) => Secret::try_from(bytes).map_err(|_| DataDirError::Secret(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut secret = [0; SECRET_BYTES];
            rand::fill(&mut secret)
                .map_err(|_| failed(&path)(io::Error::other("no random numbers to be had")))?;
            write_secret(dir, &path, &secret).map_err(failed(&path))?;
            Ok(secret)
        }
        Err(error) => Err(failed(&path)(error)),
    }
}

/// Written aside, synced and renamed: a crash leaves the whole secret or none.
fn write_secret(dir: &Path, path: &Path, secret: &Secret) -> io::Result<()> {
    let aside = path.with_extension("new");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)?;
    file.write_all(secret)?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    fs::File::open(dir)?.sync_all()
}
