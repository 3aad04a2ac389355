//! The live side: sockets and streams, and the one actor that tells them what happened.
//!
//! ```text
//! store feed, other servers ─▶ pump ─▶ ChatServer (Hub) ─▶ one message per worker ─▶ Shard ─▶ Session outboxes
//! socket ─▶ SocketActor ─▶ inbound ─▶ domain
//! ```
//!
//! No chat goes through an actor's mailbox to a session: a client that stops reading freezes its
//! actor. Frames wait in the session's byte-bounded outbox, whose overflow ends the session.

mod backlog;
mod body;
mod bucket;
mod burst;
mod checks;
mod connection;
mod counters;
mod cursor;
mod drain;
mod frame;
mod guard;
mod handle;
mod hold;
mod inbound;
mod incoming;
mod orders;
mod outbox;
mod pump;
mod recent;
mod resume;
mod seat;
mod server;
mod session;
mod shard;
mod socket;
mod stall;
mod stream;
mod sweeper;
mod upgrade;
mod wire;
mod worker;

pub use connection::Connection;
pub use counters::Totals;
pub use cursor::StreamCursor;
pub use drain::{Draining, Stay};
pub use guard::{HeaderReader, TooLong};
pub use handle::{ChatHandle, WorkerSeat};
pub use pump::{listen, pump};
pub use seat::Seat;
pub use server::{ChatServer, Counts};
#[cfg(debug_assertions)]
pub use socket::echo::open_echo;
pub use socket::open_socket;
pub use stream::open_stream;
pub use upgrade::Upgrade;
pub use wire::Wire;
pub use worker::Worker;
