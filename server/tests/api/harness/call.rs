//! One HTTP request.

use std::{future::IntoFuture, pin::Pin};

use actix_web::http::Method;
use awc::Client;
use serde::Serialize;

use super::{Answer, documented, soon};

/// A request to be made; awaiting it sends it.
#[must_use]
pub struct Call {
    http: Client,
    method: Method,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    is_documented: bool,
}

impl Call {
    pub fn new(http: Client, method: Method, url: String) -> Self {
        Self {
            http,
            method,
            url,
            headers: Vec::new(),
            body: Vec::new(),
            is_documented: true,
        }
    }

    /// The answer is not held against the document of the API.
    pub fn undocumented(self) -> Self {
        Self {
            is_documented: false,
            ..self
        }
    }

    /// May be given twice under one name.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub fn json(self, body: impl Serialize) -> Self {
        let body = serde_json::to_vec(&body).unwrap();
        self.bytes(body).header("content-type", "application/json")
    }

    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The response with its body still to come.
    pub async fn open(self) -> awc::ClientResponse {
        let what = format!("{} {}", self.method, self.url);
        let mut request = self.http.request(self.method, &self.url);
        for (name, value) in self.headers {
            request = request.append_header((name, value));
        }
        let sending = if self.body.is_empty() {
            request.send()
        } else {
            request.send_body(self.body)
        };
        soon(&what, sending)
            .await
            .unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    async fn send(self) -> Answer {
        let what = format!("{} {}", self.method, self.url);
        let (method, is_documented) = (self.method.clone(), self.is_documented);
        let path = self.url.splitn(4, '/').nth(3).unwrap_or_default();
        let path = format!("/{path}");
        let mut response = self.open().await;
        let body = soon(&what, response.body().limit(16 * 1024 * 1024))
            .await
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        let answer = Answer {
            what,
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body,
        };
        if is_documented {
            documented::check(&method, &path, &answer);
        }
        answer
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
