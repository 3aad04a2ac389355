//! One login of this tab: its access token in memory, and the one refresh that all share.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures_util::{
    FutureExt,
    future::{LocalBoxFuture, Shared},
};
use shared::{ErrorCode, LoggedIn, SessionId};
use yew::Callback;

use super::{Failure, anonymous};
use crate::browser;

/// The token is refreshed so long before it runs out.
const MARGIN_MS: i64 = 3 * 60 * 1_000;

type Refreshing = Shared<LocalBoxFuture<'static, Result<(), Failure>>>;

/// A login. The token lives in memory only; the cookie is out of reach for scripts.
pub struct Login {
    session: SessionId,
    /// Until when the login is good at all, by this machine's clock.
    until: i64,
    /// None while the server could not be reached since this page began.
    token: RefCell<Option<String>>,
    /// By this machine's clock.
    refresh_at: Cell<i64>,
    refreshing: RefCell<Option<Refreshing>>,
    on_renewed: RefCell<Callback<String>>,
    on_ended: Callback<()>,
    has_ended: Cell<bool>,
}

impl Login {
    /// The login that the server just answered with.
    pub fn new(logged_in: &LoggedIn, on_ended: Callback<()>) -> Rc<Self> {
        let session = &logged_in.session;
        let life = session.expires_at.as_millis() - session.last_used_at.as_millis();
        let login = Self::unreached(
            session.id,
            browser::now() + life.clamp(0, shared::SESSION_MS),
            on_ended,
        );
        login.refresh_at.set(refresh_at(logged_in));
        *login.token.borrow_mut() = Some(logged_in.access_token.clone());
        login
    }

    /// A login that an earlier page had, while the server can't be reached to confirm it.
    pub fn unreached(session: SessionId, until: i64, on_ended: Callback<()>) -> Rc<Self> {
        Rc::new(Self {
            session,
            until,
            token: RefCell::default(),
            refresh_at: Cell::new(i64::MAX),
            refreshing: RefCell::default(),
            on_renewed: RefCell::default(),
            on_ended,
            has_ended: Cell::new(false),
        })
    }

    /// Until when it is good at all, by this machine's clock, in ms.
    pub fn until(&self) -> i64 {
        self.until
    }

    /// Which.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// The access token, if the server gave one since this page began.
    pub fn token(&self) -> Option<String> {
        self.token.borrow().clone()
    }

    /// Whether the token will soon run out.
    pub fn is_due(&self) -> bool {
        browser::now() >= self.refresh_at.get() && self.refreshing.borrow().is_none()
    }

    /// Who wants to hear of a new token.
    pub fn on_renewed(&self, callback: Callback<String>) {
        *self.on_renewed.borrow_mut() = callback;
    }

    /// The session is over, for everybody who holds it.
    pub fn end(&self) {
        self.has_ended.set(true);
        self.on_ended.emit(());
    }

    /// Whether it is: then nothing of it may be kept any more.
    pub fn has_ended(&self) -> bool {
        self.has_ended.get()
    }

    /// Gets a new token, unless `stale` was already replaced. However many ask, one request goes.
    pub async fn refresh(self: &Rc<Self>, stale: Option<&str>) -> Result<(), Failure> {
        if self.token.borrow().as_deref() != stale {
            return Ok(());
        }
        let known = self.refreshing.borrow().clone();
        let refreshing = known.unwrap_or_else(|| {
            let login = Rc::clone(self);
            let refreshing = async move { login.ask().await }.boxed_local().shared();
            *self.refreshing.borrow_mut() = Some(refreshing.clone());
            refreshing
        });
        refreshing.await
    }

    async fn ask(self: Rc<Self>) -> Result<(), Failure> {
        let answer = anonymous::refresh(self.session).await;
        *self.refreshing.borrow_mut() = None;
        match answer {
            Ok(logged_in) => {
                self.refresh_at.set(refresh_at(&logged_in));
                *self.token.borrow_mut() = Some(logged_in.access_token.clone());
                self.on_renewed.borrow().emit(logged_in.access_token);
                Ok(())
            }
            Err(failure) => {
                // Not every second, where the server is away for long.
                self.refresh_at.set(browser::now() + 15_000);
                if matches!(
                    failure.code(),
                    Some(
                        ErrorCode::Unauthenticated | ErrorCode::TokenExpired | ErrorCode::NotFound
                    )
                ) {
                    self.end();
                }
                Err(failure)
            }
        }
    }
}

/// When to refresh, by this machine's clock: the token's age is counted from its arrival, since
/// the server's clock may differ.
fn refresh_at(logged_in: &LoggedIn) -> i64 {
    let made = logged_in.session.last_used_at.as_millis();
    let life = logged_in.access_expires_at.as_millis() - made;
    let life = life.clamp(10_000, shared::ACCESS_TOKEN_MS);
    browser::now() + (life - MARGIN_MS).max(life / 2)
}
