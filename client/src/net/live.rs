//! Staying connected: try, listen, wait, try again.

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use shared::{ErrorCode, ServerFrame};

use super::{Chat, backoff::Backoff, socket};
use crate::{
    browser,
    state::{Action, State},
};

/// Why a connection ended, and so what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The line broke, or there was none.
    Lost,
    /// The server said when to come back, in ms.
    Later(u64),
    /// The access token ran out.
    TokenExpired,
    /// The session is over.
    SignedOut,
}

/// Keeps the page connected until it is stopped.
pub(super) async fn run(chat: Chat) {
    let mut backoff = Backoff::default();
    while !chat.0.is_over.get() {
        chat.dispatch(Action::Connecting);
        let end = connect(&chat, &mut backoff).await;
        *chat.0.orders.borrow_mut() = None;
        if chat.0.is_over.get() {
            return;
        }
        let wait = match end {
            End::SignedOut => {
                chat.0.api.login.end();
                return;
            }
            End::TokenExpired => {
                let token = chat.0.api.login.token();
                match chat.0.api.login.refresh(token.as_deref()).await {
                    Ok(()) => 0,
                    Err(_) => backoff.next(browser::jitter()),
                }
            }
            End::Later(millis) => millis.max(backoff.next(browser::jitter())),
            End::Lost => backoff.next(browser::jitter()),
        };
        pause(&chat, wait).await;
    }
}

/// Waits, unless something says that it is worth trying now.
async fn pause(chat: &Chat, wait: u64) {
    let (wake, woken) = oneshot::channel();
    *chat.0.waiting.borrow_mut() = Some(wake);
    chat.dispatch(Action::Lost {
        retry_at: Some(browser::now().saturating_add_unsigned(wait)),
    });
    let sleep = Box::pin(browser::sleep(wait));
    if let Either::Left(..) = select(sleep, woken).await {
        *chat.0.waiting.borrow_mut() = None;
    }
}

async fn connect(chat: &Chat, backoff: &mut Backoff) -> End {
    let ticket = match chat.api().ticket().await {
        Ok(answer) => answer.ticket,
        Err(failure) => {
            return match (failure.code(), failure.retry_after_ms()) {
                (Some(ErrorCode::Unauthenticated), _) => End::SignedOut,
                (_, Some(millis)) => End::Later(millis),
                _ => End::Lost,
            };
        }
    };
    let ticket = String::from(js_sys::encode_uri_component(&ticket));
    let url = format!("{}/api/v1/ws?ticket={ticket}", browser::origin_socket());
    socket::listen(chat, &url, |frames| {
        for frame in &frames {
            chat.heard(frame);
            if matches!(frame, ServerFrame::Ready { .. }) {
                backoff.reset();
            }
        }
        let actions = frames
            .into_iter()
            .map(|frame| Action::Frame(Box::new(frame)));
        chat.dispatch_all(actions);
    })
    .await
}

impl Chat {
    /// Who this page belongs to.
    pub fn my_id(&self) -> shared::UserId {
        self.read(State::my_id)
    }

    /// The login that this page runs on.
    pub fn session(&self) -> shared::SessionId {
        self.0.api.login.session()
    }

    /// The session is over.
    pub fn end(&self) {
        self.0.api.login.end();
    }
}
