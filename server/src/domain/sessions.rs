//! Logins: in, on, and out.

use shared::{
    LoggedIn, NewSession, REFRESH_GRACE_MS, SESSION_MS, Session, SessionId, Timestamp, Username,
};
use uuid::Uuid;

use super::{Domain, SignedIn, tokens};
use crate::{
    Error,
    store::{Account, Login as LoginRecord, NewLogin, Rotation},
};

/// Longest `user_agent` kept, in characters.
const MAX_USER_AGENT: usize = 256;

const WRONG: Error = Error::Unauthenticated("wrong username or password");
const ENDED: Error = Error::Unauthenticated("the session has ended: log in again");

/// A login that succeeded: the answer, and what goes into the cookie.
pub struct Login {
    /// The body of the answer.
    pub answer: LoggedIn,
    /// The refresh value, for the cookie and nowhere else.
    pub refresh: String,
}

/// A refresh that succeeded, like a login.
pub type Refreshed = Login;

impl Domain {
    /// Logs somebody in: a session of its own with each login.
    ///
    /// # Errors
    /// `unauthenticated`, the same words and the same time for an unknown name and a wrong
    /// password.
    pub async fn log_in(&self, new: NewSession, user_agent: &str) -> Result<Login, Error> {
        let account = match new.username.trim().parse::<Username>() {
            Ok(username) => self.store.user_by_name(&username).await?,
            Err(_) => None,
        };
        let account = account.filter(|account| account.deleted_at.is_none());
        let hash = account
            .as_ref()
            .map(|account| account.password_hash.as_str());
        let is_right = self.passwords.verify(&new.password, hash).await?;
        let account = account.filter(|_| is_right).ok_or(WRONG)?;
        self.renew_hash(&account, &new.password).await;

        let now = self.clock.now();
        let login = LoginRecord {
            id: SessionId::from_uuid(Uuid::now_v7()),
            user: account.id,
            created_at: now,
            last_used_at: now,
            expires_at: now.plus_millis(SESSION_MS),
            user_agent: user_agent
                .chars()
                .filter(|c| !c.is_control())
                .take(MAX_USER_AGENT)
                .collect(),
        };
        let refresh = tokens::random_value()?;
        let new = NewLogin {
            login: login.clone(),
            refresh: tokens::digest_of(&refresh),
        };
        let reading = self.live_sessions.begin_read();
        self.store
            .create_session(new)
            .await
            .map_err(|error| match error {
                crate::store::StoreError::NotFound => WRONG,
                other => other.into(),
            })?;
        self.live_sessions.admit(&login, reading);
        self.logged_in(account, &login, refresh, now)
    }

    /// Hashes a password that was just shown once more where the operator has changed the work
    /// factor since. A failure keeps nobody out: the next login tries again.
    async fn renew_hash(&self, account: &Account, password: &str) {
        if !self.passwords.is_outdated(&account.password_hash) {
            return;
        }
        let renewed = async {
            let hash = self.passwords.hash(password).await?;
            let old = account.password_hash.clone();
            Ok::<_, Error>(self.store.replace_hash(account.id, old, hash).await?)
        };
        if let Err(error) = renewed.await {
            error.log();
        }
    }

    /// Exchanges a refresh value for the next and a new access token.
    ///
    /// # Errors
    /// `unauthenticated` for an unknown or expired session and for a value it does not have; a
    /// value replaced more than ten seconds ago ends the session.
    pub async fn refresh(&self, session: SessionId, value: &str) -> Result<Refreshed, Error> {
        let now = self.clock.now();
        let next = self.tokens.next_refresh(session, value);
        let (presented, digest) = (tokens::digest_of(value), tokens::digest_of(&next));
        let login = match self
            .store
            .rotate_refresh(session, presented, digest, now)
            .await?
        {
            Rotation::Rotated(login) | Rotation::Repeated(login) => login,
            Rotation::Replayed => {
                self.live_sessions.end(session, now);
                tracing::warn!(session.id = %session, grace_ms = REFRESH_GRACE_MS,
                    "a replaced refresh value was shown again: session ended");
                return Err(ENDED);
            }
            Rotation::Unknown => return Err(ENDED),
        };
        let account = self.store.user(login.user).await?.ok_or(ENDED)?;
        self.logged_in(account, &login, next, now)
    }

    fn logged_in(
        &self,
        account: Account,
        login: &LoginRecord,
        refresh: String,
        now: Timestamp,
    ) -> Result<Login, Error> {
        let (access_token, access_expires_at) =
            self.tokens
                .issue(login.user, login.id, now, login.expires_at)?;
        let answer = LoggedIn {
            session: wire_session(login, login.id),
            user: self.own_user(account),
            access_token,
            access_expires_at,
        };
        Ok(Login { answer, refresh })
    }

    /// One's own logins, newest use first.
    ///
    /// # Errors
    /// When the store cannot.
    pub async fn sessions(&self, me: &SignedIn) -> Result<Vec<Session>, Error> {
        let logins = self.store.sessions_of(me.user(), self.clock.now()).await?;
        Ok(logins
            .iter()
            .map(|login| wire_session(login, me.session()))
            .collect())
    }

    /// Ends one of one's own logins. Its tokens are dead when this returns.
    ///
    /// # Errors
    /// `not_found` for one that has ended or is somebody else's.
    pub async fn log_out(&self, me: &SignedIn, session: SessionId) -> Result<(), Error> {
        if !self.store.end_session(me.user(), session).await? {
            return Err(Error::NotFound("session"));
        }
        self.live_sessions.end(session, self.clock.now());
        Ok(())
    }

    /// Ends all one's logins. Their tokens are dead when this returns.
    ///
    /// # Errors
    /// When the store cannot.
    pub async fn log_out_everywhere(&self, me: &SignedIn) -> Result<(), Error> {
        self.store.end_sessions(me.user(), None).await?;
        self.live_sessions
            .end_all(me.user(), None, self.clock.now());
        Ok(())
    }
}

pub(super) fn wire_session(login: &LoginRecord, current: SessionId) -> Session {
    Session {
        id: login.id,
        created_at: login.created_at,
        last_used_at: login.last_used_at,
        expires_at: login.expires_at,
        user_agent: login.user_agent.clone(),
        current: login.id == current,
    }
}
