//! What is done on one server reaches the people connected to the other.

use std::time::{Duration, Instant};

use shared::{ClientFrame, Marks, ServerFrame};

use crate::{api::harness::client_id, cluster::Cluster};

#[actix_web::test]
async fn posts_edits_and_deletions_reach_the_people_of_both_servers() {
    let cluster = Cluster::start().await;
    let mut two = cluster.alice_and_bob().await;
    let over_a_socket = two.alices.send_message(two.lobby, "over here").await;
    two.alices.expect_accepted(over_a_socket).await;
    let heard = two.alices.expect_message("over here").await;
    assert_eq!(two.bobs.expect_message("over here").await, heard);
    let answer = two.bob.say(two.lobby, "over there").await;
    assert_eq!(two.alices.expect_message("over there").await, answer);
    assert_eq!(two.bobs.expect_message("over there").await, answer);
    let reworded = two.alice.reword(&heard, "here").await;
    assert_eq!(two.bobs.expect_change().await, reworded);
    assert_eq!(two.alices.expect_change().await, reworded);
    let taken_back = two.bob.take_back(&answer).await;
    assert_eq!(two.alices.expect_change().await, taken_back);
    assert_eq!(two.bobs.expect_change().await, taken_back);
}

#[actix_web::test]
async fn a_retry_on_the_other_server_gets_the_same_message() {
    let cluster = Cluster::start().await;
    let mut two = cluster.alice_and_bob().await;
    let id = two.alices.send_message(two.lobby, "once").await;
    let accepted = two.alices.expect_accepted(id).await;
    let mut moved = two.alice.on(&cluster.west).connect().await;
    moved.send_as(two.lobby, id, "once").await;
    assert_eq!(moved.expect_accepted(id).await, accepted);
    assert_eq!(two.bob.history(two.lobby).await.len(), 1);
}

#[actix_web::test]
async fn rooms_made_joined_and_left_on_one_server_are_known_on_the_other() {
    let cluster = Cluster::start().await;
    let mut two = cluster.alice_and_bob().await;
    let room = two.alice.open_private_room("club").await.id;
    two.alice.invite(room, &two.bob).await;
    let joined = two.bobs.until(|frame| match frame {
        ServerFrame::RoomJoined { room, .. } => Some(room.id()),
        _ => None,
    });
    assert_eq!(joined.await, room);
    two.alice.say(room, "welcome").await;
    two.bobs.expect_message("welcome").await;
    two.alice.remove(room, &two.bob).await;
    let user = two.bob.id;
    two.bobs
        .expect(ServerFrame::MemberLeft { room, user })
        .await;
    two.alice.say(room, "among us").await;
    two.alice.say(two.lobby, "to all").await;
    // The next message of any room: the one in between was for members only.
    two.bobs.expect_message("to all").await;
    let gone = two.bob.try_to_say(room, client_id(), "may I?").await;
    assert_eq!(gone.status, 404, "{gone:?}");
}

#[actix_web::test]
async fn marks_and_typing_reach_the_other_server() {
    let cluster = Cluster::start().await;
    let mut two = cluster.alice_and_bob().await;
    let room = two.lobby;
    two.alices.tell(&ClientFrame::Typing { room }).await;
    let user = two.alice.id;
    two.bobs.expect(ServerFrame::Typing { room, user }).await;
    two.alice.say(room, "read me").await;
    two.bobs.expect_message("read me").await;
    two.bobs.mark_read(room, 1).await;
    let read = Marks {
        delivered: 1,
        read: 1,
    };
    assert_eq!(two.alices.next_marks_of(&two.bob).await, read);
}

#[actix_web::test]
async fn a_message_is_on_the_other_server_in_the_blink_of_an_eye() {
    let cluster = Cluster::start().await;
    let mut two = cluster.alice_and_bob().await;
    let mut took = Vec::new();
    for n in 1..=200 {
        let body = n.to_string();
        two.alice.say(two.lobby, &body).await;
        let answered = Instant::now();
        two.bobs.expect_message(&body).await;
        took.push(answered.elapsed());
    }
    took.sort_unstable();
    let (median, slowest) = (took[took.len() / 2], took[took.len() - 1]);
    println!("from the answer to the other server's frame: median {median:?}, slowest {slowest:?}");
    assert!(median < Duration::from_millis(250), "{median:?}");
}
