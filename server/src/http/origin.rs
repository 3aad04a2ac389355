//! Whose pages may use sockets and cookies: the own origin and those the operator named.

use actix_web::{
    HttpRequest,
    http::header::{HOST, ORIGIN},
};

use crate::Error;

/// The origins that are let in.
#[derive(Debug, Clone)]
pub struct Origins {
    /// The own one, where a proxy stands before Parlor; else it is the scheme and the `Host`.
    pub public_url: Option<String>,
    /// Whether this process serves https itself.
    pub is_tls: bool,
    /// Others.
    pub allowed: Vec<String>,
}

impl Origins {
    /// Passes a request of an allowed page, and one that names no page at all (a program, which
    /// could claim any).
    ///
    /// # Errors
    /// `forbidden` for every other page.
    pub fn check(&self, request: &HttpRequest) -> Result<(), Error> {
        const FOREIGN: Error = Error::Forbidden("requests from that origin are not allowed");
        let mut origins = request.headers().get_all(ORIGIN);
        let Some(origin) = origins.next() else {
            return Ok(());
        };
        if origins.next().is_some() {
            return Err(FOREIGN);
        }
        let origin = origin.to_str().map_err(|_| FOREIGN)?;
        let host = request
            .headers()
            .get(HOST)
            .and_then(|host| host.to_str().ok());
        if self.is_allowed(origin, host) {
            Ok(())
        } else {
            Err(FOREIGN)
        }
    }

    fn is_allowed(&self, origin: &str, host: Option<&str>) -> bool {
        let is_own = match (&self.public_url, host) {
            (Some(url), _) => origin == url,
            (None, Some(host)) => origin
                .strip_prefix(if self.is_tls { "https://" } else { "http://" })
                .is_some_and(|of_origin| of_origin.eq_ignore_ascii_case(host)),
            (None, None) => false,
        };
        is_own || self.allowed.iter().any(|allowed| allowed == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_and_the_named_origins_are_allowed() {
        let origins = Origins {
            public_url: None,
            is_tls: false,
            allowed: vec!["https://dev.example".into()],
        };
        let host = Some("chat.example:8080");
        for origin in ["http://chat.example:8080", "https://dev.example"] {
            assert!(origins.is_allowed(origin, host), "{origin}");
        }
        for origin in [
            "null",
            "",
            "http://chat.example",
            "https://chat.example:8080",
            "http://chat.example:80800",
            "http://chat.example:8080.evil",
            "http://evil",
            "http://x@chat.example:8080",
            "https://dev.example.evil",
            "https://sub.dev.example",
            "http://dev.example",
            "https://dev.example:444",
            "https://DEV.example/",
        ] {
            assert!(!origins.is_allowed(origin, host), "{origin}");
        }
    }

    #[test]
    fn where_this_process_serves_https_the_plain_page_is_foreign() {
        let origins = Origins {
            public_url: None,
            is_tls: true,
            allowed: Vec::new(),
        };
        let host = Some("chat.example:8443");
        assert!(origins.is_allowed("https://chat.example:8443", host));
        assert!(!origins.is_allowed("http://chat.example:8443", host));
    }

    #[test]
    fn behind_a_proxy_the_public_url_counts_and_the_host_does_not() {
        let origins = Origins {
            public_url: Some("https://chat.example".into()),
            is_tls: false,
            allowed: Vec::new(),
        };
        assert!(origins.is_allowed("https://chat.example", Some("127.0.0.1:8080")));
        assert!(!origins.is_allowed("http://127.0.0.1:8080", Some("127.0.0.1:8080")));
    }
}
