//! The refresh cookie: one for each session, sent only to that session's own path.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use shared::{SessionId, Timestamp};

/// The cookie's name.
pub(super) const REFRESH: &str = "parlor_refresh";

fn path(session: SessionId) -> String {
    format!("{}/sessions/{session}", super::API)
}

/// The cookie that holds a session's refresh value until the session ends.
pub(super) fn refresh(
    session: SessionId,
    value: String,
    expires_at: Timestamp,
    now: Timestamp,
    is_https: bool,
) -> Cookie<'static> {
    let left = Duration::milliseconds(expires_at.as_millis() - now.as_millis());
    Cookie::build(REFRESH, value)
        .path(path(session))
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(is_https)
        .max_age(left)
        .finish()
}

/// What takes that cookie away.
pub(super) fn removal(session: SessionId, is_https: bool) -> Cookie<'static> {
    let mut cookie = Cookie::build(REFRESH, "")
        .path(path(session))
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(is_https)
        .finish();
    cookie.make_removal();
    cookie
}
