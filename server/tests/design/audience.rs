//! Many who listen in one room.

use futures_util::future::join_all;

use crate::api::harness::{Person, Socket};

/// Sockets that hear everything.
pub struct Audience(Vec<Socket>);

impl Audience {
    /// So many sockets of one person: the fan-out is the same as for so many people.
    pub async fn gather(person: &Person, sockets: usize) -> Self {
        Self(join_all((0..sockets).map(|_| person.connect())).await)
    }

    /// More come.
    pub async fn grow(&mut self, person: &Person, sockets: usize) {
        self.0.extend(Self::gather(person, sockets).await.0);
    }

    /// Waits until everybody heard so many messages.
    pub async fn hears(&mut self, messages: usize) {
        let hearing = self.0.iter_mut().map(async |socket| {
            for _ in 0..messages {
                socket.next_message().await;
            }
        });
        join_all(hearing).await;
    }
}
