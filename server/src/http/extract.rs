//! What handlers take from a request: who asks, the body, the query, and the ids of the path.

use std::{pin::Pin, rc::Rc, str::FromStr};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::AUTHORIZATION,
    web::{self, Data},
};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use shared::MAX_JSON_BYTES;

use super::answer::Refusal;
use crate::{
    Error,
    chat::Worker,
    domain::{Credential, SignedIn},
    http::App,
    limits::ByPerson,
    wire,
};

type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

const NO_TOKEN: Error =
    Error::Unauthenticated("an access token is needed: Authorization: Bearer …");

/// Who asks, by the bearer token. A handler that takes it cannot be reached without one.
pub(super) struct Me(pub SignedIn);

impl FromRequest for Me {
    type Error = Error;
    type Future = LocalFuture<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let token = bearer(&request).ok_or(NO_TOKEN)?;
            let app = app(&request)?;
            let me = app.domain.authenticate(Credential::Token(token)).await?;
            app.limits.check_person(ByPerson::Request, me.user())?;
            Ok(Self(me))
        })
    }
}

/// The token of `Authorization: Bearer …`.
pub(super) fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// Who asks at an upgrade, where a browser cannot set headers: by bearer token, by ticket, or by
/// a token in the URL where the operator allows that.
pub(super) async fn authenticate_upgrade(
    request: &HttpRequest,
    ticket: Option<&str>,
    url_token: Option<&str>,
) -> Result<SignedIn, Error> {
    let app = app(request)?;
    let credential = match (bearer(request), ticket, url_token) {
        (Some(token), None, None) => Credential::Token(token),
        (None, Some(ticket), None) => Credential::Ticket(ticket),
        (None, None, Some(token)) if app.takes_url_tokens => Credential::Token(token),
        (None, None, Some(_)) => {
            return Err(Error::Unauthenticated(
                "tokens in URLs are switched off: use a ticket",
            ));
        }
        (None, None, None) => return Err(NO_TOKEN),
        _ => return Err(Error::request("show one credential")),
    };
    let me = app.domain.authenticate(credential).await?;
    app.limits.check_person(ByPerson::Request, me.user())?;
    Ok(me)
}

/// The shared state.
pub(super) fn app(request: &HttpRequest) -> Result<&Data<App>, Error> {
    request
        .app_data::<Data<App>>()
        .ok_or_else(|| Error::Internal("the app is not set up".into()))
}

/// The live side of this worker.
pub(super) fn worker(request: &HttpRequest) -> Result<&Rc<Worker>, Error> {
    // A worker thread that died and was started again has none.
    request.app_data::<Rc<Worker>>().ok_or(Error::Busy)
}

/// A JSON body within the limit, parsed.
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Refusal;
    type Future = LocalFuture<Result<Self, Refusal>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut payload = payload.take();
        Box::pin(async move {
            let mut body = web::BytesMut::new();
            while let Some(bytes) = payload.next().await {
                let bytes = bytes.map_err(|_| Error::request("the body ended early"))?;
                if body.len() + bytes.len() > MAX_JSON_BYTES {
                    return Err(Error::TooLarge.into());
                }
                body.extend_from_slice(&bytes);
            }
            wire::parse_body(&body).map(Self).map_err(Refusal)
        })
    }
}

/// The query, parsed.
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Refusal;
    type Future = std::future::Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = wire::parse_query(request.query_string())
            .map(Self)
            .map_err(Refusal);
        std::future::ready(query)
    }
}

/// An id or name of the path; what cannot be one names nothing.
pub(super) fn named<T: FromStr>(text: &str, what: &'static str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::NotFound(what))
}
