//! Databases of older Parlors. What a SQLite file needs is in `files`.

use mongodb::bson::{Document, doc};
use server::store::{Opened, StoreError, open};

use crate::{
    cast::{TestStore, at, new_account},
    refused,
};

async fn a_database_of_the_first_version_learns_what_names_look_like(store: TestStore) {
    let alice = store.register("alice").await;
    let ana = store.register("ana_0m1").await;
    store.close().await;
    let database = store.database.as_ref().unwrap().connect().await;
    let users = database.collection::<Document>("users");
    let without = doc! { "$unset": { "look": "" } };
    users.update_many(doc! {}, without).await.unwrap();
    users.drop_index("look_1").await.unwrap();
    let invitations = database.collection::<Document>("invitations");
    invitations.drop().await.unwrap();
    let meta = database.collection::<Document>("meta");
    let first = doc! { "$set": { "version": 1 } };
    let which = doc! { "_id": "store" };
    meta.update_one(which.clone(), first).await.unwrap();

    let Opened { store: again, .. } = open(store.url()).await.unwrap();
    for (look, id) in [("alice", alice), ("ana_ornl", ana)] {
        let found = again.user_by_look(look).await.unwrap();
        assert_eq!(found.map(|account| account.id), Some(id), "{look}");
    }
    refused!(
        again.create_user(new_account("a1ice")).await,
        StoreError::UsernameTaken
    );
    assert_eq!(again.invitations(at(0)).await.unwrap(), []);
    let meta = meta.find_one(which).await.unwrap().unwrap();
    assert_eq!(meta.get_i32("version").unwrap(), 2);
    again.close().await;
    store.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_replica_set() {
    let store = TestStore::on_replica_set().await;
    a_database_of_the_first_version_learns_what_names_look_like(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_standalone_server() {
    let store = TestStore::on_standalone().await;
    a_database_of_the_first_version_learns_what_names_look_like(store).await;
}
