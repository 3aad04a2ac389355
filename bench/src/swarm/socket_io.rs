//! Engine.IO 4 and Socket.IO 5 over a plain WebSocket, as far as one event needs them.
//!
//! Source: the packet types of <https://socket.io/docs/v4/engine-io-protocol/> and
//! <https://socket.io/docs/v4/socket-io-protocol/>.

use super::ear::{Fault, Heard, excerpt};

const BEFORE: &[u8] = br#"42["m",""#;
const AFTER: &[u8] = br#""]"#;

/// A packet of the server's.
#[derive(Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// The event `m` with this body.
    Event(&'a [u8]),
    /// One of the connection's own.
    Heard(Heard),
}

/// Reads one.
///
/// # Errors
/// [`Fault::Text`] for a packet that this server has no reason to send.
pub fn read(text: &[u8]) -> Result<Packet<'_>, Fault> {
    if let Some(rest) = text.strip_prefix(BEFORE) {
        return match rest.strip_suffix(AFTER) {
            Some(body) => Ok(Packet::Event(body)),
            None => Err(Fault::Text(excerpt(text))),
        };
    }
    match text {
        b"2" => Ok(Packet::Heard(Heard::Ask(b"3"))),
        [b'0', b'{', ..] => Ok(Packet::Heard(Heard::Ask(b"40"))),
        [b'4', b'0', ..] => Ok(Packet::Heard(Heard::Joined)),
        _ => Err(Fault::Text(excerpt(text))),
    }
}

/// Appends the event `m` with this body, as a client sends it.
pub fn put_event(body: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(BEFORE);
    out.extend_from_slice(body);
    out.extend_from_slice(AFTER);
}
