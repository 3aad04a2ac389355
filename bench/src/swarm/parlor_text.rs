//! Parlor's frames, read by their markers: no JSON parser could keep up with what is measured, and
//! every byte of a delivery is looked at all the same.

use std::time::{SystemTime, UNIX_EPOCH};

use super::ear::{Ear, Fault, Heard, Room, excerpt};

const POSTED: &[u8] = br#"{"type":"message_posted","message":{"id":""#;
const ACCEPTED: &[u8] = br#"{"type":"message_accepted","#;
const READY: &[u8] = br#"{"type":"ready","#;
const CAUGHT_UP: &[u8] = br#"{"type":"caught_up","room":""#;
/// What may come and is no delivery. An `error`, `behind`, `reset` or `draining` has no place in a
/// run.
const OTHERS: [&[u8]; 9] = [
    br#"{"type":"presence_changed","#,
    br#"{"type":"presence_batch","#,
    br#"{"type":"marks_changed","#,
    br#"{"type":"ticks_changed","#,
    br#"{"type":"user_changed","#,
    br#"{"type":"room_joined","#,
    br#"{"type":"room_changed","#,
    br#"{"type":"member_joined","#,
    br#"{"type":"pong"}"#,
];
const ID_BYTES: usize = 36;

/// What this frame is to that client.
///
/// # Errors
/// [`Fault`]: a message of the room that is not the next or not what was said, a refusal, and what
/// is no frame of Parlor's.
pub fn hear(ear: &mut Ear, room: &Room, text: &[u8]) -> Result<Heard, Fault> {
    if text.starts_with(POSTED) {
        return posted(ear, room, text);
    }
    if text.starts_with(ACCEPTED) {
        return Ok(Heard::Accepted);
    }
    if text.starts_with(READY) {
        if !ear.resumes {
            ear.seq = head_in_ready(text, &room.id).ok_or_else(|| Fault::Text(excerpt(text)))?;
        }
        return Ok(Heard::Joined);
    }
    if let Some(rest) = text.strip_prefix(CAUGHT_UP) {
        return caught_up(ear, room, rest).unwrap_or_else(|| Err(Fault::Text(excerpt(text))));
    }
    if OTHERS.iter().any(|start| text.starts_with(start)) {
        return Ok(Heard::Other);
    }
    Err(Fault::Text(excerpt(text)))
}

fn posted(ear: &mut Ear, room: &Room, text: &[u8]) -> Result<Heard, Fault> {
    let torn = || Fault::Text(excerpt(text));
    let posted = Posted::read(text).ok_or_else(torn)?;
    if posted.room != room.id.as_bytes() {
        return Ok(Heard::Other);
    }
    let expected = ear.seq + 1;
    if posted.seq != expected {
        return Err(Fault::Order {
            expected,
            found: posted.seq,
        });
    }
    let heard = ear.delivered(&room.script, posted.body)?;
    ear.seq = expected;
    Ok(heard)
}

/// `message_posted`, taken apart.
struct Posted<'a> {
    room: &'a [u8],
    seq: u64,
    body: &'a [u8],
}

impl<'a> Posted<'a> {
    /// None where the frame differs anywhere from the form it must have: no message here is edited
    /// (`rev` is `seq`), an answer to another, or has anything to escape.
    fn read(text: &'a [u8]) -> Option<Self> {
        let (_id, rest) = id(text.strip_prefix(POSTED)?)?;
        let (room, rest) = id(rest.strip_prefix(br#"","room":""#)?)?;
        let (seq, rest) = number(rest.strip_prefix(br#"","seq":"#)?)?;
        let (rev, rest) = number(rest.strip_prefix(br#","rev":"#)?)?;
        let (_author, rest) = id(rest.strip_prefix(br#","author":""#)?)?;
        let (_client_id, rest) = id(rest.strip_prefix(br#"","client_id":""#)?)?;
        let (_created_at, rest) = number(rest.strip_prefix(br#"","created_at":"#)?)?;
        let body = rest
            .strip_prefix(br#","body":""#)?
            .strip_suffix(br#""}}"#)?;
        (rev == seq).then_some(Self { room, seq, body })
    }
}

fn id(text: &[u8]) -> Option<(&[u8], &[u8])> {
    text.split_at_checked(ID_BYTES)
}

fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(digits);
    Some((std::str::from_utf8(digits).ok()?.parse().ok()?, rest))
}

fn head_in_ready(text: &[u8], room: &str) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let marker = format!(r#"{{"id":"{room}","head":"#);
    let after = text.find(&marker)? + marker.len();
    Some(number(&text.as_bytes()[after..])?.0)
}

fn caught_up(ear: &Ear, room: &Room, rest: &[u8]) -> Option<Result<Heard, Fault>> {
    let (which, rest) = id(rest)?;
    let (head, rest) = number(rest.strip_prefix(br#"","head":"#)?)?;
    if rest != b"}" {
        return None;
    }
    if which != room.id.as_bytes() {
        return Some(Ok(Heard::Other));
    }
    // Live messages may have been read from the store already, never the other way about.
    let last = ear.seq;
    Some(if head == last {
        Ok(Heard::CaughtUp)
    } else {
        Err(Fault::Short { head, last })
    })
}

/// Appends `send_message` of this body.
pub fn put_send(room: &str, client_id: &str, body: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(br#"{"type":"send_message","room":""#);
    out.extend_from_slice(room.as_bytes());
    out.extend_from_slice(br#"","client_id":""#);
    out.extend_from_slice(client_id.as_bytes());
    out.extend_from_slice(br#"","body":""#);
    out.extend_from_slice(body);
    out.extend_from_slice(br#""}"#);
}

/// A new `client_id`, as Parlor's page makes them: milliseconds since the Unix epoch, then chance.
pub fn client_id(rng: &mut fastrand::Rng) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    let bits = (millis << 80) | (rng.u128(..) >> 48);
    // Version 7, variant 1: RFC 9562 §5.7.
    let bits = bits & !(0xF << 76) | (0x7 << 76);
    let bits = bits & !(0x3 << 62) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    let groups = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    groups.join("-")
}

#[cfg(test)]
mod tests;
