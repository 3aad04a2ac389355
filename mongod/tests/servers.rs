//! Real servers: what the tests that use them take for granted.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::env;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mongod::{Binary, Kind, Mongod, fast_directory};

fn start(kind: Kind) -> Mongod {
    Mongod::start(&Binary::find().unwrap(), kind, &fast_directory()).unwrap()
}

fn is_alive(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // A zombie is dead: who it is a child of may not reap it.
    !status.is_empty() && !status.contains(") Z ")
}

fn wait_until(promise: &str, is_kept: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !is_kept() {
        assert!(Instant::now() < deadline, "not within a minute: {promise}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_replica_set_is_killed_and_comes_back_where_it_was() {
    let mut server = start(Kind::ReplicaSet);
    let (pid, port, uri) = (server.pid().unwrap(), server.port(), server.uri());
    assert!(uri.ends_with("/?replicaSet=rs0"), "{uri}");
    assert!(server.is_primary());

    server.kill().unwrap();
    server.kill().unwrap();
    assert!(!is_alive(pid));
    assert_eq!(server.pid(), None);
    assert!(!server.is_primary());

    server.restart().unwrap();
    assert!(server.is_primary());
    assert_ne!(server.pid().unwrap(), pid);
    assert_eq!((server.port(), server.uri()), (port, uri));
}

#[test]
fn a_standalone_server_is_its_own_primary_and_leaves_nothing_behind() {
    let server = start(Kind::Standalone);
    assert!(server.is_primary());
    assert!(!server.uri().contains("replicaSet"));
    let (pid, directory) = (server.pid().unwrap(), server.directory().to_owned());
    assert!(directory.join("mongod.log").is_file());
    drop(server);
    assert!(!is_alive(pid));
    assert!(!directory.exists());
}

#[test]
fn a_paused_server_listens_and_does_not_answer() {
    let server = start(Kind::Standalone);
    server.pause().unwrap();
    let stat = format!("/proc/{}/stat", server.pid().unwrap());
    wait_until("stopped", || {
        std::fs::read_to_string(&stat).unwrap().contains(") T ")
    });
    assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, server.port())).is_err());
    server.resume().unwrap();
    wait_until("an answer", || server.is_primary());
}

#[test]
fn a_set_of_three_replaces_its_primary() {
    let binary = Binary::find().unwrap();
    let mut servers = Mongod::start_set(&binary, 3, &fast_directory()).unwrap();
    let first = servers.iter().position(Mongod::is_primary).unwrap();
    servers[first].kill().unwrap();
    wait_until("another primary", || servers.iter().any(Mongod::is_primary));
    servers[first].restart().unwrap();
}

/// Not a test by itself: what the next one kills.
#[test]
fn starts_a_server_and_waits_for_its_end() {
    let Some(report) = env::var_os("PARLOR_TEST_REPORT") else {
        return;
    };
    let server = start(Kind::Standalone);
    let line = format!("{} {}", server.pid().unwrap(), server.directory().display());
    std::fs::write(&report, line).unwrap();
    loop {
        thread::park();
    }
}

#[test]
fn a_server_ends_with_the_process_that_started_it_even_by_sigkill() {
    let report = fast_directory().join(format!("parlor-mongod-report-{}", std::process::id()));
    let mut starter = Command::new(env::current_exe().unwrap())
        .args(["--exact", "starts_a_server_and_waits_for_its_end"])
        .env("PARLOR_TEST_REPORT", &report)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let read = || std::fs::read_to_string(&report).unwrap_or_default();
    wait_until("a server", || read().contains('/'));
    let line = read();
    let (pid, directory) = line.split_once(' ').unwrap();
    assert!(is_alive(pid.parse().unwrap()));

    starter.kill().unwrap();
    starter.wait().unwrap();
    wait_until("no server", || !is_alive(pid.parse().unwrap()));
    wait_until("no directory", || !Path::new(directory).exists());
    std::fs::remove_file(&report).unwrap();
}
