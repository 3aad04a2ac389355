//! Many speak, edit and delete while others are cut off again and again: counted, nothing is
//! missing and nothing comes twice.

use std::{cell::Cell, collections::HashMap};

use shared::{Message, MessageId, RoomId, ServerFrame};

use crate::harness::{Person, Socket, TestServer};

const SPEAKERS: usize = 6;
const LISTENERS: usize = 4;
const ROUNDS: usize = 40;

/// What a client knows of the room.
#[derive(Default)]
struct Known {
    cursor: u64,
    messages: HashMap<MessageId, Message>,
    changes: usize,
}

impl Known {
    fn learn(&mut self, message: Message) {
        assert!(
            self.messages
                .get(&message.id)
                .is_none_or(|known| known.rev < message.rev),
            "twice: {message:?}"
        );
        self.changes += 1;
        self.messages.insert(message.id, message);
    }
}

fn message_of(frame: ServerFrame) -> Option<Message> {
    match frame {
        ServerFrame::MessagePosted { message } | ServerFrame::MessageChanged { message } => {
            Some(message)
        }
        ServerFrame::Reset { .. } | ServerFrame::Behind { .. } => panic!("{frame:?}"),
        _ => None,
    }
}

async fn speak(speaker: &Person, room: RoomId) {
    let mut socket = speaker.connect().await;
    for n in 0..ROUNDS {
        socket.send_message(room, &format!("{n} by socket")).await;
        let said = speaker.say(room, &format!("{n} by rest")).await;
        match n % 4 {
            0 => drop(speaker.reword(&said, "reworded").await),
            1 => drop(speaker.take_back(&said).await),
            _ => {}
        }
    }
    socket.ping().await;
    let last = format!("{} by socket", ROUNDS - 1);
    while !speaker
        .page(room, "?limit=100")
        .await
        .messages
        .iter()
        .any(|message| message.author == speaker.id && message.body() == Some(&last))
    {}
}

/// Comes back, and hears the rest up to the head.
async fn come_back(person: &Person, room: RoomId, known: &mut Known) -> Socket {
    let mut socket = person.connect().await;
    let live_from = socket.ready.head(room).unwrap();
    socket.resume([(room, known.cursor)]).await;
    let (frames, head) = socket.heard_until_caught_up(room).await;
    let mut messages: Vec<_> = frames.into_iter().filter_map(message_of).collect();
    let revs: Vec<_> = messages.iter().map(|message| message.rev).collect();
    // What came live before the server read the resume comes again in it.
    let last_step_back = revs.windows(2).rposition(|two| two[1] <= two[0]);
    let early = messages.drain(..last_step_back.map_or(0, |place| place + 1));
    for (wanted, message) in (live_from + 1..).zip(early) {
        assert_eq!(message.rev, wanted, "from {live_from}: {revs:?}");
    }
    for message in messages {
        assert!(message.rev > known.cursor && message.rev <= head);
        known.learn(message);
    }
    known.cursor = head;
    socket
}

/// Listens, cut off after every few messages, until it has heard all of `head`.
async fn listen(person: &Person, room: RoomId, head: &Cell<Option<u64>>) -> (Known, usize) {
    let (mut known, mut cuts) = (Known::default(), 0);
    while head.get() != Some(known.cursor) {
        let mut socket = come_back(person, room, &mut known).await;
        for _ in 0..5 + cuts % 7 {
            if head.get() == Some(known.cursor) {
                break;
            }
            let frame =
                actix_web::rt::time::timeout(std::time::Duration::from_millis(300), socket.frame());
            // Silence is an end, too: of the talk, or of patience.
            let Ok(frame) = frame.await else { break };
            if let Some(message) = message_of(frame) {
                assert_eq!(message.rev, known.cursor + 1, "live numbers are dense");
                known.cursor = message.rev;
                known.learn(message);
            }
        }
        cuts += 1;
    }
    (known, cuts)
}

#[actix_web::test]
async fn nothing_is_missed_or_heard_twice_however_often_one_is_cut_off() {
    let server = TestServer::start().await;
    let speakers = server.register_crowd("speaker", SPEAKERS).await;
    let listeners = server.register_crowd("listener", LISTENERS).await;
    let room = server.lobby();
    let head = Cell::new(None);
    let talk = async {
        let speaking = speakers.iter().map(|speaker| speak(speaker, room));
        futures_util::future::join_all(speaking).await;
        head.set(Some(speakers[0].page(room, "?limit=1").await.head));
    };
    let hearing = listeners.iter().map(|person| listen(person, room, &head));
    let ((), heard) =
        futures_util::future::join(talk, futures_util::future::join_all(hearing)).await;

    let history = speakers[0].history(room).await;
    assert_eq!(history.len(), SPEAKERS * ROUNDS * 2);
    let changes = SPEAKERS * ROUNDS * 2 + SPEAKERS * ROUNDS / 2;
    assert_eq!(head.get(), Some(changes as u64));
    for (known, cuts) in heard {
        assert!(cuts >= 10, "cut off {cuts} times only");
        assert!(known.changes <= changes);
        assert_eq!(known.messages.len(), history.len(), "after {cuts} cuts");
        for message in &history {
            assert_eq!(known.messages.get(&message.id), Some(message));
        }
    }
}
