//! What waits while the disk is busy becomes durable together, and goes out together.

use rusqlite::Connection;
use shared::{ClientFrame, ServerFrame};

use crate::{api::harness::TestServer, audience::Audience, tally::Tally};

const WORKERS: u64 = 2;
const LISTENERS: usize = 50;
/// Each of two clients: fewer than one client may have on the way.
const POSTS: usize = 100;
/// What had been taken when the disk became busy, then all that waited.
const COMMITS: u64 = 2;

#[actix_web::test]
async fn posts_that_wait_share_a_commit_and_a_message_to_each_worker() {
    // Its own file, whatever the other tests run on: the disk is kept busy through it.
    let server = TestServer::on_files_with(|config| config.workers = Some(2)).await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut audience = Audience::gather(&bob, LISTENERS).await;
    let mut senders = [alice.connect().await, alice.connect().await];
    server.until_connections(LISTENERS + senders.len()).await;

    let before = Tally::of(&server).await;
    let busy = Connection::open(server.data_dir().join("parlor.db")).unwrap();
    busy.execute_batch("BEGIN IMMEDIATE").unwrap();
    for _ in 0..POSTS {
        for sender in &mut senders {
            sender.send_message(server.lobby(), "hi").await;
        }
    }
    for sender in &mut senders {
        // A client's frames are handled in order, and a post is queued when it is handled.
        sender.tell(&ClientFrame::Ping {}).await;
        sender.expect(ServerFrame::Pong {}).await;
    }
    let posts = POSTS as u64 * 2;
    println!("{} wait", server.metric("parlor_writes_waiting").await);
    busy.execute_batch("ROLLBACK").unwrap();
    audience.hears(POSTS * 2).await;
    for sender in &mut senders {
        for _ in 0..posts {
            sender.next_message().await;
        }
    }

    let tally = Tally::since(&before, &server).await;
    assert_eq!(tally.messages, posts);
    assert!(tally.jobs >= posts, "{tally:?}");
    assert!(tally.commits <= COMMITS, "{tally:?}");
    assert!(tally.orders <= COMMITS * WORKERS, "{tally:?}");
    assert_eq!(tally.shared_frames, posts, "{tally:?}");
}
