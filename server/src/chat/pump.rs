//! From the store's feed and from the other servers to the hub, each in its order.

use super::ChatHandle;
use crate::{bus::Signals, store::Feed};

/// Hands over what was committed until the feed ends, one batch after the other: a hub that is
/// busy slows the feed, and the feed the store.
pub async fn pump(mut feed: Feed, chat: ChatHandle) {
    while let Some(changes) = feed.recv().await {
        chat.note_feed(feed.len());
        if !chat.committed(changes).await {
            return;
        }
    }
}

/// Hands over what other servers say, until they cannot any more.
pub async fn listen(mut signals: Signals, chat: ChatHandle) {
    while let Some(said) = signals.recv().await {
        if !chat.heard(said).await {
            return;
        }
    }
}
