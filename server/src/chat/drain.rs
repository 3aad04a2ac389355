//! A graceful end: tell every client when to come back, then let it go.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use shared::{CloseCode, ServerFrame};
use tokio::sync::{Notify, watch};

use super::{Worker, session::Session};

/// Clients come back spread over so many ms, so that they do not come all at once.
const SPREAD_MS: u64 = 2_000;
/// The first of them after so many ms: a restart takes a moment.
const FIRST_MS: u64 = 500;

/// Whether the server is stopping, and for how many it still waits. Clones agree.
#[derive(Debug, Clone, Default)]
pub struct Draining(Arc<State>);

#[derive(Debug, Default)]
struct State {
    has_begun: watch::Sender<bool>,
    /// Connections that were not hung up yet, and requests that are being answered.
    staying: AtomicUsize,
    gone: Notify,
}

impl Draining {
    /// From now on it is.
    pub fn begin(&self) {
        self.0.has_begun.send_replace(true);
    }

    /// Whether it is.
    pub fn is_draining(&self) -> bool {
        *self.0.has_begun.borrow()
    }

    /// Waits until it is.
    pub(super) async fn begun(&self) {
        let mut has_begun = self.0.has_begun.subscribe();
        // Refused only without a sender, and this is one.
        let _ = has_begun.wait_for(|has_begun| *has_begun).await;
    }

    /// A stop that begins from now on waits until this is dropped, as long as it can. Who comes when it
    /// has begun is refused and comes again and again: there would be no end to them.
    pub fn stay(&self) -> Stay {
        self.0.staying.fetch_add(1, Ordering::SeqCst);
        let stay = Stay(Some(Arc::clone(&self.0)));
        if self.is_draining() {
            return Stay(None);
        }
        stay
    }

    /// Waits until nobody stays.
    pub async fn all_gone(&self) {
        loop {
            let gone = self.0.gone.notified();
            if self.0.staying.load(Ordering::SeqCst) == 0 {
                return;
            }
            gone.await;
        }
    }
}

/// A connection or a request that a stop waits for.
#[derive(Debug)]
pub struct Stay(Option<Arc<State>>);

impl Drop for Stay {
    fn drop(&mut self) {
        if let Some(state) = &self.0
            && state.staying.fetch_sub(1, Ordering::SeqCst) == 1
        {
            state.gone.notify_waiters();
        }
    }
}

impl Worker {
    /// Closes every session of this worker with a hint when to come back.
    pub(super) fn drain(&self) {
        for session in self.shard.borrow().sessions() {
            session.send_away();
        }
    }
}

impl Session {
    /// Closes the connection with a hint when to come back.
    pub(super) fn send_away(&self) {
        // Any spreading does: the serials of a worker follow one another.
        let retry_after_ms = FIRST_MS + (self.id.serial * 37) % SPREAD_MS;
        self.close_with(
            &ServerFrame::Draining { retry_after_ms },
            CloseCode::Restarting,
        );
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::future::poll_immediate;

    use super::*;

    #[actix_web::test]
    async fn a_stop_waits_for_all_who_were_there_and_for_nobody_who_comes() {
        let draining = Draining::default();
        let (first, second) = (draining.stay(), draining.stay());
        draining.begin();
        let newcomer = draining.stay();
        let mut gone = pin!(draining.all_gone());
        drop(first);
        assert!(poll_immediate(gone.as_mut()).await.is_none());
        drop(second);
        assert!(poll_immediate(gone.as_mut()).await.is_some());
        drop(newcomer);
        assert!(poll_immediate(pin!(draining.all_gone())).await.is_some());
    }

    #[actix_web::test]
    async fn who_waits_for_a_stop_hears_of_it_before_and_after_it_began() {
        let draining = Draining::default();
        let mut begun = pin!(draining.begun());
        assert!(poll_immediate(begun.as_mut()).await.is_none());
        draining.begin();
        assert!(poll_immediate(begun.as_mut()).await.is_some());
        assert!(poll_immediate(pin!(draining.begun())).await.is_some());
    }
}
