//! `parlor copy` from SQLite to MongoDB and back: everything is as it was.

use std::path::Path;

use server::store::StoreUrl;
use shared::{ClientFrame, RoomId};

use crate::{
    backup::{data_with, fatten, kill_when_it_begins},
    copy::{copy, digest, url},
    database::Database,
    harness::{Person, TestServer, command, parlor},
    operator::serve,
};

const SERVERS: [&str; 2] = [
    "PARLOR_TEST_MONGODB_URI",
    "PARLOR_TEST_MONGODB_STANDALONE_URI",
];

/// A database that is removed at the end.
struct Place {
    database: Database,
    url: String,
}

impl Place {
    fn on(variable: &str) -> Self {
        let database = Database::new(variable);
        let StoreUrl::MongoDb(url) = database.url.clone() else {
            panic!("{:?}", database.url)
        };
        Self { database, url }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.database.remove();
    }
}

async fn serve_database(place: &Place) -> TestServer {
    let url = place.database.url.clone();
    TestServer::with(|config| config.place.store_url = Some(url)).await
}

/// How many rows of a table are in one file and not in the other.
fn differences(one: &Path, other: &Path, table: &str) -> u64 {
    let conn = rusqlite::Connection::open(one.join("parlor.db")).unwrap();
    let other = other.join("parlor.db");
    conn.execute("ATTACH ?1 AS other", [other.to_str().unwrap()])
        .unwrap();
    let sql = format!(
        "SELECT count(*) FROM (SELECT * FROM (SELECT * FROM main.{table} EXCEPT SELECT * FROM other.{table})
         UNION ALL SELECT * FROM (SELECT * FROM other.{table} EXCEPT SELECT * FROM main.{table}))"
    );
    let count: i64 = conn.query_row(&sql, [], |row| row.get(0)).unwrap();
    u64::try_from(count).unwrap()
}

/// A seeded store in which somebody was active over every kind of request.
async fn lively_data(dir: &Path) -> std::path::PathBuf {
    let data = dir.join("data");
    let _ = parlor(&data, &["seed"], "").ok();
    let server = serve(&data).await;
    let lobby = server.lobby();
    let mut alice = server.register("alicia").await;
    let (bob, carol) = (
        server.register("bob2").await,
        server.register("carol").await,
    );
    let said = alice.count_to(lobby, 20).await;
    alice.reword(&said[3], "reworded 🐇 \u{1}").await;
    alice.take_back(&said[4]).await;
    let private = alice.open_private_room("secret").await.id;
    alice.invite(private, &bob).await;
    alice.ban(private, &carol).await;
    let direct = alice.talk_privately_with(&bob).await;
    bob.count_to(direct, 3).await;
    alice.read_to(direct, 2).await;
    alice.refresh().await;
    alice.refresh().await;
    let _ = carol.delete("/users/me").await;
    drop(server);
    data
}

#[actix_web::test]
async fn there_and_back_every_row_is_the_same() {
    for variable in SERVERS {
        let dir = tempfile::tempdir().unwrap();
        let data = lively_data(dir.path()).await;
        let back = dir.path().join("back");
        std::fs::create_dir(&back).unwrap();
        let place = Place::on(variable);
        let there = copy(&url(&data), &place.url).ok();
        let again = copy(&place.url, &url(&back)).ok();
        assert_eq!(there.out, again.out, "counts and digest");
        assert!(!again.err.contains("WARN"), "{}", again.err);
        assert_eq!(digest(&there).len(), 64);
        for table in [
            "users",
            "sessions",
            "spent_refreshes",
            "rooms",
            "members",
            "bans",
            "messages",
        ] {
            assert_eq!(differences(&data, &back, table), 0, "{table} by {variable}");
        }
        let line = copy(&url(&data), &place.url).failed();
        assert!(line.contains("is not empty"), "{line}");
        assert!(!line.contains("mongodb://"), "no address: {line}");
    }
}

#[actix_web::test]
async fn clients_go_on_on_mongodb() {
    for variable in SERVERS {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let server = serve(&data).await;
        let lobby = server.lobby();
        let mut alice: Person = server.register("alice").await;
        alice.count_to(lobby, 3).await;
        let epoch = alice.connect().await.ready.epoch;
        drop(server);
        let place = Place::on(variable);
        copy(&url(&data), &place.url).ok();

        let server = serve_database(&place).await;
        assert_eq!(server.lobby(), lobby);
        alice = alice.on(&server);
        alice.refresh().await;
        let said = alice.say(lobby, "here").await;
        assert_eq!(said.seq, 4);
        let mut socket = alice.connect().await;
        let rooms: [(RoomId, u64); 1] = [(lobby, 3)];
        socket
            .tell(&ClientFrame::Resume {
                epoch: Some(epoch),
                rooms: rooms.into_iter().collect(),
            })
            .await;
        let (heard, head) = socket.heard_until_caught_up(lobby).await;
        assert_eq!((crate::harness::bodies(&heard), head), (vec!["here"], 4));

        // While it is served it is nobody's to copy, from or to.
        let other = format!("sqlite:{}", dir.path().join("other.db").display());
        for (from, to) in [(&place.url, &other), (&url(&data), &place.url)] {
            let line = copy(from, to).failed();
            let why = ["a Parlor server has this database open", "another Parlor"];
            assert!(why.iter().any(|why| line.contains(why)), "{line}");
        }
        drop(socket);
        drop(server);
        copy(&place.url, &other).ok();
    }
}

#[actix_web::test]
async fn killed_in_the_middle_a_copy_to_mongodb_is_no_store() {
    for variable in SERVERS {
        let dir = tempfile::tempdir().unwrap();
        let data = data_with(dir.path(), &["one"]).await;
        // One login of 8 MiB, less than a document may hold.
        fatten(&data, 8);
        let place = Place::on(variable);
        let unserved = || {
            let serving = [
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--store-url",
                &place.url,
            ];
            let output = command(&data).args(serving).output().unwrap();
            assert!(!output.status.success());
            String::from_utf8(output.stderr).unwrap()
        };
        for _ in 0..2 {
            let arguments = ["copy", "--from", &url(&data), "--to", &place.url];
            kill_when_it_begins(&data, &arguments);
            let line = unserved();
            assert!(line.contains("an unfinished copy"), "{line}");
            let other = format!("sqlite:{}", dir.path().join("other.db").display());
            let line = copy(&place.url, &other).failed();
            assert!(line.contains("an unfinished copy"), "{line}");
        }
        copy(&url(&data), &place.url).ok();
        let server = serve_database(&place).await;
        let alice = server.log_in("alice").await;
        assert_eq!(alice.history(server.lobby()).await.len(), 1);
    }
}

#[test]
fn an_absent_database_is_told_and_not_made() {
    for variable in SERVERS {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::on(variable);
        let other = format!("sqlite:{}", dir.path().join("other.db").display());
        for _ in 0..2 {
            let line = copy(&place.url, &other).failed();
            assert!(
                line.contains("there is no store at the MongoDB database store_"),
                "{line}"
            );
        }
        assert!(!dir.path().join("other.db").exists());
        for arguments in [&["backup", "x"][..], &["restore", "x"]] {
            let file = dir.path().join("x");
            if arguments[0] == "restore" {
                std::fs::write(&file, "").unwrap();
            }
            let with = [
                arguments[0],
                file.to_str().unwrap(),
                "--store-url",
                &place.url,
            ];
            let line = parlor(dir.path(), &with, "").failed();
            assert!(line.contains("mongodump"), "{line}");
        }
    }
}
