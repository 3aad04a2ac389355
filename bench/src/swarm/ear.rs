//! What one client makes of a text frame: a delivery that is right in every byte, or a fault.
//!
//! This is where a server could fool the bench, so nothing here is lenient.

use crate::{
    script::{self, Script},
    swarm::{parlor_text, socket_io},
};

/// How a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// The payload is the body.
    Plain,
    /// Engine.IO and Socket.IO around it: `42["m","…"]`.
    SocketIo,
    /// Parlor's frames.
    Parlor,
}

/// One room of a run, as its clients know it.
#[derive(Debug)]
pub struct Room {
    /// Its id; empty for the peers, which have one room without a name.
    pub id: String,
    /// What is said there.
    pub script: Script,
}

impl Room {
    /// A room with that id and with bodies of its own.
    pub fn new(id: impl Into<String>, seed: u64) -> Self {
        Self {
            id: id.into(),
            script: Script::new(seed),
        }
    }
}

/// What a frame was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The next message of the room, whole; when it was meant to be sent.
    Delivery {
        /// In µs of the run.
        intended_us: u64,
    },
    /// The client is in.
    Joined,
    /// The server's word that one of the client's own messages is durable.
    Accepted,
    /// The room's resume is complete.
    CaughtUp,
    /// Something that must be answered with this text.
    Ask(&'static [u8]),
    /// Nothing that is counted: presence, marks.
    Other,
}

/// Why a run failed: a delivery that was not right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A message is missing, doubled or out of order.
    #[error("message {expected} was expected in the room, and {found} came")]
    Order {
        /// The one after the last.
        expected: u64,
        /// What the frame says it is.
        found: u64,
    },
    /// The room's number is right and the text is not what was said.
    #[error("message {number} is not what was said: {got:?}")]
    Body {
        /// Its number in the script.
        number: u64,
        /// The beginning of what came.
        got: String,
    },
    /// A message that nobody said in this run.
    #[error("message {number} was never said, or long ago")]
    NeverSaid {
        /// Its number in the script.
        number: u64,
    },
    /// A text that has no place in this dialect.
    #[error("a frame that is none of this server's: {0:?}")]
    Text(String),
    /// A resume that ended short of the head.
    #[error("caught up at {head}, but the last message was {last}")]
    Short {
        /// What the server says the room's head is.
        head: u64,
        /// What the client has.
        last: u64,
    },
}

/// One client's place in its room.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ear {
    /// Which of the run's rooms it listens to.
    pub room: usize,
    /// The number, in the script, of the message that must come next.
    pub next: u64,
    /// Parlor's `seq` of the last message.
    pub seq: u64,
    /// Whether the client has been in before: then `ready` does not move `seq`, a resume does.
    pub resumes: bool,
}

impl Ear {
    /// For a new client of that room.
    pub fn of(room: usize) -> Self {
        Self {
            room,
            ..Self::default()
        }
    }

    /// What this text is.
    ///
    /// # Errors
    /// [`Fault`]: a delivery that is not the next one, or is not what was said.
    pub fn hear(&mut self, dialect: Dialect, room: &Room, text: &[u8]) -> Result<Heard, Fault> {
        match dialect {
            Dialect::Plain => self.delivered(&room.script, text),
            Dialect::SocketIo => match socket_io::read(text)? {
                socket_io::Packet::Event(body) => self.delivered(&room.script, body),
                socket_io::Packet::Heard(heard) => Ok(heard),
            },
            Dialect::Parlor => parlor_text::hear(self, room, text),
        }
    }

    /// Checks that this body is the one that must come next.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn delivered(&mut self, script: &Script, body: &[u8]) -> Result<Heard, Fault> {
        let number = self.next;
        match script.body(number) {
            Some(said) if said == body => {}
            Some(_) => {
                return Err(Fault::Body {
                    number,
                    got: excerpt(body),
                });
            }
            None => return Err(Fault::NeverSaid { number }),
        }
        self.next += 1;
        let intended_us = script::intended_us(body).unwrap_or_default();
        Ok(Heard::Delivery { intended_us })
    }
}

/// The beginning of what came, for the text of a fault.
pub fn excerpt(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(160)]).into_owned()
}
