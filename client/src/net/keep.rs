//! What outlives the page: which session this tab runs on, unsent messages, drafts.

use shared::{ClientId, RoomId, SessionId, UserId};

use crate::{
    browser::{Shelf, Store},
    state::Pending,
};

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

fn outbox_prefix(user: UserId) -> String {
    format!("parlor.outbox.{user}.")
}

fn draft_prefix(user: UserId) -> String {
    format!("parlor.draft.{user}.")
}

/// Keeps one unsent message. One key each: two tabs of one person don't overwrite each other.
pub fn keep_pending(user: UserId, pending: &Pending) {
    if let Ok(text) = serde_json::to_string(pending) {
        let key = format!("{}{}", outbox_prefix(user), pending.client_id);
        Shelf::open(Store::Browser).put(&key, &text);
    }
}

/// Forgets a message that the server has, or that was given up.
pub fn forget_pending(user: UserId, client_id: ClientId) {
    Shelf::open(Store::Browser).remove(&format!("{}{client_id}", outbox_prefix(user)));
}

/// The unsent messages of an earlier page, in the order they were written.
pub fn kept_pending(user: UserId) -> Vec<Pending> {
    let mut pending: Vec<Pending> = Shelf::open(Store::Browser)
        .all(&outbox_prefix(user))
        .iter()
        .filter_map(|(_, text)| serde_json::from_str(text).ok())
        .collect();
    pending.sort_by_key(|pending| pending.at);
    pending
}

/// Keeps a room's draft, or forgets it.
pub fn keep_draft(user: UserId, room: RoomId, text: Option<&str>) {
    let (shelf, key) = (
        Shelf::open(Store::Browser),
        format!("{}{room}", draft_prefix(user)),
    );
    match text {
        Some(text) => shelf.put(&key, text),
        None => shelf.remove(&key),
    }
}

/// The drafts of an earlier page.
pub fn kept_drafts(user: UserId) -> Vec<(RoomId, String)> {
    Shelf::open(Store::Browser)
        .all(&draft_prefix(user))
        .into_iter()
        .filter_map(|(room, text)| Some((room.parse().ok()?, text)))
        .collect()
}
