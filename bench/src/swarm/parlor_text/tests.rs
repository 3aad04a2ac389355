//! A lost, doubled, torn, reordered or changed delivery is found.

use super::*;

const ROOM: &str = "01890a5d-ac96-774b-bcce-b302099a8058";
const OTHER: &str = "01890a5d-ac96-774b-bcce-b302099a8059";

/// `message_posted` as the server writes it.
fn frame(room: &str, seq: u64, body: &[u8]) -> Vec<u8> {
    let id = "01890a5d-ac96-774b-bcce-b302099a8060";
    let body = std::str::from_utf8(body).expect("bodies are text");
    format!(
        r#"{{"type":"message_posted","message":{{"id":"{id}","room":"{room}","seq":{seq},"rev":{seq},"author":"{id}","client_id":"{id}","created_at":1763600000000,"body":"{body}"}}}}"#
    )
    .into_bytes()
}

/// A room in which three messages were said, their frames, and a client that came in at head 7.
fn three() -> (Room, Vec<Vec<u8>>, Ear) {
    let mut room = Room::new(ROOM, 1);
    let frames = (8..11)
        .map(|seq| frame(ROOM, seq, room.script.say(seq)))
        .collect();
    let mut ear = Ear::of(0);
    let ready = format!(
        r#"{{"type":"ready","session":{{}},"rooms":[{{"id":"{OTHER}","head":3}},{{"id":"{ROOM}","head":7}}],"online_count":1}}"#
    );
    assert_eq!(hear(&mut ear, &room, ready.as_bytes()), Ok(Heard::Joined));
    (room, frames, ear)
}

/// The fault that these frames end in, None where there is none.
fn fault(of: impl Fn(&mut Vec<Vec<u8>>)) -> Option<Fault> {
    let (room, mut frames, mut ear) = three();
    of(&mut frames);
    let mut heard = frames.iter().map(|text| hear(&mut ear, &room, text));
    heard.find_map(Result::err)
}

#[test]
fn what_is_right_is_counted() {
    let (room, frames, mut ear) = three();
    for (frame, intended_us) in frames.iter().zip(8..) {
        assert_eq!(
            hear(&mut ear, &room, frame),
            Ok(Heard::Delivery { intended_us })
        );
    }
    assert_eq!((ear.seq, ear.next), (10, 3));
}

#[test]
fn a_lost_message_is_found() {
    let found = fault(|frames| drop(frames.remove(1)));
    let expected = Fault::Order {
        expected: 9,
        found: 10,
    };
    assert_eq!(found, Some(expected));
}

#[test]
fn a_doubled_message_is_found() {
    let found = fault(|frames| frames.insert(1, frames[0].clone()));
    let expected = Fault::Order {
        expected: 9,
        found: 8,
    };
    assert_eq!(found, Some(expected));
}

#[test]
fn reordered_messages_are_found() {
    assert!(matches!(
        fault(|frames| frames.swap(0, 1)),
        Some(Fault::Order { .. })
    ));
}

#[test]
fn renumbered_messages_are_found_by_what_they_say() {
    // The server numbers them well and hands out the wrong bodies.
    let (mut room, _, mut ear) = three();
    let first = frame(ROOM, 8, room.script.body(1).expect("said"));
    assert!(matches!(
        hear(&mut ear, &room, &first),
        Err(Fault::Body { number: 0, .. })
    ));
    room.script.say(0);
}

#[test]
fn a_change_of_any_one_byte_that_matters_is_found() {
    let (room, frames, ear) = three();
    let text = &frames[0];
    let body = text.len() - crate::script::BODY_BYTES - 3;
    for place in body..text.len() {
        let mut changed = text.clone();
        changed[place] ^= 1;
        assert!(hear(&mut ear.clone(), &room, &changed).is_err(), "{place}");
    }
}

#[test]
fn a_torn_message_is_found_wherever_it_is_cut() {
    let (room, frames, ear) = three();
    let text = &frames[0];
    for end in 0..text.len() {
        let heard = hear(&mut ear.clone(), &room, &text[..end]);
        assert!(heard.is_err(), "cut at {end}: {heard:?}");
    }
}

#[test]
fn a_message_that_nobody_said_is_found() {
    let (room, frames, mut ear) = three();
    for frame in &frames {
        hear(&mut ear, &room, frame).expect("right");
    }
    let invented = frame(ROOM, 11, &[b'x'; crate::script::BODY_BYTES]);
    assert_eq!(
        hear(&mut ear, &room, &invented),
        Err(Fault::NeverSaid { number: 3 })
    );
}

#[test]
fn other_rooms_and_other_frames_are_no_deliveries() {
    let (room, _, mut ear) = three();
    let elsewhere = frame(OTHER, 4, b"hi");
    for text in [
        &elsewhere[..],
        br#"{"type":"presence_batch","changes":[]}"#,
        br#"{"type":"pong"}"#,
    ] {
        assert_eq!(hear(&mut ear, &room, text), Ok(Heard::Other));
    }
    assert_eq!(ear.seq, 7);
}

#[test]
fn a_refusal_is_a_fault() {
    let (room, _, mut ear) = three();
    for text in [
        r#"{"type":"error","code":"rate_limited","message":"m"}"#,
        r#"{"type":"reset","reason":"epoch"}"#,
        r#"{"type":"behind","room":"r","head":1}"#,
        r#"{"type":"draining","retry_after_ms":1}"#,
        "no JSON",
    ] {
        assert!(hear(&mut ear, &room, text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn a_resume_that_ends_short_of_the_head_is_found() {
    let (room, frames, mut ear) = three();
    hear(&mut ear, &room, &frames[0]).expect("right");
    let says = |head| format!(r#"{{"type":"caught_up","room":"{ROOM}","head":{head}}}"#);
    assert_eq!(
        hear(&mut ear, &room, says(9).as_bytes()),
        Err(Fault::Short { head: 9, last: 8 })
    );
    assert_eq!(
        hear(&mut ear, &room, says(8).as_bytes()),
        Ok(Heard::CaughtUp)
    );
}

#[test]
fn a_client_id_is_a_uuid_of_its_time_in_its_text_form() {
    let mut rng = fastrand::Rng::with_seed(1);
    for _ in 0..100 {
        let id = client_id(&mut rng);
        let lengths: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
        assert_eq!(&id[14..15], "7", "{id}");
        assert!("89ab".contains(&id[19..20]), "{id}");
    }
}
