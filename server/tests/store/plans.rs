//! How MongoDB finds a page: by a range of an index, as long as the page and no longer, however
//! deep it lies. Asked of its profiler, so that it is the store's own queries that are judged.

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use server::store::{NewPost, PageAt};
use shared::UserId;

use crate::cast::{TestStore, new_post};

const MESSAGES: u64 = 300;
const LIMIT: u32 = 20;

fn number(step: &Document, field: &str) -> i64 {
    match step.get(field) {
        Some(Bson::Int32(number)) => i64::from(*number),
        Some(Bson::Int64(number)) => *number,
        other => panic!("{field} is {other:?} in {step}"),
    }
}

async fn a_page_examines_as_many_keys_as_it_has_messages(store: &TestStore) {
    let alice: UserId = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let other = store.open_room(alice, "other").await;
    for n in 0..MESSAGES {
        for room in [books, other] {
            let post: NewPost = new_post(alice, room, &n.to_string());
            store.post(post).await.unwrap();
        }
    }
    let database = store.database.as_ref().unwrap().connect().await;
    database.run_command(doc! { "profile": 2 }).await.unwrap();
    let deep = MESSAGES / 10;
    for at in [
        PageAt::End,
        PageAt::Before(deep),
        PageAt::After(deep),
        PageAt::After(MESSAGES - deep),
        PageAt::Around(deep),
    ] {
        store.page(alice, books, at, LIMIT).await.unwrap();
    }
    for since in [0, deep, MESSAGES - deep] {
        store.changes(alice, books, since, LIMIT).await.unwrap();
    }
    database.run_command(doc! { "profile": 0 }).await.unwrap();

    let name = format!("{}.messages", database.name());
    let profile = database.collection::<Document>("system.profile");
    let asked = doc! { "ns": name, "op": "query" };
    let steps: Vec<Document> = profile
        .find(asked)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert!(steps.len() >= 8, "{}", steps.len());
    for step in &steps {
        let plan = step.get_str("planSummary").unwrap();
        assert!(plan.starts_with("IXSCAN { room: 1,"), "{step}");
        let most = i64::from(LIMIT) + 1;
        assert!(number(step, "keysExamined") <= most, "{step}");
        assert!(number(step, "docsExamined") <= most, "{step}");
        assert!(step.get("hasSortStage").is_none(), "{step}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_replica_set_a_page_costs_the_same_at_any_depth() {
    let store = TestStore::on_replica_set().await;
    a_page_examines_as_many_keys_as_it_has_messages(&store).await;
    store.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_standalone_server_a_page_costs_the_same_at_any_depth() {
    let store = TestStore::on_standalone().await;
    a_page_examines_as_many_keys_as_it_has_messages(&store).await;
    store.end().await;
}
