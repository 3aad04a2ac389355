//! What comes by itself: nothing of a room to who is not in it, whichever door they came through.

use shared::ServerFrame;

use super::ground::{CANARY, Ground, Outside};
use crate::harness::TestServer;

fn nothing_leaked(heard: &[ServerFrame], what: &str) {
    let text = serde_json::to_string(heard).unwrap();
    assert!(!text.contains(CANARY), "{what} heard {text}");
}

/// Everything that happens in a room and is told to its members.
async fn much_happens(ground: &Ground, place: &super::ground::Place) {
    let owner = &ground.owner;
    let said = owner.say(place.room, &format!("{CANARY} again")).await;
    let said = owner.reword(&said, &format!("{CANARY} reworded")).await;
    let _ = owner.take_back(&said).await;
    let _ = ground.member.read_to(place.room, said.seq).await;
    owner.make_room_admin(place.room, &ground.member).await;
    let topic = serde_json::json!({ "topic": format!("{CANARY} topic, changed") });
    let path = format!("/rooms/{}", place.room);
    let _ = owner.patch(&path).json(topic).await.is(200);
}

#[actix_web::test]
async fn nothing_of_a_room_reaches_a_connection_of_who_is_not_in_it() {
    let server = TestServer::start().await;
    let ground = Ground::new(&server).await;
    let mut sockets = Vec::new();
    let mut streams = Vec::new();
    for Outside { who, person } in ground.outside() {
        sockets.push((who, person.connect().await));
        streams.push((who, person.listen().await));
    }
    let mut member = ground.member.connect().await;
    much_happens(&ground, &ground.private).await;
    much_happens(&ground, &ground.public).await;
    let said = ground
        .owner
        .say(ground.direct.room, &format!("{CANARY} again"))
        .await;
    // The premise: they hear what is for them, and a member hears the rest.
    ground.owner.say(server.lobby(), "all clear").await;
    for (who, socket) in &mut sockets {
        let heard = socket.heard_before("all clear").await;
        nothing_leaked(&heard, &format!("the {who}'s socket"));
        let rooms: Vec<_> = socket.ready.rooms.iter().map(|room| room.id).collect();
        for place in [&ground.private, &ground.public, &ground.direct] {
            assert!(
                !rooms.contains(&place.room),
                "the {who} is told of {rooms:?}"
            );
        }
    }
    for (who, stream) in &mut streams {
        let mut heard = Vec::new();
        loop {
            let frame = stream.frame().await;
            let is_last = matches!(&frame, ServerFrame::MessagePosted { message } if message.body() == Some("all clear"));
            heard.push(frame);
            if is_last {
                break;
            }
        }
        nothing_leaked(&heard, &format!("the {who}'s stream"));
    }
    let heard = member.heard_before("all clear").await;
    let posted = ServerFrame::MessagePosted { message: said };
    assert!(heard.contains(&posted), "{heard:?}");
}
