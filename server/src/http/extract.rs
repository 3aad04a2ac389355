//! What handlers take from a request: who asks, the body, the query, and the ids of the path.

use std::{
    future::{Ready, ready},
    pin::Pin,
    rc::Rc,
    str::FromStr,
};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::AUTHORIZATION,
    web::{self, Data},
};
use futures_util::StreamExt;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::json;
use shared::{ErrorCode, MAX_JSON_BYTES};

use super::{
    answer::Refusal,
    cookies,
    describe::{Describe, Operation},
};
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

impl Describe for Me {
    fn describe(operation: &mut Operation<'_>) {
        operation.security.push(json!({ "bearer": [] }));
        operation.refuses(&REFUSED);
    }
}

/// How somebody is refused who is asked who they are.
const REFUSED: [ErrorCode; 3] = [
    ErrorCode::Unauthenticated,
    ErrorCode::TokenExpired,
    ErrorCode::RateLimited,
];

/// The token of `Authorization: Bearer …`.
pub(super) fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// What the URL of an upgrade may carry in place of `Authorization`, which a browser cannot set
/// there.
pub(super) trait UrlCredentials {
    fn ticket(&self) -> Option<&str>;
    fn token(&self) -> Option<&str>;
}

/// Who opens a connection, and what else their URL says. A foreign page is refused before anything
/// is read, and a ticket is used up last.
pub(super) struct Upgrade<Q> {
    pub me: SignedIn,
    pub query: Q,
}

impl<Q: DeserializeOwned + UrlCredentials> FromRequest for Upgrade<Q> {
    type Error = Refusal;
    type Future = LocalFuture<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            app(&request)?.origins.check(&request)?;
            let query: Q = wire::parse_query(request.query_string()).map_err(Refusal)?;
            let me = authenticate_upgrade(&request, query.ticket(), query.token()).await?;
            Ok(Self { me, query })
        })
    }
}

impl<Q: JsonSchema> Describe for Upgrade<Q> {
    fn describe(operation: &mut Operation<'_>) {
        operation.query::<Q>();
        let in_url = ["ticket", "token"].map(|scheme| json!({ scheme: [] }));
        operation.security.push(json!({ "bearer": [] }));
        operation.security.extend(in_url);
        operation.refuses(&REFUSED);
        operation.refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidRequest,
            ErrorCode::InvalidField,
            ErrorCode::Internal,
            ErrorCode::Unavailable,
        ]);
    }
}

async fn authenticate_upgrade(
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

/// A request of the own page, of an allowed one, or of a program: what cookies need, which browsers
/// send along from any page.
pub(super) struct OwnPage;

impl FromRequest for OwnPage {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(app(request).and_then(|app| app.origins.check(request).map(|()| Self)))
    }
}

impl Describe for OwnPage {
    fn describe(operation: &mut Operation<'_>) {
        operation.refuses(&[ErrorCode::Forbidden]);
    }
}

/// The value of the refresh cookie.
pub(super) struct RefreshValue(pub String);

impl FromRequest for RefreshValue {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let cookie = request.cookie(cookies::REFRESH);
        ready(
            cookie
                .map(|cookie| Self(cookie.value().to_owned()))
                .ok_or(Error::Unauthenticated(
                    "the refresh cookie is missing: log in again",
                )),
        )
    }
}

impl Describe for RefreshValue {
    fn describe(operation: &mut Operation<'_>) {
        operation.security.push(json!({ "refresh": [] }));
        operation.refuses(&[ErrorCode::Unauthenticated]);
    }
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

impl<T: JsonSchema> Describe for Body<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.body = Some(operation.schemas.subschema_for::<T>());
        operation.refuses(&[
            ErrorCode::InvalidRequest,
            ErrorCode::PayloadTooLarge,
            ErrorCode::InvalidField,
        ]);
    }
}

/// The query, parsed.
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = wire::parse_query(request.query_string())
            .map(Self)
            .map_err(Refusal);
        ready(query)
    }
}

impl<T: JsonSchema> Describe for Query<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.query::<T>();
        operation.refuses(&[ErrorCode::InvalidRequest, ErrorCode::InvalidField]);
    }
}

/// An id or name of the path; what cannot be one names nothing.
pub(super) fn named<T: FromStr>(text: &str, what: &'static str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::NotFound(what))
}
