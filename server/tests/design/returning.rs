//! Many who come back at once after a restart: the log is read once for all of them.

use futures_util::future::join_all;
use shared::ServerFrame;

use crate::{api::harness::TestServer, tally::Tally};

const PEOPLE: usize = 10;
const TABS: usize = 10;
/// What the furthest and the nearest of them know of the log.
const KNOWN: [u64; 2] = [10, 30];
const SAID: u64 = 30;

#[actix_web::test]
async fn those_who_come_back_together_share_one_read_of_each_log_and_its_frames() {
    let mut server = TestServer::with(|config| config.workers = Some(2)).await;
    let alice = server.register("alice").await;
    let crowd = server.register_crowd("returning", PEOPLE).await;
    let attic = alice.open_room("attic").await.id;
    for person in &crowd {
        person.join(attic).await;
    }
    let rooms = [server.lobby(), attic];
    for room in rooms {
        alice.count_to(room, u32::try_from(SAID).unwrap()).await;
    }
    server.restart().await;

    let before = Tally::of(&server).await;
    let returning = (0..PEOPLE * TABS).map(|n| {
        let (person, known) = (&crowd[n % PEOPLE], KNOWN[n % 2]);
        async move {
            let mut socket = person.connect().await;
            for room in rooms {
                socket.resume([(room, known)]).await;
                let (heard, head) = socket.heard_until_caught_up(room).await;
                let told: Vec<u64> = heard
                    .iter()
                    .filter_map(|frame| match frame {
                        ServerFrame::MessagePosted { message } => Some(message.rev),
                        _ => None,
                    })
                    .collect();
                assert_eq!((told, head), ((known + 1..=SAID).collect(), SAID));
            }
            socket
        }
    });
    let sockets = join_all(returning).await.len() as u64;

    let rooms = rooms.len() as u64;
    let reads = server.metric("parlor_log_reads_total").await;
    assert_eq!(reads, rooms, "one for each room");
    let tally = Tally::since(&before, &server).await;
    // A `caught_up` for each, and each message once for all, but for the one who read: it is told
    // before the others can be.
    let frames = rooms * (sockets + 2 * (SAID - KNOWN[0]));
    assert!(tally.own_frames <= frames, "{tally:?}, not {frames}");
}
