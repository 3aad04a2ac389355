//! The one door: every request and every connection is authenticated here.

use shared::{SessionId, Timestamp, UserId};

use super::Domain;
use crate::Error;

/// What somebody shows at the door.
pub enum Credential<'a> {
    /// An access token.
    Token(&'a str),
    /// A ticket, which is used up by showing it.
    Ticket(&'a str),
}

/// Somebody whose session lives. Only [`Domain::authenticate`] makes one, so a function that
/// takes it cannot be reached without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    user: UserId,
    session: SessionId,
    access_expires_at: Timestamp,
}

impl SignedIn {
    /// Who.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Through which login.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// When the access token runs out.
    pub fn access_expires_at(&self) -> Timestamp {
        self.access_expires_at
    }
}

impl Domain {
    /// Lets somebody in whose credential is genuine, in time, and of a session that lives.
    ///
    /// # Errors
    /// [`Error::TokenExpired`] for a genuine token that has run out of a session that lives;
    /// [`Error::Unauthenticated`] for all else.
    pub async fn authenticate(&self, credential: Credential<'_>) -> Result<SignedIn, Error> {
        let now = self.clock.now();
        let signed_in = match credential {
            Credential::Token(token) => {
                let claims = self.tokens.verify(token)?;
                SignedIn {
                    user: claims.user,
                    session: claims.session,
                    access_expires_at: claims.expires_at,
                }
            }
            Credential::Ticket(ticket) => {
                let grant = self.take_ticket(ticket, now).await?;
                SignedIn {
                    user: grant.user,
                    session: grant.session,
                    access_expires_at: grant.access_expires_at,
                }
            }
        };
        if !self.is_live(signed_in.session, signed_in.user, now).await? {
            return Err(Error::Unauthenticated(
                "the session has ended: log in again",
            ));
        }
        if signed_in.access_expires_at <= now {
            return Err(Error::TokenExpired);
        }
        Ok(signed_in)
    }

    /// From memory where it was seen before, else from the store.
    async fn is_live(
        &self,
        session: SessionId,
        user: UserId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        if let Some(is_live) = self.live_sessions.is_live(session, user, now) {
            return Ok(is_live);
        }
        let reading = self.live_sessions.begin_read();
        let Some(login) = self.live_login(session).await? else {
            self.live_sessions.end(session, now);
            return Ok(false);
        };
        // An end that was announced since the read stands: a login never comes back to life.
        Ok(self.live_sessions.admit(&login, reading) && login.user == user)
    }
}
