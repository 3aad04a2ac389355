//! How many bytes of orders the workers have not followed yet.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// With more than this on its way the hub waits, whatever their number: orders of a commit of long
/// messages are megabytes, and 256 of them would be one gigabyte.
pub(super) const MAX_BYTES: usize = 32 * 1024 * 1024;

/// Counted once, however many workers have to follow the same orders.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    bytes: AtomicUsize,
    less: Notify,
}

impl Backlog {
    /// So many more.
    pub fn add(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many were followed by everybody.
    pub fn take(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Release);
        self.less.notify_waiters();
    }

    /// So many wait.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Acquire)
    }

    /// Whether they are too many.
    pub fn is_full(&self) -> bool {
        self.bytes() > MAX_BYTES
    }

    /// Waits until they are not.
    pub async fn room(&self) {
        loop {
            let less = self.less.notified();
            if !self.is_full() {
                return;
            }
            less.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::future::poll_immediate;
    use shared::Registration;

    use crate::{
        Clock,
        app::{self, Opened},
        chat::ChatHandle,
        config::Place,
        store::{Change, StoreUrl},
    };

    /// More bytes of orders than may wait, told to everybody.
    const TOO_MANY: usize = 220_000;

    #[actix_web::test]
    async fn with_too_much_on_its_way_the_next_commit_waits_until_it_was_followed() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place {
            data_dir: dir.path().to_owned(),
            store_url: Some(StoreUrl::SqliteMemory),
            bcrypt_cost: 4,
        };
        let Opened { domain, bus, .. } = app::open(&place, Clock::system()).await.unwrap();
        let alice = serde_json::from_value(serde_json::json!({
            "username": "alice", "email": "alice@example.org", "gender": "female",
            "password": "tangerine dream machine",
        }));
        domain
            .register(alice.unwrap(), Registration::Open)
            .await
            .unwrap();
        let name = "alice".parse().unwrap();
        let account = domain.store().user_by_name(&name).await.unwrap().unwrap();
        let change = || Change::UserChanged(Box::new(account.clone()));
        let (chat, mut workers) = ChatHandle::start(domain, bus, 1);

        assert!(chat.committed(vec![change(); TOO_MANY]).await);
        let waiting = usize::try_from(chat.totals().orders_bytes).unwrap();
        assert!(waiting > super::MAX_BYTES, "{waiting}");
        let mut next = pin!(chat.committed(vec![change()]));
        for _ in 0..100 {
            assert!(poll_immediate(next.as_mut()).await.is_none());
            tokio::task::yield_now().await;
        }
        drop(workers[0].orders.recv().await);
        assert!(next.await);
    }
}
