//! Which session this tab runs on, over reloads.

use shared::SessionId;

use crate::browser::{Shelf, Store};

const SESSION: &str = "parlor.session";

/// The session to come back with: this tab's, or (`or_latest`) the latest one for a new tab.
pub fn kept_session(or_latest: bool) -> Option<SessionId> {
    let in_tab = Shelf::open(Store::Tab).get(SESSION);
    let latest = || {
        Shelf::open(Store::Browser)
            .get(SESSION)
            .filter(|_| or_latest)
    };
    in_tab.or_else(latest)?.parse().ok()
}

/// Keeps the tab's session, or forgets it: `ended` is not offered to new tabs any more.
pub fn keep_session(session: Option<SessionId>, ended: Option<SessionId>) {
    let (tab, browser) = (Shelf::open(Store::Tab), Shelf::open(Store::Browser));
    if let Some(session) = session {
        tab.put(SESSION, &session.to_string());
        browser.put(SESSION, &session.to_string());
        return;
    }
    tab.remove(SESSION);
    let latest = browser.get(SESSION);
    if latest.is_some() && latest == ended.map(|ended| ended.to_string()) {
        browser.remove(SESSION);
    }
}
