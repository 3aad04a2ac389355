//! The `parlor` command, as the operator gives it.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// A command that came to its end.
#[derive(Debug)]
pub struct Finished {
    pub is_success: bool,
    /// None where a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Finished {
    pub fn ok(self) -> Self {
        assert!(self.is_success, "{self:?}");
        self
    }

    /// Failed with 1 and one line on standard error, and nothing else.
    pub fn failed(self) -> String {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        let line = self.err.strip_suffix('\n').expect("a whole line");
        assert!(line.starts_with("parlor: "), "{self:?}");
        assert_eq!(line.lines().count(), 1, "{self:?}");
        line.to_owned()
    }
}

/// Runs `parlor {arguments}` on a data directory, with `input` on standard input, to its end.
pub fn parlor(data_dir: &Path, arguments: &[&str], input: &str) -> Finished {
    let mut child = command(data_dir)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end without having read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Finished {
        is_success: output.status.success(),
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The command, told where its data is and to hash quickly.
pub fn command(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
    command
        .env("PARLOR_DATA_DIR", data_dir)
        .env("PARLOR_BCRYPT_COST", "4");
    command
}
