//! What was answered and is not in the database yet is lost by nothing.
//!
//! Batches are made one by one here, so that nothing is settled by time.

use std::{fs, path::Path, sync::Arc};

use shared::Message;
use tempfile::TempDir;

use super::{Home, home};
use crate::store::{
    Log, NewPost, PageAt, Posted, Store, StoreError,
    sqlite::{
        SqliteStore,
        backup::back_up,
        checkpointer::Checkpointer,
        file,
        journal::ENDING,
        log,
        writer::{Disk, Kind, batch::Committer, job},
    },
};

struct Desk {
    home: Home,
    committer: Committer,
}

async fn desk() -> Desk {
    let home = home().await;
    home.store.close().await;
    let mut file = file::open(&home.dir.path().join("parlor.db")).unwrap();
    let checkpointer = Checkpointer::start(
        &file.path,
        &mut file.conn,
        file.hold,
        file.journal.settled(),
        Arc::default(),
    );
    let disk = Disk {
        checkpointer: checkpointer.unwrap(),
        journal: file.journal,
    };
    let committer = Committer::new(file.conn, Some(disk), home.lobby, Arc::default());
    Desk { home, committer }
}

impl Desk {
    /// Makes one batch.
    fn post(&mut self, posts: Vec<NewPost>) -> Vec<Result<Posted, StoreError>> {
        let (mut jobs, answers): (Vec<_>, Vec<_>) = posts
            .into_iter()
            .map(|post| job(Kind::Post, move |write| log::append(write, post)))
            .unzip();
        let made = self.committer.make_durable(&mut jobs, &mut Vec::new());
        for job in jobs {
            job.answer(made.as_ref().map(|_| ()));
        }
        let answers = answers.into_iter();
        answers
            .map(|mut answer| answer.try_recv().unwrap())
            .collect()
    }

    fn say(&mut self, body: &str) -> Message {
        let post = self.home.new_post(body);
        self.post(vec![post]).remove(0).unwrap().into_message()
    }

    fn change(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let (one, mut answer) = job(Kind::Any, move |write| {
            write.conn.execute_batch(sql)?;
            Ok(())
        });
        let mut jobs = vec![one];
        let made = self.committer.make_durable(&mut jobs, &mut Vec::new());
        for job in jobs {
            job.answer(made.as_ref().map(|_| ()));
        }
        answer.try_recv().unwrap()
    }

    /// The files as they are, as a power cut now would leave them.
    fn cut(&self) -> TempDir {
        let cut = tempfile::tempdir().unwrap();
        for file in fs::read_dir(self.home.dir.path()).unwrap() {
            let file = file.unwrap();
            // Made anew by SQLite.
            if !file.file_name().to_string_lossy().ends_with("-shm") {
                fs::copy(file.path(), cut.path().join(file.file_name())).unwrap();
            }
        }
        cut
    }

    async fn bodies_in(&self, dir: &Path) -> Vec<String> {
        let (store, _feed) = SqliteStore::open(&dir.join("parlor.db")).await.unwrap();
        let page = store
            .page(self.home.alice, self.home.lobby, PageAt::End, 100)
            .await
            .unwrap();
        store.close().await;
        let bodies = page.messages.iter();
        bodies
            .map(|message| message.body().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn what_a_killed_process_answered_is_posted_again_from_the_journal() {
    let mut desk = desk().await;
    desk.say("one");
    desk.say("two");
    let cut = desk.cut();
    let lost = desk.cut();
    fs::remove_file(lost.path().join(format!("parlor.db{ENDING}"))).unwrap();
    assert_eq!(desk.bodies_in(cut.path()).await, ["one", "two"]);
    // Nothing else had them; and a second start finds them where the first one put them.
    assert_eq!(desk.bodies_in(lost.path()).await, [""; 0]);
    assert_eq!(desk.bodies_in(cut.path()).await, ["one", "two"]);
}

#[tokio::test]
async fn what_was_settled_is_not_posted_twice() {
    let mut desk = desk().await;
    desk.say("one");
    desk.committer.settle().unwrap();
    desk.say("two");
    assert_eq!(desk.bodies_in(desk.cut().path()).await, ["one", "two"]);
}

#[tokio::test]
async fn a_change_commits_what_was_answered_before_it() {
    let mut desk = desk().await;
    let one = desk.say("one");
    desk.change("UPDATE users SET display_name = 'Alice'")
        .unwrap();
    let two = desk.say("two");
    assert_eq!((one.seq, two.seq), (1, 2));
    let cut = desk.cut();
    fs::remove_file(cut.path().join(format!("parlor.db{ENDING}"))).unwrap();
    assert_eq!(desk.bodies_in(cut.path()).await, ["one"]);
}

#[tokio::test]
async fn a_batch_that_fails_takes_nothing_along_that_was_answered() {
    let mut desk = desk().await;
    desk.say("one");
    desk.change("PRAGMA max_page_count = 1").unwrap();
    let large: Vec<_> = (0..30)
        .map(|_| desk.home.new_post(&"x".repeat(3_000)))
        .collect();
    desk.say("two");
    for posted in desk.post(large) {
        assert!(
            matches!(posted, Err(StoreError::Unavailable(_))),
            "{posted:?}"
        );
    }
    // In the journal, and again in the database as soon as it is asked.
    assert_eq!(desk.bodies_in(desk.cut().path()).await, ["one", "two"]);
    desk.committer.settle().unwrap();
    desk.change("PRAGMA max_page_count = 10000").unwrap();
    assert_eq!(desk.say("three").seq, 3);
    assert_eq!(
        desk.bodies_in(desk.cut().path()).await,
        ["one", "two", "three"]
    );
}

#[tokio::test]
async fn while_the_journal_cannot_be_written_posts_go_by_the_database() {
    let mut desk = desk().await;
    let journal = desk.home.dir.path().join(format!("parlor.db{ENDING}"));
    fs::create_dir(&journal).unwrap();
    assert_eq!(desk.say("one").seq, 1);
    assert_eq!(desk.say("two").seq, 2);
    fs::remove_dir(&journal).unwrap();
    assert_eq!(desk.bodies_in(desk.cut().path()).await, ["one", "two"]);
    assert_eq!(desk.say("three").seq, 3);
    assert_eq!(
        desk.bodies_in(desk.cut().path()).await,
        ["one", "two", "three"]
    );
}

#[tokio::test]
async fn a_backup_has_what_was_answered_and_needs_no_journal() {
    let mut desk = desk().await;
    desk.say("one");
    desk.committer.settle().unwrap();
    desk.say("two");
    let there = tempfile::tempdir().unwrap();
    let backup = there.path().join("parlor.db");
    let store = desk.home.dir.path().join("parlor.db");
    back_up(&store, &backup, false, &mut |_| ()).unwrap();
    assert_eq!(fs::read_dir(there.path()).unwrap().count(), 1);
    // What lies beside another store is not its own.
    let journal = format!("parlor.db{ENDING}");
    desk.say("three");
    fs::copy(
        desk.home.dir.path().join(&journal),
        there.path().join(&journal),
    )
    .unwrap();
    assert_eq!(desk.bodies_in(there.path()).await, ["one", "two"]);
}

#[tokio::test]
async fn a_closed_store_is_one_file() {
    let mut desk = desk().await;
    desk.say("one");
    let dir = desk.home.dir.path().to_owned();
    desk.committer.close();
    let mut names: Vec<_> = fs::read_dir(&dir)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["parlor.db", "parlor.db.lock"]);
}
