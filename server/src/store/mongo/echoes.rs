//! Own commits on their way back by the change stream: an answer may wait until this server's
//! live side has heard of what was done.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use mongodb::bson::Uuid;
use tokio::{sync::oneshot, time};

/// A stream that is slower than this is cut or behind: then the answer comes without it.
const PATIENCE: Duration = Duration::from_secs(1);

/// Commits that somebody waits for.
#[derive(Debug, Default)]
pub struct Echoes(Mutex<HashMap<Uuid, oneshot::Sender<()>>>);

/// One of them; not waited for any more when dropped.
#[derive(Debug)]
pub struct Expected {
    id: Uuid,
    heard: oneshot::Receiver<()>,
    echoes: Arc<Echoes>,
}

impl Echoes {
    /// From now on somebody waits for this commit.
    pub fn expect(self: &Arc<Self>, id: Uuid) -> Expected {
        let (heard_it, heard) = oneshot::channel();
        self.waiting(|waiting| waiting.insert(id, heard_it));
        Expected {
            id,
            heard,
            echoes: Arc::clone(self),
        }
    }

    /// A commit is in the feed.
    pub fn heard(&self, id: Uuid) {
        if let Some(waiting) = self.waiting(|waiting| waiting.remove(&id)) {
            // Who waited may have gone.
            let _ = waiting.send(());
        }
    }

    // The map is whole after every statement that changes it.
    fn waiting<T>(&self, with: impl FnOnce(&mut HashMap<Uuid, oneshot::Sender<()>>) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Expected {
    /// Waits until it was heard, or for too long; whether it was.
    pub async fn heard(mut self) -> bool {
        time::timeout(PATIENCE, &mut self.heard)
            .await
            .is_ok_and(|heard| heard.is_ok())
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        self.echoes.waiting(|waiting| waiting.remove(&self.id));
    }
}
