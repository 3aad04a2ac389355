//! Fetching what nobody asked for yet, while nothing else is to be done.

use super::Chat;
use crate::{browser, state::Action};

/// Most rooms that are fetched so: the most active ones.
const MAX_ROOMS: usize = 10;
/// So long before each page: nobody waits for these, and others may wait behind them.
const PAUSE_MS: u64 = 1_000;

impl Chat {
    /// Fetches the newest page of the most active rooms, one after the other, unless the person
    /// wants to save data. What fails is fetched when it is opened.
    pub(super) async fn fetch_ahead(self) {
        if browser::saves_data() {
            return;
        }
        for _ in 0..MAX_ROOMS {
            browser::sleep(PAUSE_MS).await;
            self.report(Action::FetchAhead);
        }
    }
}
