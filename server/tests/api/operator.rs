//! The `parlor` command: what it does, and the one line it says where it cannot.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use actix_web::http::Method;
use serde_json::json;
use shared::{LoggedIn, ServerRole};

use crate::harness::{Call, PASSWORD, Person, TestServer, command, parlor};

/// A server on the data that commands left.
pub async fn serve(data_dir: &Path) -> TestServer {
    let place = data_dir.to_owned();
    TestServer::with(|config| {
        config.place.data_dir = place;
        // Whatever the other tests run on: the commands find the data there.
        config.place.store_url = None;
    })
    .await
}

async fn try_to_log_in(server: &TestServer, name: &str, password: &str) -> crate::harness::Answer {
    let credentials = json!({ "username": name, "password": password });
    server.post("/api/v1/sessions").json(credentials).await
}

async fn role(person: &Person) -> ServerRole {
    let answer: shared::UserAnswer = person.get("/users/me").await.ok();
    answer.user.profile().unwrap().role.unwrap()
}

#[test]
fn a_taken_port_is_told_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let line = parlor(&data, &["serve", "--listen", &address], "").failed();
    assert!(
        line.contains(&address) && line.contains("--listen"),
        "{line}"
    );
    assert!(!data.exists(), "it left nothing behind");
}

#[test]
fn a_data_directory_that_cannot_be_used_is_told_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "not a directory").unwrap();
    let line = parlor(
        &file.join("data"),
        &["serve", "--listen", "127.0.0.1:0"],
        "",
    )
    .failed();
    assert!(
        line.contains("file/data") && line.contains("--data-dir"),
        "{line}"
    );

    let closed = dir.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o500)).unwrap();
    // Root writes everywhere.
    if fs::write(closed.join("probe"), "").is_err() {
        let line = parlor(&closed, &["serve", "--listen", "127.0.0.1:0"], "").failed();
        assert!(
            line.contains("closed") && line.contains("--data-dir"),
            "{line}"
        );
    }
}

#[actix_web::test]
async fn a_second_server_on_the_same_data_is_told_in_one_line() {
    let server = TestServer::on_files().await;
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["seed"],
        &["user", "set-role", "alice", "admin"],
    ] {
        let line = parlor(&server.data_dir(), arguments, "").failed();
        assert!(line.contains("another Parlor"), "{line}");
    }
    let alice = server.register("alice").await;
    assert!(alice.is_signed_in().await, "the first one goes on");
}

#[test]
fn a_damaged_store_or_secret_is_told_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    fs::write(dir.path().join("secret"), "too short").unwrap();
    let line = parlor(dir.path(), &serve, "").failed();
    assert!(line.contains("secret"), "{line}");
    fs::remove_file(dir.path().join("secret")).unwrap();
    fs::write(
        dir.path().join("parlor.db"),
        "a letter to grandmother\n".repeat(100),
    )
    .unwrap();
    let line = parlor(dir.path(), &serve, "").failed();
    assert!(line.contains("not a Parlor store"), "{line}");
}

#[actix_web::test]
async fn the_operator_makes_accounts_and_admins() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let create = |name: &str, more: &[&str]| {
        let email = format!("{name}@example.org");
        let mut arguments = vec!["user", "create", name, &email];
        arguments.extend(more);
        parlor(&data, &arguments, &format!("{PASSWORD}\n"))
    };
    let _ = create("alice", &["--role", "admin", "--gender", "female"]).ok();
    let _ = create("bob", &[]).ok();
    let line = create("bob", &[]).failed();
    assert!(line.contains("taken"), "{line}");
    let mode = fs::metadata(&data).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "for its owner only");

    let server = serve(&data).await;
    let (alice, bob) = (server.log_in("alice").await, server.log_in("bob").await);
    assert_eq!(role(&alice).await, ServerRole::Admin);
    assert_eq!(role(&bob).await, ServerRole::Member);
    drop(server);

    let _ = parlor(&data, &["user", "set-role", "bob", "admin"], "").ok();
    let _ = parlor(&data, &["user", "set-role", "alice", "member"], "").ok();
    let server = serve(&data).await;
    let (alice, bob) = (server.log_in("alice").await, server.log_in("bob").await);
    assert_eq!(role(&alice).await, ServerRole::Member);
    assert_eq!(role(&bob).await, ServerRole::Admin);
}

#[actix_web::test]
async fn the_operator_resets_a_password_and_old_sessions_end() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = serve(&data).await;
    let alice = server.register("alice").await;
    drop(server);
    let new = "marmalade sky in november";
    let reset = |input: &str| parlor(&data, &["user", "reset-password", "alice"], input);
    let line = reset("password\n").failed();
    assert!(line.contains("easy to guess"), "{line}");
    let line = reset("").failed();
    assert!(line.contains("password"), "{line}");
    let done = reset(&format!("{new}\n")).ok();
    assert!(
        !done.out.contains(new) && !done.err.contains(new),
        "{done:?}"
    );
    let server = serve(&data).await;
    let there = server.get("/api/v1/users/me").bearer(&alice.token).await;
    assert_eq!(there.status, 401);
    assert_eq!(try_to_log_in(&server, "alice", PASSWORD).await.status, 401);
    let _: LoggedIn = try_to_log_in(&server, "alice", new).await.made();
}

#[test]
fn an_account_that_is_not_there_is_told_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    for arguments in [
        &["user", "reset-password", "nobody"][..],
        &["user", "set-role", "nobody", "admin"],
    ] {
        let line = parlor(dir.path(), arguments, &format!("{PASSWORD}\n")).failed();
        assert!(line.contains("nobody"), "{line}");
    }
}

#[test]
fn a_command_that_is_not_understood_fails_and_says_why() {
    let dir = tempfile::tempdir().unwrap();
    for arguments in [
        &["dance"][..],
        &["serve", "--listen", "nowhere"],
        &["serve", "--public-url", "chat.example.org"],
        &["user", "create", "a b", "a@example.org"],
        &["user", "create", "alice", "no-address"],
        &["user", "set-role", "alice", "emperor"],
    ] {
        let finished = parlor(dir.path(), arguments, "");
        assert!(!finished.is_success, "{arguments:?}");
        assert!(finished.err.starts_with("error: "), "{finished:?}");
        assert_eq!(finished.out, "");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[actix_web::test]
async fn a_seeded_store_has_people_and_talk_and_is_seeded_once() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let printed = parlor(&data, &["seed"], "").ok().out;
    let line = printed
        .lines()
        .find(|line| line.trim_start().starts_with("alice"))
        .expect("alice's login is printed");
    let password = "tea and biscuits at five";
    assert!(line.contains(password), "{line}");
    let again = parlor(&data, &["seed"], "").failed();
    assert!(again.contains("empty"), "{again}");
    let server = serve(&data).await;
    let answer = try_to_log_in(&server, "alice", password).await.is(201);
    let alice = Person::from_login(&server, "alice", &answer);
    assert_eq!(role(&alice).await, ServerRole::Admin);
    assert_eq!(alice.rooms().await.len(), 3);
    assert!(!alice.history(server.lobby()).await.is_empty());
}

#[actix_web::test]
async fn a_server_says_where_it_is_and_ends_when_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = command(dir.path())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("PARLOR_LOG", "off")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let url = line.strip_prefix("Parlor is ready at ").expect(&line);
    let health = format!("{url}/healthz");
    let _ = Call::new(awc::Client::new(), Method::GET, health)
        .await
        .is(200);
    let began = Instant::now();
    let pid = child.id().to_string();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
}
