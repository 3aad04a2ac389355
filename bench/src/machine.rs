//! What the figures were measured on, and with which versions.

use std::{fs, path::Path, process::Command};

use crate::subject::Launch;

/// A line each, for the head of a report; what cannot be found out is called unknown.
pub fn describe(launch: &Launch) -> Vec<(&'static str, String)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let mut lines = vec![
        ("date", first_line("date", &["-u", "+%Y-%m-%d %H:%M UTC"])),
        ("commit", commit(root)),
        ("cores", first_line("nproc", &["--all"])),
        ("processor", processor()),
        ("kernel", first_line("uname", &["-sr"])),
        ("file system of the store", file_system(&launch.stores)),
        ("Rust", first_line("rustc", &["--version"])),
        (
            "Parlor",
            first_line(&launch.parlor.to_string_lossy(), &["--version"]),
        ),
    ];
    if let Some(peers) = &launch.peers {
        let version = |package: &str| {
            let manifest = peers.join(format!("node_modules/{package}/package.json"));
            let json = fs::read_to_string(manifest).unwrap_or_default();
            let json: serde_json::Value = serde_json::from_str(&json).unwrap_or_default();
            json["version"].as_str().unwrap_or(UNKNOWN).to_owned()
        };
        let python = peers.join("venv/bin/python").to_string_lossy().into_owned();
        let socketify = "import importlib.metadata as m; print(m.version('socketify'))";
        lines.extend([
            ("Node.js", first_line("node", &["--version"])),
            ("Socket.IO", version("socket.io")),
            ("ws", version("ws")),
            ("Python", first_line(&python, &["--version"])),
            (
                "socketify (uWebSockets)",
                first_line(&python, &["-c", socketify]),
            ),
        ]);
    }
    lines
}

const UNKNOWN: &str = "unknown";

/// The commit, and whether what was measured differs from it.
fn commit(root: &str) -> String {
    let hash = first_line("git", &["-C", root, "rev-parse", "--short=12", "HEAD"]);
    let changes = first_line("git", &["-C", root, "status", "--porcelain", "-uno"]);
    if changes == UNKNOWN {
        hash
    } else {
        hash + " with changes"
    }
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    line.and_then(|line| line.split_once(": "))
        .map_or_else(|| UNKNOWN.to_owned(), |(_, name)| name.to_owned())
}

fn file_system(path: &Path) -> String {
    first_line("stat", &["-f", "-c", "%T", &path.to_string_lossy()])
}

/// What a program says first.
fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().ok();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let line = text.and_then(|text| text.lines().next().map(str::to_owned));
    line.filter(|line| !line.is_empty())
        .unwrap_or_else(|| UNKNOWN.to_owned())
}
