//! What a store says of its own work.

use std::time::Duration;

use futures_util::future::join_all;

use server::store::Activity;

use crate::cast::{TestStore, new_post};

pub async fn what_was_answered_is_counted(store: &TestStore) {
    let alice = store.register("alice").await;
    let before = store.activity();
    let posts = join_all((0..20).map(|_| store.post(new_post(alice, store.lobby(), "hi")))).await;
    assert!(posts.iter().all(Result::is_ok), "{posts:?}");
    let after = store.activity();
    let jobs = after.jobs.total - before.jobs.total;
    assert!(jobs >= 20, "{before:?}, {after:?}");
    let commits = after.commit_times.count() - before.commit_times.count();
    assert!((1..=20).contains(&commits), "{before:?}, {after:?}");
    let batches = |activity: Activity| activity.jobs.at_most.last().copied();
    assert_eq!(batches(after), Some(after.commit_times.count()));
    let alone = after.jobs.at_most[0] - before.jobs.at_most[0];
    assert!(jobs == commits || alone < commits, "{before:?}, {after:?}");
    assert!(
        after.commit_times.total > before.commit_times.total,
        "{after:?}"
    );
    assert!(
        after.commit_times.total < Duration::from_mins(1),
        "{after:?}"
    );
    assert_eq!(after.waiting, 0);
}

pub async fn pages_of_changes_are_counted_as_they_are_read(store: &TestStore) {
    let alice = store.register("alice").await;
    let before = store.activity().log_reads;
    for read in 1..=3 {
        let lobby = store.lobby();
        store.changes(alice, lobby, 0, 10).await.unwrap();
        assert_eq!(store.activity().log_reads, before + read);
    }
}
