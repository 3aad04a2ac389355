//! What ends a server when the process that started it ends, however that happens.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// Waits for the end of its input, which the system closes when we die, even by SIGKILL; then ends
/// the server and takes its directory away.
///
/// Not `PR_SET_PDEATHSIG`, which comes when the *thread* ends that started the server. The wait
/// before `rm` is bounded: in a container nobody may be there to reap the dead.
const SCRIPT: &str = r#"
read -r _
kill -9 "$1"
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" || break; sleep 0.1; done
rm -rf -- "$2"
"#;

/// A small process that outlives us just long enough.
#[derive(Debug)]
pub struct Guard(Child);

impl Guard {
    pub fn over(server: u32, directory: &Path) -> Result<Self> {
        let mut command = Command::new("sh");
        command
            .args(["-c", SCRIPT, "guard", &server.to_string()])
            .arg(directory)
            .stdin(Stdio::piped())
            // Open ends of our output would keep waiting whoever reads it.
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        apart(&mut command);
        let child = command.spawn();
        child.map(Self).context("cannot start `sh`")
    }
}

impl Drop for Guard {
    /// The server's end is our business after all.
    fn drop(&mut self) {
        // Killed before its input closes, so that it does nothing. Errors mean that it is gone.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// In a process group of its own: Ctrl-C at a terminal is for us, and we end what we started.
pub fn apart(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}
