//! Other programs: announced before they run, named when they fail.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{self, Stdio};

use anyhow::{Context, Result, bail};

pub struct Command {
    inner: process::Command,
    shown: String,
}

impl Command {
    pub fn new(program: &str, directory: &Path) -> Self {
        let mut inner = process::Command::new(program);
        inner.current_dir(directory);
        for (name, _) in env::vars_os() {
            // `cargo run` tells xtask who xtask is. Build scripts that watch these variables
            // would run again for a cargo started here, and again for one started by hand.
            if name.to_str().is_some_and(is_about_xtask) {
                inner.env_remove(name);
            }
        }
        Self {
            inner,
            shown: program.to_owned(),
        }
    }

    pub fn cargo(directory: &Path) -> Self {
        Self::new("cargo", directory)
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.shown.push(' ');
        self.shown.push_str(&arg.as_ref().to_string_lossy());
        self.inner.arg(arg);
        self
    }

    pub fn args(self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.inner.env(name, value);
        self
    }

    /// Runs it with our output. Any end but success is an error that names the command.
    pub fn run(mut self) -> Result<()> {
        self.announce();
        let status = self.inner.status().with_context(|| self.cannot_start())?;
        if !status.success() {
            bail!("`{}` failed ({status})", self.shown);
        }
        Ok(())
    }

    /// Runs it silently and returns what it wrote to standard output.
    pub fn read(mut self) -> Result<String> {
        self.inner.stderr(Stdio::inherit());
        let output = self.inner.output().with_context(|| self.cannot_start())?;
        if !output.status.success() {
            bail!("`{}` failed ({})", self.shown, output.status);
        }
        String::from_utf8(output.stdout).with_context(|| format!("`{}` wrote no UTF-8", self.shown))
    }

    /// Tells whether it can be started and succeeds, saying nothing.
    pub fn succeeds(mut self) -> bool {
        let quiet = self.inner.stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    }

    /// Becomes that program, so that signals reach it; returns only on failure.
    #[cfg(unix)]
    pub fn replace_this_process(mut self) -> Result<()> {
        use std::os::unix::process::CommandExt;

        self.announce();
        let error = self.inner.exec();
        Err(error).with_context(|| self.cannot_start())
    }

    #[cfg(not(unix))]
    pub fn replace_this_process(self) -> Result<()> {
        self.run()
    }

    fn announce(&self) {
        eprintln!("$ {}", self.shown);
    }

    fn cannot_start(&self) -> String {
        format!("cannot start `{}`", self.shown)
    }
}

fn is_about_xtask(variable: &str) -> bool {
    [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_CRATE_",
    ]
    .iter()
    .any(|prefix| variable.starts_with(prefix))
}
