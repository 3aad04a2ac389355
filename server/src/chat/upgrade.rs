//! How a connection passes from HTTP to the live side.

use std::{cell::RefCell, rc::Rc};

use bytes::Bytes;

use super::{Wire, connection::Connection};

/// A connection whose client asks for another protocol; among its request's extensions. Whoever
/// answers 101 leaves here what goes on with it.
#[derive(Clone)]
pub struct Upgrade(Rc<Asking>);

struct Asking {
    wire: Wire,
    /// What the client said after its request, without waiting for the answer.
    early: Bytes,
    connection: RefCell<Option<Connection>>,
}

impl Upgrade {
    /// Asked for over this wire, with what came after the request already.
    pub fn new(wire: Wire, early: Bytes) -> Self {
        Self(Rc::new(Asking {
            wire,
            early,
            connection: RefCell::default(),
        }))
    }

    /// The connection.
    pub(super) fn wire(&self) -> &Wire {
        &self.0.wire
    }

    /// What the client said already.
    pub(super) fn early(&self) -> Bytes {
        self.0.early.clone()
    }

    /// This goes on with it, once the answer is sent.
    pub(super) fn go_on(&self, connection: Connection) {
        self.0.connection.replace(Some(connection));
    }

    /// What goes on with it, where anything does.
    pub fn take(&self) -> Option<Connection> {
        self.0.connection.take()
    }
}
