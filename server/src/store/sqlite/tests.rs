//! What cannot be seen through the traits: batches, a full disk, a full queue, query plans.

mod heads;
mod journal;
mod plans;
mod unsettled;

use std::{
    mem,
    path::Path,
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
};

use futures_util::future::join_all;
use shared::{ClientId, Gender, MessageId, RoomId, ServerRole, Timestamp, UserId};
use tempfile::TempDir;
use uuid::Uuid;

use crate::store::{
    Accounts, Change, Feed, Log, NewAccount, NewPost, PageAt, Posted, Store, StoreError,
};

use super::SqliteStore;

struct Home {
    store: SqliteStore,
    feed: Feed,
    alice: UserId,
    lobby: RoomId,
    dir: TempDir,
}

/// A store in a file, with Alice in the lobby.
async fn home() -> Home {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut feed) = SqliteStore::open(&dir.path().join("parlor.db"))
        .await
        .unwrap();
    let alice = UserId::from_uuid(Uuid::now_v7());
    let account = NewAccount {
        invitation: None,
        id: alice,
        username: "alice".parse().unwrap(),
        email: "alice@example.org".parse().unwrap(),
        password_hash: String::new(),
        display_name: String::new(),
        gender: Gender::Other,
        role: ServerRole::Member,
        created_at: Timestamp::from_millis(0),
    };
    store.create_user(account).await.unwrap();
    feed.recv().await.unwrap();
    let lobby = store.lobby();
    Home {
        store,
        feed,
        alice,
        lobby,
        dir,
    }
}

impl Home {
    fn new_post(&self, body: &str) -> NewPost {
        NewPost {
            id: MessageId::from_uuid(Uuid::now_v7()),
            room: self.lobby,
            author: self.alice,
            client_id: ClientId::from_uuid(Uuid::now_v7()),
            body: body.parse().unwrap(),
            reply_to: None,
            created_at: Timestamp::from_millis(1),
        }
    }

    fn commits(&self) -> u64 {
        self.store.activity().commit_times.count()
    }

    /// Keeps the writer busy until the answer is dropped.
    fn hold(&self) -> Sender<()> {
        let (held, release) = channel::<()>();
        let (begun, begins) = channel();
        drop(self.store.writer.submit(move |_| {
            begun.send(()).unwrap();
            let _ = release.recv();
            Ok(())
        }));
        begins.recv().unwrap();
        held
    }

    /// Lets the file grow by so many pages.
    async fn leave_room(&self, pages: i64) {
        let limited = self.store.write(move |write| {
            let used: i64 = write
                .conn
                .pragma_query_value(None, "page_count", |row| row.get(0))?;
            write
                .conn
                .pragma_update_and_check(None, "max_page_count", used + pages, |_| Ok(()))?;
            Ok(())
        });
        limited.await.unwrap();
    }

    async fn bodies(&self) -> Vec<String> {
        let changes = self
            .store
            .changes(self.alice, self.lobby, 0, 10_000)
            .await
            .unwrap();
        changes
            .messages
            .iter()
            .map(|message| message.body().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn what_waits_is_committed_together() {
    let home = home().await;
    let before = home.commits();
    let held = home.hold();
    let posts: Vec<_> = (0..1_000)
        .map(|_| home.store.post(home.new_post("hi")))
        .collect();
    drop(held);
    for posted in join_all(posts).await {
        posted.unwrap();
    }
    assert_eq!(home.commits() - before, 1 + 1_000_u64.div_ceil(512));
}

#[tokio::test]
async fn a_failed_job_takes_only_itself_back() {
    let mut home = home().await;
    let held = home.hold();
    let first = home.store.post(home.new_post("first"));
    let failed = home.store.writer.submit(|write| {
        write.conn.execute("UPDATE rooms SET head = 99", [])?;
        write.announce(Change::RoomDeleted(write.lobby));
        Err::<(), _>(StoreError::NotFound)
    });
    let last = home.store.post(home.new_post("last"));
    drop(held);
    assert!(matches!(first.await, Ok(Posted::New(message)) if message.seq == 1));
    assert!(matches!(failed.await, Err(StoreError::NotFound)));
    assert!(matches!(last.await, Ok(Posted::New(message)) if message.seq == 2));
    let batch = home.feed.recv().await.unwrap();
    assert!(
        matches!(
            batch[..],
            [Change::MessagePosted(_), Change::MessagePosted(_)]
        ),
        "{batch:?}"
    );
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_keeps_what_it_has() {
    let home = home().await;
    let held = home.hold();
    let queued: Vec<_> = (0..4_096)
        .map(|_| home.store.post(home.new_post("hi")))
        .collect();
    let refused = home.store.post(home.new_post("too much")).await;
    assert!(
        matches!(refused, Err(StoreError::Overloaded)),
        "{refused:?}"
    );
    drop(held);
    for posted in join_all(queued).await {
        posted.unwrap();
    }
    home.store.post(home.new_post("again")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_nothing_is_acked_that_is_not_kept() {
    let home = home().await;
    home.store.post(home.new_post("before")).await.unwrap();
    home.leave_room(40).await;
    let (mut acked, mut refused) = (vec!["before".to_owned()], 0);
    for round in 0..4 {
        let held = home.hold();
        let body = |n| format!("{round}/{n} {}", "x".repeat(3_000));
        let posts: Vec<_> = (0..30)
            .map(|n| home.store.post(home.new_post(&body(n))))
            .collect();
        drop(held);
        for (n, posted) in join_all(posts).await.into_iter().enumerate() {
            match posted {
                Ok(_) => acked.push(body(n)),
                Err(StoreError::Unavailable(why)) => {
                    assert!(why.to_string().contains("full"), "{why}");
                    refused += 1;
                }
                Err(other) => panic!("{other:?}"),
            }
        }
        // Reads are served meanwhile.
        assert_eq!(home.bodies().await, acked);
    }
    assert!(
        acked.len() > 30 && refused > 30,
        "{} acked, {refused} refused",
        acked.len()
    );
    home.leave_room(1_000).await;
    let posted = home
        .store
        .post(home.new_post("after"))
        .await
        .unwrap()
        .into_message();
    acked.push("after".to_owned());
    assert_eq!(home.bodies().await, acked);
    assert_eq!(posted.seq, acked.len() as u64);
}

#[tokio::test]
async fn a_failed_commit_fails_every_job_of_its_batch() {
    let mut home = home().await;
    let held = home.hold();
    let first = home.store.post(home.new_post("first"));
    let breaks = home.store.writer.submit(|write| {
        // A debt that is called in at the commit.
        write.conn.execute_batch("PRAGMA defer_foreign_keys = ON")?;
        write
            .conn
            .execute("INSERT INTO bans VALUES (x'00', x'00', x'00', 0)", [])?;
        Ok(())
    });
    let last = home.store.post(home.new_post("last"));
    drop(held);
    for failed in [first.await.map(drop), breaks.await, last.await.map(drop)] {
        assert!(
            matches!(failed, Err(StoreError::Unavailable(_))),
            "{failed:?}"
        );
    }
    assert!(home.feed.try_recv().is_err());
    let posted = home
        .store
        .post(home.new_post("again"))
        .await
        .unwrap()
        .into_message();
    assert_eq!(posted.seq, 1);
}

#[tokio::test]
async fn changes_are_fed_before_they_are_answered() {
    let mut home = home().await;
    for _ in 0..20 {
        let posted = home
            .store
            .post(home.new_post("hi"))
            .await
            .unwrap()
            .into_message();
        assert_eq!(
            home.feed.try_recv().unwrap(),
            [Change::MessagePosted(posted)]
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_wait_for_a_slow_reader() {
    let mut home = home().await;
    let (_, unread) = tokio::sync::mpsc::channel(1);
    let mut feed = mem::replace(&mut home.feed, unread);
    let home = Arc::new(home);
    let before = home.commits();
    let poster = Arc::clone(&home);
    let posting = tokio::spawn(async move {
        for _ in 0..100 {
            poster.store.post(poster.new_post("hi")).await.unwrap();
        }
    });
    while feed.len() < 64 {
        tokio::task::yield_now().await;
    }
    // One more may be waiting for its place in the feed.
    let commits = home.commits() - before;
    assert!(commits <= 65, "{commits}");
    assert!(!posting.is_finished());
    for _ in 0..100 {
        feed.recv().await.unwrap();
    }
    posting.await.unwrap();
}

#[tokio::test]
async fn without_its_writer_a_store_is_unavailable() {
    let mut home = home().await;
    let died = home.store.write::<(), _>(|_| panic!("on purpose")).await;
    assert!(matches!(died, Err(StoreError::Unavailable(_))), "{died:?}");
    let posted = home.store.post(home.new_post("hi")).await;
    assert!(
        matches!(posted, Err(StoreError::Unavailable(_))),
        "{posted:?}"
    );
    assert!(home.store.check().await.is_err());
    assert_eq!(home.feed.recv().await, None);
    home.store.close().await;
}

#[tokio::test]
async fn a_broken_reader_is_replaced() {
    let home = home().await;
    for _ in 0..8 {
        let died = home.store.read::<(), _>(|_| panic!("on purpose")).await;
        assert!(matches!(died, Err(StoreError::Unavailable(_))), "{died:?}");
    }
    home.store
        .page(home.alice, home.lobby, PageAt::End, 1)
        .await
        .unwrap();
}

#[tokio::test]
async fn every_commit_is_synced_to_a_write_ahead_log() {
    let home = home().await;
    let settings = home.store.write(|write| {
        let number = |name| {
            write
                .conn
                .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
        };
        let mode: String = write
            .conn
            .pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        Ok((
            mode,
            number("synchronous")?,
            number("foreign_keys")?,
            number("busy_timeout")?,
        ))
    });
    // 2 is FULL.
    assert_eq!(settings.await.unwrap(), ("wal".to_owned(), 2, 1, 5_000));
    let cannot_write = home
        .store
        .read(|conn| Ok(conn.execute("DELETE FROM messages", [])?))
        .await;
    assert!(cannot_write.is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let home = home().await;
    let dir: &Path = home.dir.path();
    let mut names = Vec::new();
    for file in std::fs::read_dir(dir).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", file.path());
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(
        names,
        [
            "parlor.db",
            "parlor.db-shm",
            "parlor.db-wal",
            "parlor.db.lock"
        ]
    );
}
