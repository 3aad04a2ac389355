//! What an HTTP request was answered.

use actix_web::{
    cookie,
    http::header::{HeaderMap, SET_COOKIE},
    web::Bytes,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::{ApiError, ErrorCode};

pub type Cookie = cookie::Cookie<'static>;

/// An answer, and the request it answers for the failure's text.
#[derive(Debug)]
#[must_use]
pub struct Answer {
    pub what: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn value(&self) -> Value {
        self.read()
    }

    fn read<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error} in {}", self.what, self.text()))
    }

    /// The same answer, if it has that status.
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.what, self.text());
        self
    }

    /// What was asked for.
    pub fn ok<T: DeserializeOwned>(self) -> T {
        self.is(200).read()
    }

    /// What was made.
    pub fn made<T: DeserializeOwned>(self) -> T {
        self.is(201).read()
    }

    /// Done, and nothing to say of it.
    pub fn done(self) -> Self {
        let done = self.is(204);
        assert!(done.body.is_empty(), "{}: {}", done.what, done.text());
        done
    }

    /// Refused with that code, its status, and the one shape of an error.
    pub fn refused(self, code: ErrorCode) -> ApiError {
        let error: ApiError = self.read();
        assert_eq!(error.code, code, "{}: {error:?}", self.what);
        assert_eq!(self.status, code.http_status(), "{}", self.what);
        assert!(!error.message.is_empty(), "{}", self.what);
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{}",
            self.what
        );
        error
    }

    /// Refused with that code because of that field.
    pub fn refused_on(self, code: ErrorCode, field: &str) -> ApiError {
        let what = self.what.clone();
        let error = self.refused(code);
        assert_eq!(error.field.as_deref(), Some(field), "{what}: {error:?}");
        error
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The one cookie it sets.
    pub fn cookie(&self) -> Option<Cookie> {
        let mut set = self.headers.get_all(SET_COOKIE);
        let cookie = set.next()?.to_str().unwrap().to_owned();
        assert!(set.next().is_none(), "{} set two cookies", self.what);
        Some(Cookie::parse(cookie).unwrap())
    }
}
