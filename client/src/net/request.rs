//! One HTTP request and its answer, as types.

use js_sys::Reflect;
use serde::{Serialize, de::DeserializeOwned};
use shared::{ApiError, ErrorCode};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

use super::Failure;

/// A request below `/api/v1`.
#[derive(Debug, Clone)]
pub struct Request {
    method: &'static str,
    path: String,
    body: Option<String>,
}

impl Request {
    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    pub fn post(path: impl Into<String>) -> Self {
        Self::new("POST", path)
    }

    pub fn put(path: impl Into<String>) -> Self {
        Self::new("PUT", path)
    }

    pub fn patch(path: impl Into<String>) -> Self {
        Self::new("PATCH", path)
    }

    pub fn delete(path: impl Into<String>) -> Self {
        Self::new("DELETE", path)
    }

    fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            body: None,
        }
    }

    /// The same request with a JSON body.
    pub fn json(self, body: &impl Serialize) -> Self {
        Self {
            body: serde_json::to_string(body).ok(),
            ..self
        }
    }

    /// The same request with `key=value` in its query.
    pub fn query(self, key: &str, value: &str) -> Self {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        let value = String::from(js_sys::encode_uri_component(value));
        Self {
            path: format!("{}{separator}{key}={value}", self.path),
            ..self
        }
    }

    /// Sends it and reads the answer.
    pub async fn send<A: DeserializeOwned>(&self, token: Option<&str>) -> Result<A, Failure> {
        read(&self.exchange(token).await?)
    }

    /// Sends it; the answer's text. Without type parameters: every copy is downloaded.
    pub async fn exchange(&self, token: Option<&str>) -> Result<String, Failure> {
        let url = format!("/api/v1{}", self.path);
        let request = self.built(&url, token).map_err(|_| Failure::Unreadable)?;
        let (response, text) = fetch(&request).await.map_err(|_| Failure::Unreachable)?;
        if response.ok() {
            return Ok(text);
        }
        Err(match serde_json::from_str::<ApiError>(&text) {
            Ok(error) => Failure::Refused(error),
            // A proxy's error page.
            Err(_) if response.status() >= 500 => {
                Failure::Refused(ApiError::new(ErrorCode::Unavailable, "unavailable"))
            }
            Err(_) => Failure::Unreadable,
        })
    }

    fn built(&self, url: &str, token: Option<&str>) -> Result<web_sys::Request, JsValue> {
        let headers = Headers::new()?;
        if let Some(token) = token {
            headers.set("Authorization", &format!("Bearer {token}"))?;
        }
        let init = RequestInit::new();
        init.set_method(self.method);
        if let Some(body) = &self.body {
            headers.set("Content-Type", "application/json")?;
            init.set_body(&body.into());
        }
        init.set_headers(&headers);
        // A deletion may be the last that a page asks for: the browser sends it on after the page's
        // end. Others are asked for again, or not wanted any more. web-sys has no setter for it.
        Reflect::set(
            &init,
            &"keepalive".into(),
            &(self.method == "DELETE").into(),
        )?;
        web_sys::Request::new_with_str_and_init(url, &init)
    }
}

/// Sends a request; the answer with all of its text.
pub(super) async fn fetch(request: &web_sys::Request) -> Result<(Response, String), JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let response = JsFuture::from(window.fetch_with_request(request)).await?;
    let response: Response = response.unchecked_into();
    let text = JsFuture::from(response.text()?).await?.as_string();
    Ok((response, text.unwrap_or_default()))
}

/// What an answer's text says. A 204 has none: its answer is `()`.
pub fn read<A: DeserializeOwned>(text: &str) -> Result<A, Failure> {
    let text = if text.is_empty() { "null" } else { text };
    serde_json::from_str(text).map_err(|_| Failure::Unreadable)
}
