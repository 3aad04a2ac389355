//! What a client has to say: kept until it is acknowledged, sent again after every reconnect.

use std::collections::VecDeque;

use anyhow::Result;
use shared::{ClientFrame, ClientId, RoomId};

/// A message on its way.
#[derive(Debug, Clone)]
pub struct Post {
    /// Where.
    pub room: RoomId,
    /// What makes a retry harmless.
    pub client_id: ClientId,
    /// What it says.
    pub body: String,
}

/// Posts in the order in which they were made; the first `sent` of them are on their way.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    posts: VecDeque<Post>,
    sent: usize,
}

impl Outbox {
    pub fn push(&mut self, post: Post) {
        self.posts.push_back(post);
    }

    /// Nothing is on its way any more.
    pub fn rewind(&mut self) {
        self.sent = 0;
    }

    /// Whether anything is on its way.
    pub fn is_on_its_way(&self) -> bool {
        self.sent > 0
    }

    /// The next frame to send, where the window has room for it.
    pub fn next(&mut self, window: usize) -> Result<Option<ClientFrame>> {
        if self.sent >= window {
            return Ok(None);
        }
        let Some(post) = self.posts.get(self.sent) else {
            return Ok(None);
        };
        self.sent += 1;
        Ok(Some(ClientFrame::SendMessage {
            room: post.room,
            client_id: post.client_id,
            body: post.body.parse()?,
            reply_to: None,
        }))
    }

    /// Takes an acknowledged post out; false when it was not waiting.
    pub fn settle(&mut self, client_id: ClientId) -> bool {
        let place = self
            .posts
            .iter()
            .position(|post| post.client_id == client_id);
        let Some(place) = place else {
            return false;
        };
        self.posts.remove(place);
        if place < self.sent {
            self.sent -= 1;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::client_id;

    #[test]
    fn what_is_not_acknowledged_goes_again_in_the_same_order() {
        let mut rng = fastrand::Rng::with_seed(1);
        let room = RoomId::from_uuid(uuid::Uuid::nil());
        let mut outbox = Outbox::default();
        let ids: Vec<_> = (0..3).map(|_| client_id(&mut rng)).collect();
        for id in &ids {
            let (client_id, body) = (*id, "hi".to_owned());
            outbox.push(Post {
                room,
                client_id,
                body,
            });
        }
        let sent = |outbox: &mut Outbox| {
            std::iter::from_fn(|| match outbox.next(2) {
                Ok(Some(ClientFrame::SendMessage { client_id, .. })) => Some(client_id),
                _ => None,
            })
            .collect::<Vec<_>>()
        };
        assert_eq!(sent(&mut outbox), ids[..2]);
        assert!(outbox.settle(ids[0]));
        assert!(!outbox.settle(ids[0]));
        assert_eq!(sent(&mut outbox), ids[2..]);
        outbox.rewind();
        assert_eq!(sent(&mut outbox), ids[1..]);
    }
}
