//! What comes by itself: nothing of a room to who is not in it, whichever door they came through.

use shared::ServerFrame;

use super::ground::{CANARY, Ground, Outside};
use crate::harness::{EventStream, Person, Socket, TestServer};

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

/// A socket and a stream of somebody who is not in the rooms, or will not be.
struct Ears {
    who: String,
    socket: Socket,
    stream: EventStream,
}

impl Ears {
    async fn of(who: &str, person: &Person) -> Self {
        Self {
            who: who.to_owned(),
            socket: person.connect().await,
            stream: person.listen().await,
        }
    }

    /// Everything that either hears up to that message, which is for them.
    async fn hear_until(&mut self, last: &str) -> Vec<ServerFrame> {
        let mut heard = self.socket.heard_before(last).await;
        loop {
            let frame = self.stream.frame().await;
            if let ServerFrame::MessagePosted { message } = &frame
                && message.body() == Some(last)
            {
                return heard;
            }
            heard.push(frame);
        }
    }
}

/// People who are in both rooms, connected, and then put out while they listen.
async fn put_out_while_listening(server: &TestServer, ground: &Ground) -> Vec<Ears> {
    let owner = &ground.owner;
    let mut ears = Vec::new();
    for who in ["leaving", "removed", "expelled"] {
        let person = server.register(who).await;
        for room in [ground.private.room, ground.public.room] {
            let _ = owner.invite(room, &person).await;
        }
        let mut listening = Ears::of(who, &person).await;
        for room in [ground.private.room, ground.public.room] {
            match who {
                "leaving" => person.leave(room).await,
                "removed" => owner.remove(room, &person).await,
                _ => owner.ban(room, &person).await,
            }
        }
        // The premise: until then they heard of the rooms.
        let left = ServerFrame::MemberLeft {
            room: ground.public.room,
            user: person.id,
        };
        listening.socket.expect(left).await;
        ears.push(listening);
    }
    ears
}

#[actix_web::test]
async fn nothing_of_a_room_reaches_a_connection_of_who_is_not_in_it() {
    let server = TestServer::start().await;
    let ground = Ground::new(&server).await;
    let mut ears = put_out_while_listening(&server, &ground).await;
    for Outside { who, person } in ground.outside() {
        let listening = Ears::of(who, person).await;
        let rooms: Vec<_> = listening
            .socket
            .ready
            .rooms
            .iter()
            .map(|room| room.id)
            .collect();
        for place in [&ground.private, &ground.public, &ground.direct] {
            assert!(
                !rooms.contains(&place.room),
                "the {who} is told of {rooms:?}"
            );
        }
        ears.push(listening);
    }
    let mut member = ground.member.connect().await;
    much_happens(&ground, &ground.private).await;
    much_happens(&ground, &ground.public).await;
    let words = format!("{CANARY} again");
    let said = ground.owner.say(ground.direct.room, &words).await;
    // The premise: they hear what is for them, and a member hears the rest.
    ground.owner.say(server.lobby(), "all clear").await;
    for listening in &mut ears {
        let heard = listening.hear_until("all clear").await;
        let text = serde_json::to_string(&heard).unwrap();
        assert!(!text.contains(CANARY), "the {} heard {text}", listening.who);
    }
    let heard = member.heard_before("all clear").await;
    let posted = ServerFrame::MessagePosted { message: said };
    assert!(heard.contains(&posted), "{heard:?}");
    assert_eq!(ears.len(), 6);
}
