//! What a client knows of a room, as the delivery contract has it kept: messages and a cursor.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use shared::{Message, MessageId};

/// What a client keeps of a message. Not the message: hundreds of clients know thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// The number it got when posted.
    pub seq: u64,
    /// The number of its last change.
    pub rev: u64,
    /// Of all its fields.
    pub fingerprint: u64,
}

impl Trace {
    /// Of this message in its current state.
    pub fn of(message: &Message) -> Self {
        let mut hasher = DefaultHasher::new();
        // The form that travels has every field in it.
        format!("{message:?}").hash(&mut hasher);
        Self {
            seq: message.seq,
            rev: message.rev,
            fingerprint: hasher.finish(),
        }
    }
}

/// What became of a frame of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learnt {
    /// As the contract wants it.
    Next,
    /// The cursor was past it already.
    Again,
    /// Numbers were left out before it.
    Gap,
    /// It contradicts what was told before under the same number.
    Differing,
}

/// A room, as one client knows it.
#[derive(Debug, Default)]
pub struct Known {
    /// The client has every change up to here.
    pub cursor: u64,
    /// Between `resume` and its `caught_up`.
    pub is_resuming: bool,
    /// By id, in the newest state that came.
    pub messages: HashMap<MessageId, Trace>,
}

impl Known {
    /// Takes in a frame of the log. While a resume runs the cursor stays where it is.
    pub fn learn(&mut self, message: &Message) -> Learnt {
        let trace = Trace::of(message);
        let known = self.messages.entry(message.id).or_insert(trace);
        if known.rev == trace.rev && *known != trace || known.seq != trace.seq {
            return Learnt::Differing;
        }
        if trace.rev > known.rev {
            *known = trace;
        }
        if self.is_resuming {
            return Learnt::Next;
        }
        match trace.rev.checked_sub(self.cursor) {
            Some(1) => {
                self.cursor = trace.rev;
                Learnt::Next
            }
            None | Some(0) => Learnt::Again,
            Some(_) => Learnt::Gap,
        }
    }

    /// The room's resume is complete.
    pub fn catch_up(&mut self, head: u64) {
        self.cursor = self.cursor.max(head);
        self.is_resuming = false;
    }
}
