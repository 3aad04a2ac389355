//! Messages on their way: to whom, in which order, and what the sender hears.

use shared::{Message, ServerFrame};

use crate::harness::TestServer;

#[actix_web::test]
async fn a_message_reaches_everybody_in_the_room_and_nobody_else() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mallory = server.register("mallory").await;
    let room = alice.open_private_room("club").await.id;
    alice.invite(room, &bob).await;
    let (mut bobs, mut mallorys) = (bob.connect().await, mallory.connect().await);
    let mut stream = bob.listen().await;
    let said = alice.say(room, "psst").await;
    alice.say(server.lobby(), "to all").await;
    assert_eq!(bobs.expect_message("psst").await, said);
    assert_eq!(stream.expect_message("psst").await, said);
    let heard = mallorys.heard_before("to all").await;
    assert!(!format!("{heard:?}").contains("psst"), "{heard:?}");
}

#[actix_web::test]
async fn the_sending_socket_hears_the_acceptance_before_the_message() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    let (mut sending, mut other) = (alice.connect().await, alice.connect().await);
    for n in 0..20 {
        let body = n.to_string();
        let id = sending.send_message(lobby, &body).await;
        let before = sending.heard_before(&body).await;
        let accepted = before.iter().filter(
            |frame| matches!(frame, ServerFrame::MessageAccepted { client_id, .. } if *client_id == id),
        );
        assert_eq!(accepted.count(), 1, "{before:?}");
        let before = other.heard_before(&body).await;
        assert_eq!(before, [], "another socket hears the message alone");
    }
}

#[actix_web::test]
async fn messages_sent_in_a_row_keep_their_order() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    let (mut alices, mut bobs) = (alice.connect().await, bob.connect().await);
    for n in 0..100 {
        alices.send_message(lobby, &n.to_string()).await;
    }
    let mut last = 0;
    for n in 0..100 {
        let message = bobs.expect_message(&n.to_string()).await;
        assert!(message.seq > last);
        last = message.seq;
    }
    let history = bob.history(lobby).await;
    let bodies: Vec<_> = history.iter().filter_map(Message::body).collect();
    let wanted: Vec<_> = (0..100).map(|n| n.to_string()).collect();
    assert_eq!(bodies, wanted);
}

#[actix_web::test]
async fn live_numbers_are_dense_however_many_speak_at_once() {
    let server = TestServer::start().await;
    let crowd = server.register_crowd("speaker", 5).await;
    let listener = server.register("listener").await;
    let lobby = server.lobby();
    let mut socket = listener.connect().await;
    let talk = crowd.iter().map(async |speaker| {
        let mut speaking = speaker.connect().await;
        for n in 0..20 {
            speaking.send_message(lobby, &format!("{n}")).await;
            if n % 5 == 0 {
                let said = speaker.say(lobby, "by rest").await;
                speaker.reword(&said, "edited").await;
            }
        }
        speaking.ping().await;
        speaking
    });
    let _open = futures_util::future::join_all(talk).await;
    for rev in 1..=5 * (20 + 4 * 2) {
        let told = socket
            .until(|frame| match frame {
                ServerFrame::MessagePosted { message }
                | ServerFrame::MessageChanged { message } => Some(message.rev),
                _ => None,
            })
            .await;
        assert_eq!(told, rev);
    }
}
