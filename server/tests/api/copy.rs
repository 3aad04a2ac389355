//! `parlor copy`: clients go on where they were, and nothing half-done looks whole.

use std::path::Path;

use shared::ClientFrame;

use crate::{
    backup::{bodies, data_with, fatten, kill_when_it_begins, names},
    harness::{Finished, command, parlor},
    operator::serve,
};

pub fn url(data: &Path) -> String {
    format!("sqlite:{}", data.join("parlor.db").display())
}

pub fn copy(from: &str, to: &str) -> Finished {
    // The data directory is nobody's here: the addresses say it all.
    parlor(
        Path::new("/nonexistent"),
        &["copy", "--from", from, "--to", to],
        "",
    )
}

pub fn digest(finished: &Finished) -> &str {
    let line = finished.out.lines().last().unwrap();
    line.strip_prefix("sha256 of all logs: ").expect(line)
}

#[actix_web::test]
async fn clients_go_on_where_they_were() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = serve(&data).await;
    let lobby = server.lobby();
    let mut alice = server.register("alice").await;
    alice.count_to(lobby, 3).await;
    let socket = alice.connect().await;
    let (epoch, cursor) = (socket.ready.epoch, socket.ready.head(lobby).unwrap());
    alice.say(lobby, "missed").await;
    drop((socket, server));

    let there = dir.path().join("there");
    std::fs::create_dir(&there).unwrap();
    let copied = copy(&url(&data), &url(&there)).ok();
    assert!(copied.out.contains("4 messages"), "{copied:?}");
    assert!(
        copied.err.contains("copying: 4 of 4 messages"),
        "{copied:?}"
    );
    assert!(
        copied.err.contains("comparing: 4 of 4 messages"),
        "{copied:?}"
    );

    let server = serve(&there).await;
    alice = alice.on(&server);
    assert!(!alice.is_signed_in().await, "by another secret");
    alice.refresh().await;
    assert!(alice.is_signed_in().await, "the login goes on");
    let mut socket = alice.connect().await;
    assert_eq!(socket.ready.epoch, epoch);
    socket
        .tell(&ClientFrame::Resume {
            epoch: Some(epoch),
            rooms: [(lobby, cursor)].into_iter().collect(),
        })
        .await;
    let (heard, head) = socket.heard_until_caught_up(lobby).await;
    assert_eq!((crate::harness::bodies(&heard), head), (vec!["missed"], 4));
    alice.say(lobby, "here").await;
    assert_eq!(alice.history(lobby).await.len(), 5);
}

#[actix_web::test]
async fn the_digest_tells_whether_logs_are_equal() {
    let dir = tempfile::tempdir().unwrap();
    let data = data_with(dir.path(), &["one", "two"]).await;
    let [second, third, fourth] = ["second", "third", "fourth"].map(|name| {
        let dir = dir.path().join(name);
        std::fs::create_dir(&dir).unwrap();
        url(&dir)
    });
    let to_second = copy(&url(&data), &second).ok();
    let to_third = copy(&second, &third).ok();
    assert_eq!(digest(&to_second), digest(&to_third));
    let server = serve(&data).await;
    let alice = server.log_in("alice").await;
    alice.say(server.lobby(), "three").await;
    drop(server);
    let to_fourth = copy(&url(&data), &fourth).ok();
    assert_ne!(digest(&to_fourth), digest(&to_second));
}

#[actix_web::test]
async fn what_cannot_be_copied_is_told_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let data = data_with(dir.path(), &["one"]).await;
    let other = dir.path().join("other.db");
    let to = format!("sqlite:{}", other.display());
    let absent = format!("sqlite:{}", dir.path().join("absent.db").display());
    for (from, to, why) in [
        (&absent, &to, "there is no store at"),
        (&url(&data), &url(&data), "another Parlor"),
        (&"sqlite::memory:".to_owned(), &to, "in memory"),
        (&url(&data), &"sqlite::memory:".to_owned(), "in memory"),
        (
            &url(&data),
            &"sqlite:/nonexistent/parlor.db".to_owned(),
            "make its directory first",
        ),
    ] {
        let line = copy(from, to).failed();
        assert!(line.contains(why), "{line}");
    }
    let server = serve(&data).await;
    let line = copy(&url(&data), &to).failed();
    assert!(line.contains("another Parlor"), "{line}");
    drop(server);
    copy(&url(&data), &to).ok();
    let line = copy(&url(&data), &to).failed();
    assert!(line.contains("is not empty"), "{line}");
    assert_eq!(names(dir.path()), ["data", "other.db", "other.db.lock"]);
}

#[actix_web::test]
async fn killed_in_the_middle_a_copy_is_no_store() {
    let dir = tempfile::tempdir().unwrap();
    let data = data_with(dir.path(), &["one"]).await;
    fatten(&data, 32);
    let there = dir.path().join("there");
    std::fs::create_dir(&there).unwrap();
    for _ in 0..3 {
        let (from, to) = (url(&data), url(&there));
        kill_when_it_begins(&there, &["copy", "--from", &from, "--to", &to]);
        assert_eq!(names(&there), ["parlor.db.lock", "parlor.db.unfinished"]);
        let unfinished = format!("{to}.unfinished");
        let serving = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--store-url",
            &unfinished,
        ];
        let output = command(&data).args(serving).output().unwrap();
        let line = String::from_utf8(output.stderr).unwrap();
        assert!(line.contains("an unfinished copy"), "{line}");
        std::fs::remove_file(there.join("parlor.db.unfinished.lock")).unwrap();
    }
    copy(&url(&data), &url(&there)).ok();
    let server = serve(&there).await;
    let alice = server.log_in("alice").await;
    assert_eq!(bodies(&alice.history(server.lobby()).await), ["one"]);
}
