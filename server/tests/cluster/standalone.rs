//! A standalone MongoDB has no transactions and no change stream: one server has a database to
//! itself, and whoever is killed is followed soon.

use std::time::Duration;

use crate::{api::harness::parlor, cluster::timed, database::Database, process::Process};

/// A database of a test, gone after it.
struct OnStandalone(Database);

impl OnStandalone {
    fn new() -> Self {
        Self(Database::new("PARLOR_TEST_MONGODB_STANDALONE_URI"))
    }
}

impl Drop for OnStandalone {
    fn drop(&mut self) {
        self.0.remove();
    }
}

#[actix_web::test]
async fn a_second_server_is_refused_in_one_line_that_says_what_to_do() {
    let place = OnStandalone::new();
    let first = Process::start(place.0.address()).await;
    let alice = first.register("alice").await;
    let dir = tempfile::tempdir().unwrap();
    let serve = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--store-url",
        place.0.address(),
    ];
    let line = parlor(dir.path(), &serve, "").failed();
    for word in [
        "another Parlor",
        "standalone",
        "stop the other",
        "replica set",
    ] {
        assert!(line.contains(word), "{word:?} is not in {line}");
    }
    assert!(alice.is_signed_in().await, "the first one goes on");
    let lobby = alice.rooms().await[0].room.id();
    alice.say(lobby, "still mine").await;
}

#[actix_web::test]
async fn a_killed_server_is_followed_within_five_seconds() {
    let place = OnStandalone::new();
    let mut first = Process::start(place.0.address()).await;
    let alice = first.register("alice").await;
    let lobby = alice.rooms().await[0].room.id();
    let said = alice.say(lobby, "before").await;
    first.kill();
    let (second, took) = timed(Process::start(place.0.address())).await;
    println!("followed after {took:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    let alice = alice.on(&second);
    assert_eq!(alice.history(lobby).await, [said]);
    assert_eq!(alice.say(lobby, "after").await.seq, 2);
}
