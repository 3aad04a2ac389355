//! `parlor backup` and `parlor restore`: what they keep, and what they refuse.

use std::{
    cell::{Cell, RefCell},
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::Stdio,
    rc::Rc,
};

use actix_web::{rt, web};
use shared::{ClientFrame, ErrorCode, Message, ResetReason};

use crate::{
    harness::{Finished, Person, command, parlor},
    operator::serve,
};

/// Names in a directory, sorted.
pub fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A directory with the data of a server, stopped, in which Alice said `bodies` in the lobby.
pub async fn data_with(dir: &Path, bodies: &[&str]) -> PathBuf {
    let data = dir.join("data");
    let server = serve(&data).await;
    let alice = server.register("alice").await;
    for body in bodies {
        alice.say(server.lobby(), body).await;
    }
    data
}

fn back_up(data: &Path, file: &Path) -> String {
    parlor(data, &["backup", file.to_str().unwrap()], "")
        .ok()
        .out
}

fn restore(data: &Path, file: &Path, more: &[&str]) -> Finished {
    let mut arguments = vec!["restore", file.to_str().unwrap()];
    arguments.extend(more);
    parlor(data, &arguments, "")
}

pub fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().filter_map(Message::body).collect()
}

/// Makes the store of a stopped server larger, so that copying it takes a while.
pub fn fatten(data: &Path, mebibytes: u32) {
    let conn = rusqlite::Connection::open(data.join("parlor.db")).unwrap();
    let sql = "UPDATE sessions SET user_agent = hex(zeroblob(?1))";
    conn.execute(sql, [mebibytes * 512 * 1024]).unwrap();
}

#[actix_web::test]
async fn a_backup_under_load_lacks_nothing_acked_before_it_began() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(&dir.path().join("data")).await;
    let lobby = server.lobby();
    let mut people = server.register_crowd("sender", 4).await;
    people.push(server.register("alice").await);
    let acked: Rc<RefCell<Vec<Message>>> = Rc::default();
    let is_over = Rc::new(Cell::new(false));
    let senders: Vec<_> = people
        .into_iter()
        .map(|person| {
            let (acked, is_over) = (Rc::clone(&acked), Rc::clone(&is_over));
            rt::spawn(async move {
                while !is_over.get() {
                    let said = person.say(lobby, &"x".repeat(2_000)).await;
                    acked.borrow_mut().push(said);
                }
            })
        })
        .collect();

    let mut backups = Vec::new();
    for n in 0..5 {
        let enough = acked.borrow().len() + 100;
        while acked.borrow().len() < enough {
            rt::task::yield_now().await;
        }
        let before = acked.borrow().clone();
        let (data, file) = (server.data_dir(), dir.path().join(format!("{n}.db")));
        let target = file.clone();
        web::block(move || back_up(&data, &target)).await.unwrap();
        let meanwhile = acked.borrow().len() - before.len();
        assert!(meanwhile > 0, "people went on posting");
        backups.push((file, before));
    }
    is_over.set(true);
    for sender in senders {
        sender.await.unwrap();
    }

    for (file, before) in backups {
        let data = dir.path().join(file.file_stem().unwrap());
        restore(&data, &file, &[]).ok();
        let restored = serve(&data).await;
        let alice = restored.log_in("alice").await;
        let kept = alice.history(lobby).await;
        let lost = before.iter().filter(|said| !kept.contains(said)).count();
        assert_eq!(lost, 0, "of {} acked", before.len());
        let seqs: Vec<_> = kept.iter().map(|said| said.seq).collect();
        assert_eq!(seqs, (1..=kept.len() as u64).collect::<Vec<_>>());
    }
}

#[actix_web::test]
async fn after_a_restore_old_clients_are_reset_and_log_in_again() {
    let dir = tempfile::tempdir().unwrap();
    let (data, file) = (dir.path().join("data"), dir.path().join("backup.db"));
    let server = serve(&data).await;
    let lobby = server.lobby();
    let mut alice = server.register("alice").await;
    alice.say(lobby, "before").await;
    back_up(&data, &file);
    alice.say(lobby, "after").await;
    let socket = alice.connect().await;
    let (old_epoch, old_head) = (socket.ready.epoch, socket.ready.head(lobby).unwrap());
    drop((socket, server));

    let done = restore(&data, &file, &["--replace"]).ok();
    assert!(done.out.contains("parlor.db.replaced"), "{done:?}");
    let server = serve(&data).await;
    assert_eq!(server.lobby(), lobby);
    let there = server.get("/api/v1/users/me").bearer(&alice.token).await;
    there.refused(ErrorCode::Unauthenticated);
    let url = format!("/api/v1/sessions/{}/refresh", alice.session);
    let cookie = format!("parlor_refresh={}", alice.refresh);
    let refresh = server.post(&url).header("cookie", &cookie).await;
    refresh.refused(ErrorCode::Unauthenticated);

    alice = server.log_in("alice").await;
    let mut socket = alice.connect().await;
    assert_ne!(socket.ready.epoch, old_epoch);
    // The cursor is not ahead of the log: only the epoch tells that it is of another one.
    alice.say(lobby, "since").await;
    assert_eq!(alice.page(lobby, "").await.head, old_head);
    socket
        .tell(&ClientFrame::Resume {
            epoch: Some(old_epoch),
            rooms: [(lobby, old_head)].into_iter().collect(),
        })
        .await;
    assert_eq!(socket.expect_reset().await, (None, ResetReason::Epoch));
    let since = format!("/rooms/{lobby}/changes?since={old_head}&epoch={old_epoch}");
    alice.get(&since).await.refused(ErrorCode::Conflict);
    assert_eq!(bodies(&alice.history(lobby).await), ["before", "since"]);
}

#[actix_web::test]
async fn the_store_that_a_restore_replaces_is_kept_whole() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("backup.db");
    let data = data_with(dir.path(), &["one"]).await;
    back_up(&data, &file);
    for (round, body) in ["two", "three"].into_iter().enumerate() {
        let server = serve(&data).await;
        let alice = server.log_in("alice").await;
        alice.say(server.lobby(), body).await;
        // As after a crash: what was said last is in the logs beside the file alone.
        let crashed = ["parlor.db", "parlor.db-wal", "parlor.db-posts"].map(|name| {
            let bytes = fs::read(data.join(name)).unwrap();
            (data.join(name), bytes)
        });
        drop(server);
        for (path, bytes) in crashed {
            fs::write(path, bytes).unwrap();
        }
        restore(&data, &file, &["--replace"]).ok();
        let kept = ["parlor.db.replaced", "parlor.db.replaced.2"][round];
        let other = dir.path().join(body);
        restore(&other, &data.join(kept), &[]).ok();
        let server = serve(&other).await;
        let alice = server.log_in("alice").await;
        assert_eq!(bodies(&alice.history(server.lobby()).await), ["one", body]);
    }
    assert_eq!(
        names(&data),
        [
            "parlor.db",
            "parlor.db.lock",
            "parlor.db.replaced",
            "parlor.db.replaced.2",
            "secret"
        ],
        "each is one file"
    );
}

#[actix_web::test]
async fn a_damaged_store_is_replaced_and_kept_with_its_log() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("backup.db");
    let data = data_with(dir.path(), &["one"]).await;
    back_up(&data, &file);
    fs::write(data.join("parlor.db"), "a letter to grandmother").unwrap();
    fs::write(data.join("parlor.db-wal"), "its envelope").unwrap();
    restore(&data, &file, &["--replace"]).ok();
    let kept = |name: &str| fs::read_to_string(data.join(name)).unwrap();
    assert_eq!(kept("parlor.db.replaced"), "a letter to grandmother");
    assert_eq!(kept("parlor.db.replaced-wal"), "its envelope");
    assert!(!data.join("parlor.db-wal").exists());
    let server = serve(&data).await;
    let alice: Person = server.log_in("alice").await;
    assert_eq!(bodies(&alice.history(server.lobby()).await), ["one"]);
}

#[actix_web::test]
async fn a_backup_refuses_what_it_would_spoil_or_cannot_read() {
    let dir = tempfile::tempdir().unwrap();
    let data = data_with(dir.path(), &["one"]).await;
    let refused = |data: &Path, to: &Path, more: &[&str]| {
        let mut arguments = vec!["backup", to.to_str().unwrap()];
        arguments.extend(more);
        parlor(data, &arguments, "").failed()
    };
    let file = dir.path().join("backup.db");
    fs::write(&file, "something else").unwrap();
    let line = refused(&data, &file, &[]);
    assert!(line.contains("--overwrite"), "{line}");
    assert_eq!(fs::read(&file).unwrap(), b"something else");
    parlor(
        &data,
        &["backup", file.to_str().unwrap(), "--overwrite"],
        "",
    )
    .ok();
    restore(&dir.path().join("other"), &file, &[]).ok();

    let itself = data.join("parlor.db");
    let line = refused(&data, &itself, &["--overwrite"]);
    assert!(line.contains("the store itself"), "{line}");
    let line = refused(&data, &dir.path().join("absent/backup.db"), &[]);
    assert!(line.contains("make its directory first"), "{line}");

    let nothing = dir.path().join("nothing");
    let line = refused(&nothing, &dir.path().join("new.db"), &[]);
    assert!(line.contains("there is no store at"), "{line}");
    assert!(!nothing.exists(), "it made nothing");
    let memory = ["--store-url", "sqlite::memory:"];
    let line = refused(&data, &dir.path().join("new.db"), &memory);
    assert!(line.contains("in memory"), "{line}");

    // Damage in the middle of the file, which a look at its head does not see.
    fatten(&data, 1);
    let mut bytes = fs::read(&itself).unwrap();
    bytes[4_096..40_960].fill(0x55);
    fs::write(&itself, bytes).unwrap();
    let to = dir.path().join("new.db");
    let finished = parlor(&data, &["backup", to.to_str().unwrap()], "");
    assert!(!finished.is_success, "{finished:?}");
    let line = finished.err.lines().last().unwrap();
    assert!(
        line.contains("use an earlier backup") || line.contains("malformed"),
        "{line}"
    );
    assert_eq!(
        names(dir.path()),
        ["backup.db", "data", "other"],
        "nothing half-done is left"
    );
}

#[actix_web::test]
async fn a_restore_refuses_what_is_no_whole_backup_and_leaves_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let data = data_with(dir.path(), &["one"]).await;
    fatten(&data, 1);
    let good = dir.path().join("good.db");
    back_up(&data, &good);
    let whole = fs::read(&good).unwrap();
    let there = names(&data);
    let before = fs::read(data.join("parlor.db")).unwrap();

    let line = restore(&data, &good, &[]).failed();
    assert!(line.contains("--replace"), "{line}");
    let line = restore(&data, &data.join("parlor.db"), &["--replace"]).failed();
    assert!(line.contains("the store itself"), "{line}");
    let line = restore(&data, &dir.path().join("absent"), &["--replace"]).failed();
    assert!(line.contains("there is no store at"), "{line}");

    let mut damaged = whole.clone();
    damaged[8_192..40_960].fill(0x55);
    let mut newer = whole.clone();
    newer[60..64].copy_from_slice(&1_000_u32.to_be_bytes());
    for (name, bytes, why) in [
        ("empty", Vec::new(), "not a Parlor store"),
        ("letter", vec![b'a'; 5_000], "not a Parlor store"),
        ("cut", whole[..whole.len() / 2].to_vec(), "malformed"),
        ("damaged", damaged, "an earlier backup"),
        ("newer", newer, "a newer Parlor (schema 1000"),
    ] {
        let file = dir.path().join(name);
        fs::write(&file, bytes).unwrap();
        let finished = restore(&data, &file, &["--replace"]);
        assert!(!finished.is_success, "{finished:?}");
        let line = finished.err.lines().last().unwrap();
        assert!(line.contains(why), "{line}");
        assert_eq!(names(&data), there, "{name}");
        assert_eq!(fs::read(data.join("parlor.db")).unwrap(), before, "{name}");
    }

    let server = serve(&data).await;
    let line = restore(&data, &good, &["--replace"]).failed();
    assert!(line.contains("another Parlor"), "{line}");
    let alice = server.log_in("alice").await;
    assert_eq!(bodies(&alice.history(server.lobby()).await), ["one"]);
}

#[actix_web::test]
async fn killed_in_the_middle_a_backup_or_restore_leaves_nothing_that_looks_whole() {
    let dir = tempfile::tempdir().unwrap();
    let data = data_with(dir.path(), &["one"]).await;
    fatten(&data, 32);
    let file = dir.path().join("backup.db");
    let unfinished = dir.path().join("backup.db.unfinished");
    for _ in 0..3 {
        kill_when_it_begins(&data, &["backup", file.to_str().unwrap()]);
        assert!(!file.exists());
        assert!(unfinished.exists(), "it was killed in the middle");
        let line = restore(&dir.path().join("new"), &unfinished, &[]);
        assert!(!line.is_success, "{line:?}");
    }
    back_up(&data, &file);
    assert!(!unfinished.exists(), "the next one cleared up");

    let before = fs::read(data.join("parlor.db")).unwrap();
    for _ in 0..3 {
        let arguments = ["restore", file.to_str().unwrap(), "--replace"];
        kill_when_it_begins(&data, &arguments);
        assert!(data.join("parlor.db.unfinished").exists());
        assert_eq!(fs::read(data.join("parlor.db")).unwrap(), before);
    }
    restore(&data, &file, &["--replace"]).ok();
    let server = serve(&data).await;
    let alice = server.log_in("alice").await;
    assert_eq!(bodies(&alice.history(server.lobby()).await), ["one"]);
    assert!(!data.join("parlor.db.unfinished").exists());
}

/// Kills the command as soon as it says how far it is.
pub fn kill_when_it_begins(data: &Path, arguments: &[&str]) {
    let mut child = command(data)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    child.kill().unwrap();
    assert!(line.starts_with("copying: "), "{line}");
    assert!(!child.wait().unwrap().success());
}
