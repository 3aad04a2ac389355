//! A server as a child process, pinned, bounded, and what it costs.

mod usage;

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Seek},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

pub use usage::Cpu;

use crate::cores;

const START: Duration = Duration::from_secs(30);

/// A server that runs. It is killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    log: File,
}

impl Server {
    /// Starts it on the server's core, and waits for the line in which it says where it listens:
    /// the last word of it, with or without `http://`.
    ///
    /// # Errors
    /// When it does not start, with the end of what it wrote to standard error.
    pub fn start(command: &mut Command) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let mut log = tempfile::tempfile().context("no place for a log")?;
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.try_clone()?);
        let mut child = cores::on(cores::SERVER, || {
            command
                .spawn()
                .with_context(|| format!("cannot start {program}"))
        })?;
        let out = child.stdout.take().context("the server has no output")?;
        let (told, tells) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let mut out = BufReader::new(out);
            let read = out.read_line(&mut line);
            // Nobody listens any more once the wait is over.
            let _ = told.send(read.map(|_| line));
            // Drained to the end, so that the server never waits for us.
            let _ = std::io::copy(&mut out, &mut std::io::sink());
        });
        let line = tells.recv_timeout(START);
        let address = line.ok().and_then(Result::ok).and_then(|line| {
            let word = line.split_whitespace().last()?.to_owned();
            word.trim_start_matches("http://").parse().ok()
        });
        if let Some(address) = address {
            return Ok(Self {
                child,
                address,
                log,
            });
        }
        // Ended or not: nothing stays behind.
        let _ = child.kill();
        let _ = child.wait();
        bail!("{program} did not start: {}", tail(&mut log))
    }

    /// Its CPU time so far, of all its threads.
    ///
    /// # Errors
    /// When it has ended, with the end of what it wrote.
    pub fn cpu(&mut self) -> Result<Cpu> {
        usage::cpu(self.pid()).with_context(|| format!("the server: {}", tail(&mut self.log)))
    }

    /// Its proportional set size, in KiB: what it has in memory, shared pages by their share.
    pub fn pss_kib(&self) -> Result<u64> {
        usage::pss_kib(self.pid())
    }

    /// The process.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap_or(i32::MAX))
    }

    /// SIGKILL: nothing of it runs when this returns.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM, and waits for the end.
    pub fn stop(&mut self) -> Result<()> {
        kill(self.pid(), Signal::SIGTERM)?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tail(log: &mut File) -> String {
    let mut text = String::new();
    // Only for the text of an error.
    let _ = log
        .rewind()
        .and_then(|()| log.read_to_string(&mut text).map(drop));
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}
