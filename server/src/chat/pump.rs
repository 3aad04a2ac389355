//! From the store's feed to the hub, in commit order.

use super::ChatHandle;
use crate::store::Feed;

/// Hands over what was committed until the feed ends, one batch after the other: a hub that is
/// busy slows the feed, and the feed the store.
pub async fn pump(mut feed: Feed, chat: ChatHandle) {
    while let Some(changes) = feed.recv().await {
        if !chat.committed(changes).await {
            return;
        }
    }
}
