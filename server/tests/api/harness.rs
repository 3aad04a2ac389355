//! A server of its own for each test, the people on it, and what they do, as verbs.

mod answer;
mod call;
mod command;
pub mod documented;
mod door;
mod files;
pub mod json_schema;
pub mod log;
mod pair;
mod person;
pub mod raw;
mod seen;
mod server;
mod socket;
mod stream;
mod told;

use std::time::Duration;

use actix_web::rt;
use shared::{ClientId, ServerFrame};
use uuid::Uuid;

pub use answer::Answer;
pub use call::Call;
pub use command::{Finished, command, parlor};
pub use door::Door;
pub use pair::{Pair, Side};
pub use person::Person;
pub use raw::RawSocket;
pub use seen::presences;
pub use server::{PASSWORD, TestServer};
pub use socket::Socket;
pub use stream::{Event, EventStream};
pub use told::{Ready, Refused, Told};

/// What does not come within this time does not come. Long, since a busy machine is no bug.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is awaited, unless it takes too long: then `what` failed.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let Ok(value) = rt::time::timeout(PATIENCE, future).await else {
        panic!("waited in vain for {what}")
    };
    value
}

pub fn client_id() -> ClientId {
    ClientId::from_uuid(Uuid::new_v4())
}

/// What the messages among the frames say, in order; tombstones as `(deleted)`.
pub fn bodies(frames: &[ServerFrame]) -> Vec<&str> {
    frames
        .iter()
        .filter_map(|frame| match frame {
            ServerFrame::MessagePosted { message } | ServerFrame::MessageChanged { message } => {
                Some(message.body().unwrap_or("(deleted)"))
            }
            _ => None,
        })
        .collect()
}
