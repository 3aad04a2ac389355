//! Tickets: what a browser's WebSocket or `EventSource` shows in place of a token, once.

use shared::{TICKET_MS, Ticket, Timestamp};

use super::{Domain, SignedIn, tokens};
use crate::{Error, store::TicketGrant};

impl Domain {
    /// A ticket for one connection, which carries the session and expiry of the token.
    ///
    /// # Errors
    /// When the store cannot.
    pub async fn make_ticket(&self, me: &SignedIn) -> Result<Ticket, Error> {
        let ticket = tokens::random_value()?;
        let expires_at = self.clock.now().plus_millis(TICKET_MS);
        let grant = TicketGrant {
            session: me.session(),
            user: me.user(),
            access_expires_at: me.access_expires_at(),
            expires_at,
        };
        self.store
            .put_ticket(tokens::digest_of(&ticket), grant)
            .await?;
        Ok(Ticket { ticket, expires_at })
    }

    pub(super) async fn take_ticket(
        &self,
        ticket: &str,
        now: Timestamp,
    ) -> Result<TicketGrant, Error> {
        self.store
            .take_ticket(tokens::digest_of(ticket), now)
            .await?
            .ok_or(Error::Unauthenticated(
                "that ticket was used, has run out, or never was",
            ))
    }
}
