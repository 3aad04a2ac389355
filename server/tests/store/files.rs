//! What the embedded store promises beyond the contract: its file, who may open it, and what a
//! killed process leaves.

use std::{
    collections::HashMap,
    env,
    error::Error,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use server::store::{MoveError, Opened, StoreError, StoreUrl, begin_intake, copy, open};
use shared::{ClientId, RoomId, UserId};

use crate::cast::{TestStore, new_account, new_post};

/// Why a store cannot be opened: the one line that the operator reads.
async fn refusal(path: &Path) -> String {
    let Err(error) = open(&StoreUrl::Sqlite(path.to_owned())).await else {
        panic!("{} was opened", path.display());
    };
    assert!(
        matches!(error, StoreError::Unavailable(_) | StoreError::Backend(_)),
        "{error:?}"
    );
    let line = error.source().unwrap().to_string();
    assert!(!line.contains('\n'), "{line:?}");
    assert!(line.contains(&*path.to_string_lossy()), "{line}");
    line
}

#[tokio::test]
async fn a_store_opened_again_is_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let store = TestStore::at(dir.path()).await;
    let (epoch, lobby) = (store.epoch(), store.lobby());
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let said = store.say(alice, books, "hi").await;
    let said = store.reword(&said, "hello 🐇").await;
    let session = store.log_in(alice, 0).await;
    let mine = store.my_rooms(alice, None).await.unwrap();
    store.close().await;

    let store = TestStore::at(dir.path()).await;
    assert_eq!((store.epoch(), store.lobby()), (epoch, lobby));
    assert_eq!(store.message(books, said.id).await.unwrap(), Some(said));
    assert_eq!(store.my_rooms(alice, None).await.unwrap(), mine);
    assert!(
        store
            .session(session, crate::cast::at(1))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(store.say(alice, books, "again").await.seq, 3);
    assert_eq!(
        store.fed().await.len(),
        1,
        "what happened before is not fed again"
    );
    store.close().await;
}

#[tokio::test]
async fn each_store_has_an_epoch_of_its_own() {
    let (one, other) = (TestStore::in_file().await, TestStore::in_file().await);
    assert_ne!(one.epoch(), other.epoch());
    assert_ne!(one.lobby(), other.lobby());
}

#[tokio::test]
async fn a_store_without_a_reader_of_its_feed_works() {
    let Opened { store, feed, .. } = open(&StoreUrl::SqliteMemory).await.unwrap();
    drop(feed);
    for n in 0..200 {
        store
            .create_user(new_account(&format!("user{n}")))
            .await
            .unwrap();
    }
    store.close().await;
}

#[tokio::test]
async fn the_feed_ends_with_the_store() {
    let Opened {
        store, mut feed, ..
    } = open(&StoreUrl::SqliteMemory).await.unwrap();
    store.create_user(new_account("alice")).await.unwrap();
    store.close().await;
    assert_eq!(feed.recv().await.unwrap().len(), 1);
    assert_eq!(feed.recv().await, None);
}

#[tokio::test]
async fn one_file_is_one_store() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("parlor.db");
    let store = TestStore::at(dir.path()).await;
    let line = refusal(&path).await;
    assert!(line.starts_with("another Parlor is using "), "{line}");
    // The first is unharmed, and leaves the file to the next.
    let alice = store.register("alice").await;
    store.close().await;
    let store = TestStore::at(dir.path()).await;
    assert!(store.user(alice).await.unwrap().is_some());
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_a_file_is_the_same_store() {
    let dir = tempfile::tempdir().unwrap();
    let _store = TestStore::at(dir.path()).await;
    let link = dir.path().join("link.db");
    std::os::unix::fs::symlink(dir.path().join("parlor.db"), &link).unwrap();
    let Err(error) = open(&StoreUrl::Sqlite(link)).await else {
        panic!("opened twice")
    };
    let why = error.source().unwrap().to_string();
    assert!(why.starts_with("another Parlor is using "), "{why}");
}

#[tokio::test]
async fn a_path_that_cannot_be_opened_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(
        &file,
        "some text that is no database, and long enough to tell",
    )
    .unwrap();
    let readme = fs::read(&file).unwrap();
    for (path, advice) in [
        (
            dir.path().join("absent/parlor.db"),
            "make its directory first",
        ),
        (file.join("parlor.db"), "a part of the path is a file"),
        (
            dir.path().to_owned(),
            "it is a directory; name a file in it",
        ),
        (file.clone(), "it is not a Parlor store"),
    ] {
        let line = refusal(&path).await;
        assert!(line.contains(advice), "{line}");
    }
    assert_eq!(fs::read(&file).unwrap(), readme);
}

#[cfg(unix)]
#[tokio::test]
async fn a_directory_without_permission_is_explained() {
    use std::os::unix::fs::PermissionsExt;

    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o500)).unwrap();
    let path = dir.path().join("parlor.db");
    // Nothing is forbidden to the superuser, except in the kernel's own file systems.
    let is_superuser = fs::write(dir.path().join("probe"), "").is_ok();
    let path = if is_superuser {
        Path::new("/sys/parlor.db")
    } else {
        &path
    };
    let line = refusal(path).await;
    let is_advice = line.contains("read and write the file and its directory")
        || line.contains("mount it writable");
    assert!(is_advice, "{line}");
}

#[tokio::test]
async fn the_file_of_a_newer_parlor_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("parlor.db");
    let store = TestStore::at(dir.path()).await;
    let alice = store.register("alice").await;
    store.close().await;
    let migrate_to = |version: i64| {
        let conn = rusqlite::Connection::open(&path).unwrap();
        conn.pragma_update(None, "user_version", version).unwrap();
        conn.close().unwrap();
    };
    migrate_to(1_000);
    let line = refusal(&path).await;
    assert!(line.contains("a newer Parlor (schema 1000"), "{line}");
    migrate_to(3);
    let store = TestStore::at(dir.path()).await;
    assert!(store.user(alice).await.unwrap().is_some());
}

#[tokio::test]
async fn the_file_of_the_first_version_learns_what_names_look_like() {
    let dir = tempfile::tempdir().unwrap();
    let store = TestStore::at(dir.path()).await;
    let alice = store.register("alice").await;
    store.close().await;
    let conn = rusqlite::Connection::open(dir.path().join("parlor.db")).unwrap();
    conn.execute_batch(
        "DROP INDEX users_by_look; ALTER TABLE users DROP COLUMN look; DROP TABLE invitations;
         DROP TABLE journal; PRAGMA user_version = 1;",
    )
    .unwrap();
    conn.close().unwrap();
    let store = TestStore::at(dir.path()).await;
    let found = store.user_by_look("alice").await.unwrap();
    assert_eq!(found.map(|account| account.id), Some(alice));
    crate::refused!(
        store.create_user(new_account("a1ice")).await,
        StoreError::UsernameTaken
    );
    assert_eq!(store.invitations(crate::cast::at(0)).await.unwrap(), []);
}

#[tokio::test]
async fn a_copy_that_was_cut_short_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("parlor.db");
    let store = TestStore::in_memory().await;
    let url = StoreUrl::Sqlite(path.clone());
    let _intake = begin_intake(&url, store.identity()).await.unwrap();
    // Whoever takes the unfinished file for the store.
    fs::copy(
        dir.path().join("parlor.db.unfinished"),
        dir.path().join("other.db"),
    )
    .unwrap();
    let line = refusal(&dir.path().join("other.db")).await;
    assert!(line.contains("an unfinished copy"), "{line}");
    let line = refusal(&path).await;
    assert!(line.starts_with("another Parlor is using "), "{line}");
    let again = begin_intake(&url, store.identity()).await;
    assert!(
        matches!(again, Err(MoveError::Store(_))),
        "one copy at a time"
    );
}

#[tokio::test]
async fn a_damaged_log_is_not_copied() {
    let dir = tempfile::tempdir().unwrap();
    let store = TestStore::at(dir.path()).await;
    let alice = store.register("alice").await;
    store.count_to(alice, store.lobby(), 5).await;
    store.close().await;
    let url = StoreUrl::in_dir(dir.path());
    let target = tempfile::tempdir().unwrap();
    for damage in [
        "UPDATE rooms SET head = 7",
        "DELETE FROM messages WHERE seq = 5",
    ] {
        let conn = rusqlite::Connection::open(dir.path().join("parlor.db")).unwrap();
        conn.execute(damage, []).unwrap();
        drop(conn);
        let copied = copy(&url, &StoreUrl::in_dir(target.path()), |_| ()).await;
        let Err(MoveError::Damaged(what)) = copied else {
            panic!("{damage}: {copied:?}")
        };
        assert!(what.contains("has counted 7"), "{what}");
        let left: Vec<_> = fs::read_dir(target.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "the lock alone: {left:?}");
    }
}

#[tokio::test]
async fn the_file_of_another_program_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    for (name, sql) in [
        ("notes", "CREATE TABLE notes (text)"),
        ("numbered", "PRAGMA user_version = 1"),
        ("signed", "PRAGMA application_id = 7"),
    ] {
        let path = dir.path().join(name);
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch(sql)
            .unwrap();
        let before = fs::read(&path).unwrap();
        let line = refusal(&path).await;
        assert!(line.contains("it is not a Parlor store"), "{line}");
        assert_eq!(fs::read(&path).unwrap(), before, "{name}");
    }
}

/// Names the directory to the copy of this program that is going to be killed.
const VICTIM: &str = "PARLOR_TEST_VICTIM";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acked_survives_a_kill() {
    if let Some(errand) = env::var_os(VICTIM) {
        return post_until_killed(&errand.into_string().unwrap()).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let store = TestStore::at(dir.path()).await;
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    store.close().await;

    let mut acked = HashMap::new();
    for _ in 0..5 {
        let errand = format!("{alice} {books} {}", dir.path().display());
        acked.extend(kill_after(200, &errand));
        // The kernel has freed the lock with the process.
        let store = TestStore::at(dir.path()).await;
        let log = store
            .changes(alice, books, 0, u32::MAX)
            .await
            .unwrap()
            .messages;
        let kept: HashMap<_, _> = log.iter().map(|said| (said.client_id, said.seq)).collect();
        let lost = acked
            .iter()
            .filter(|(id, seq)| kept.get(id) != Some(seq))
            .count();
        assert_eq!(lost, 0, "of {} acked", acked.len());
        let seqs: Vec<_> = log.iter().map(|said| said.seq).collect();
        assert_eq!(seqs, (1..=log.len() as u64).collect::<Vec<_>>());
        assert_eq!(store.head(books).await, log.len() as u64);
        store.close().await;
    }
    assert!(acked.len() >= 1_000);
}

/// Runs this very test as the victim, and kills it when it has told so many acks.
fn kill_after(acks: usize, errand: &str) -> Vec<(ClientId, u64)> {
    let mut victim = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "files::what_was_acked_survives_a_kill",
            "--nocapture",
        ])
        .env(VICTIM, errand)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = Vec::new();
    for line in BufReader::new(victim.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let Some((_, ack)) = line.split_once("ack ") else {
            continue;
        };
        let (client_id, seq) = ack.split_once(' ').unwrap();
        told.push((client_id.parse().unwrap(), seq.parse().unwrap()));
        if told.len() == acks {
            victim.kill().unwrap();
        }
    }
    assert!(!victim.wait().unwrap().success());
    assert!(told.len() >= acks, "{} acks", told.len());
    told
}

async fn post_until_killed(errand: &str) {
    let mut words = errand.splitn(3, ' ');
    let alice: UserId = words.next().unwrap().parse().unwrap();
    let books: RoomId = words.next().unwrap().parse().unwrap();
    let store = TestStore::at(Path::new(words.next().unwrap())).await;
    let senders = (0..8).map(|n| {
        let store = store.share();
        tokio::spawn(async move {
            for round in 0..100_000 {
                let post = new_post(alice, books, &format!("{n}/{round}"));
                let client_id = post.client_id;
                let said = store.post(post).await.unwrap().into_message();
                println!("ack {client_id} {}", said.seq);
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap();
    }
}
