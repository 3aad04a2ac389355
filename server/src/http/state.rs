//! What every handler can reach.

use std::sync::Arc;

use super::{Limits, Origins, Page};
use crate::{
    chat::{ChatHandle, Draining},
    domain::Domain,
};

/// The server's shared state, the same for all workers.
pub struct App {
    /// Decides.
    pub domain: Arc<Domain>,
    /// The live side.
    pub chat: ChatHandle,
    /// Whether the server is stopping.
    pub draining: Draining,
    /// Whose pages may use sockets and cookies.
    pub origins: Origins,
    /// How often what may be tried.
    pub limits: Limits,
    /// The web client.
    pub page: Page,
    /// Whether cookies are `Secure`.
    pub is_https: bool,
    /// Whether a socket's URL may carry an access token.
    pub takes_url_tokens: bool,
}
