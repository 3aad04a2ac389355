//! The web client, out of the binary: hashed files cached for ever, the page itself asked for
//! anew each time.

use std::borrow::Cow;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, VARY},
    },
};

use super::extract::app;
use crate::Error;

/// Finds a file of the page by its path below `dist/`.
///
/// Given by the binary, which has the files inside: so this library compiles while the page is
/// still being built.
pub type Page = fn(&str) -> Option<PageFile>;

/// A file of the page.
#[derive(Debug, Clone)]
pub struct PageFile {
    /// What is in it.
    pub bytes: Cow<'static, [u8]>,
    /// By which a browser knows it again.
    pub sha256: [u8; 32],
}

/// The page's files have their content's hash in their name.
const ASSETS: &str = "assets/";

const NOT_BUILT: &str =
    "This Parlor was built without its page. Build both with: cargo xtask run\n";

/// A file of the client; for every other path the page, which knows its own routes.
pub(super) async fn serve(request: HttpRequest) -> Result<HttpResponse, Error> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Error::NotFound("route"));
    }
    let page = app(&request)?.page;
    let path = request.path().trim_start_matches('/');
    if path.starts_with(ASSETS) {
        return asset(page, &request, path, "public, max-age=31536000, immutable")
            .ok_or(Error::NotFound("file"));
    }
    if !path.is_empty()
        && let Some(response) = asset(page, &request, path, "no-cache")
    {
        return Ok(response);
    }
    Ok(
        asset(page, &request, "index.html", "no-cache").unwrap_or_else(|| {
            HttpResponse::NotFound()
                .content_type("text/plain; charset=utf-8")
                .body(NOT_BUILT)
        }),
    )
}

fn asset(
    page: Page,
    request: &HttpRequest,
    path: &str,
    caching: &'static str,
) -> Option<HttpResponse> {
    let takes_brotli = request
        .headers()
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|coding| is_brotli(coding.trim())));
    let compressed = if takes_brotli {
        page(&format!("{path}.br"))
    } else {
        None
    };
    let is_compressed = compressed.is_some();
    let file = compressed.or_else(|| page(path))?;
    let etag = etag(&file);
    let is_known = request
        .headers()
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|known| known.trim() == etag));

    let mut response = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((CACHE_CONTROL, caching))
        .insert_header((ETAG, etag))
        .insert_header((VARY, "Accept-Encoding"));
    if is_known {
        return Some(response.finish());
    }
    response.content_type(content_type(path));
    if is_compressed {
        response.insert_header((CONTENT_ENCODING, "br"));
    }
    Some(match file.bytes {
        Cow::Borrowed(bytes) => response.body(bytes),
        Cow::Owned(bytes) => response.body(bytes),
    })
}

fn is_brotli(coding: &str) -> bool {
    match coding.split_once(';') {
        Some((name, weight)) => name.trim() == "br" && weight.trim() != "q=0",
        None => coding == "br",
    }
}

fn etag(file: &PageFile) -> String {
    use std::fmt::Write as _;
    let mut etag = String::with_capacity(34);
    etag.push('"');
    for byte in &file.sha256[..16] {
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    etag
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json" | "webmanifest") => "application/manifest+json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
