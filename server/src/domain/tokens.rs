//! Access tokens (JWT), refresh values and tickets: made, recognized, and never kept in clear.

#[cfg(test)]
mod forged;

use aws_lc_rs::{digest, hmac, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use shared::{ACCESS_TOKEN_MS, SessionId, Timestamp, UserId};

use crate::{Error, data_dir::Secret, store::Digest};

/// Who made the token and for whom: a token of another program with the same secret is refused.
const ISSUER: &str = "parlor";

/// Bytes of a random value that stands for a person.
const VALUE_BYTES: usize = 32;

/// What an access token says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claims {
    pub user: UserId,
    pub session: SessionId,
    pub expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct RawClaims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    iat: i64,
    exp: i64,
}

pub(super) struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    refresh: hmac::Key,
    validation: Validation,
}

impl Tokens {
    /// From the server's secret: one key each for tokens and for refresh values, so that neither
    /// can be passed off as the other.
    pub fn new(secret: &Secret) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let access = hmac::sign(&root, b"parlor access token");
        let refresh = hmac::sign(&root, b"parlor refresh value");
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // By our own clock, to the millisecond of its session and without leeway.
        validation.validate_exp = false;
        Self {
            encoding: EncodingKey::from_secret(access.as_ref()),
            decoding: DecodingKey::from_secret(access.as_ref()),
            refresh: hmac::Key::new(hmac::HMAC_SHA256, refresh.as_ref()),
            validation,
        }
    }

    /// A token for a session, good for an hour but never longer than the session itself.
    pub fn issue(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
        session_expires_at: Timestamp,
    ) -> Result<(String, Timestamp), Error> {
        let expires_at = now.plus_millis(ACCESS_TOKEN_MS).min(session_expires_at);
        // JWT times are whole seconds; rounding down keeps the token within its word.
        let exp = expires_at.as_millis() / 1_000;
        let claims = RawClaims {
            iss: ISSUER.to_owned(),
            aud: ISSUER.to_owned(),
            sub: user,
            sid: session,
            iat: now.as_millis() / 1_000,
            exp,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| Error::Internal(error.into()))?;
        Ok((token, Timestamp::from_millis(exp * 1_000)))
    }

    /// What a genuine token says, whether or not it is still in time.
    pub fn verify(&self, token: &str) -> Result<Claims, Error> {
        let token = jsonwebtoken::decode::<RawClaims>(token, &self.decoding, &self.validation)
            .map_err(|_| Error::Unauthenticated("not a valid access token"))?;
        Ok(Claims {
            user: token.claims.sub,
            session: token.claims.sid,
            expires_at: Timestamp::from_millis(token.claims.exp.saturating_mul(1_000)),
        })
    }

    /// The value that replaces `value` in a session's refresh cookie.
    ///
    /// Derived, not drawn: whoever shows the value just replaced gets the same new value again,
    /// though only digests are kept.
    pub fn next_refresh(&self, session: SessionId, value: &str) -> String {
        let mut context = hmac::Context::with_key(&self.refresh);
        context.update(session.as_uuid().as_bytes());
        context.update(value.as_bytes());
        URL_SAFE_NO_PAD.encode(context.sign())
    }
}

/// A value nobody can guess, as text for URLs and cookies.
pub(super) fn random_value() -> Result<String, Error> {
    let mut bytes = [0; VALUE_BYTES];
    rand::fill(&mut bytes).map_err(|error| Error::Internal(error.into()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is kept of such a value.
pub(super) fn digest_of(value: &str) -> Digest {
    let mut digest = Digest::default();
    digest.copy_from_slice(digest::digest(&digest::SHA256, value.as_bytes()).as_ref());
    digest
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    pub const USER: UserId = UserId::from_uuid(Uuid::from_u128(1));
    pub const SESSION: SessionId = SessionId::from_uuid(Uuid::from_u128(2));
    pub const NOW: Timestamp = Timestamp::from_millis(1_763_600_000_000);

    #[test]
    fn a_token_says_who_through_which_session_until_when() {
        let tokens = Tokens::new(&[7; 32]);
        let (token, expires_at) = tokens
            .issue(USER, SESSION, NOW, NOW.plus_millis(90_000_000))
            .unwrap();
        let claims = tokens.verify(&token).unwrap();
        assert_eq!((claims.user, claims.session), (USER, SESSION));
        assert_eq!(claims.expires_at, expires_at);
        assert_eq!(expires_at, NOW.plus_millis(ACCESS_TOKEN_MS));
    }

    #[test]
    fn a_token_never_outlives_its_session() {
        let tokens = Tokens::new(&[7; 32]);
        let (_, expires_at) = tokens
            .issue(USER, SESSION, NOW, NOW.plus_millis(5_000))
            .unwrap();
        assert_eq!(expires_at, NOW.plus_millis(5_000));
    }

    #[test]
    fn tokens_of_another_secret_or_another_making_are_refused() {
        let tokens = Tokens::new(&[7; 32]);
        let (foreign, _) = Tokens::new(&[8; 32])
            .issue(USER, SESSION, NOW, NOW.plus_millis(9))
            .unwrap();
        let (own, _) = tokens
            .issue(USER, SESSION, NOW, NOW.plus_millis(90_000))
            .unwrap();
        let (_, rest) = own.split_once('.').unwrap();
        let unsigned = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
        for token in [&foreign, &unsigned, &own[1..], "", "a.b.c"] {
            assert!(tokens.verify(token).is_err(), "{token}");
        }
    }

    #[test]
    fn the_next_refresh_value_is_the_same_for_the_same_value_and_no_other() {
        let tokens = Tokens::new(&[7; 32]);
        let next = tokens.next_refresh(SESSION, "a");
        assert_eq!(next, tokens.next_refresh(SESSION, "a"));
        assert_ne!(next, tokens.next_refresh(SESSION, "b"));
        assert_ne!(next, Tokens::new(&[8; 32]).next_refresh(SESSION, "a"));
    }
}
