//! What every handler can reach.

use std::sync::Arc;

use actix_web::HttpRequest;
use shared::Registration;

use super::{MetricsAccess, Network, Origins, Page, client_address::client_address};
use crate::{
    Error,
    chat::{ChatHandle, Draining},
    domain::Domain,
    limits::{ByAddress, Limits},
    rejections::Rejections,
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
    pub limits: Arc<Limits>,
    /// Whose word on addresses is believed.
    pub trusted_proxies: Vec<Network>,
    /// Who may make an account.
    pub registration: Registration,
    /// Who may look at the figures.
    pub metrics: MetricsAccess,
    /// What was refused.
    pub rejections: Arc<Rejections>,
    /// The web client.
    pub page: Page,
    /// Whether cookies are `Secure`.
    pub is_https: bool,
    /// Whether a socket's URL may carry an access token.
    pub takes_url_tokens: bool,
}

impl App {
    /// Counts what somebody who need not be logged in tries.
    ///
    /// # Errors
    /// `rate_limited`.
    pub(super) fn check_address(
        &self,
        action: ByAddress,
        request: &HttpRequest,
    ) -> Result<(), Error> {
        let address = client_address(request, &self.trusted_proxies);
        self.limits.check_address(action, address)
    }
}
