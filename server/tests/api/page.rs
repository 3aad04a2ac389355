//! The page's files, the headers on everything, and the operator's probes.

use actix_web::http::Method;
use shared::ErrorCode;

use crate::harness::{RawSocket, TestServer, raw};

#[actix_web::test]
async fn the_page_answers_for_every_path_of_its_own() {
    let server = TestServer::start().await;
    let root = server.get("/").await;
    assert_eq!(root.text(), "the page");
    for path in ["/login", "/rooms/lobby", "/rooms/a/b?c=d"] {
        let answer = server.get(path).await;
        assert_eq!(
            (answer.status, &answer.body),
            (root.status, &root.body),
            "{path}"
        );
    }
    server
        .get("/assets/nothing.js")
        .await
        .refused(ErrorCode::NotFound);
    for path in [
        "/assets/../Cargo.toml",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/secret",
    ] {
        let answer = server.get(path).await;
        assert!(!answer.text().contains("[package]"), "{path}");
        assert!(!answer.text().contains("root:"), "{path}");
    }
    server.post("/").await.refused(ErrorCode::NotFound);
}

#[actix_web::test]
async fn a_file_that_is_known_already_is_not_sent_again() {
    let server = TestServer::start().await;
    let page = server.get("/").await.is(200);
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let etag = page.header("etag").unwrap();
    let again = server.get("/").header("if-none-match", etag).await;
    assert_eq!(again.is(304).body.len(), 0);
    let other = server.get("/").header("if-none-match", "\"other\"").await;
    assert_eq!(other.is(200).text(), "the page");
}

#[actix_web::test]
async fn a_hashed_file_is_kept_for_ever_and_sent_compressed_to_who_takes_it() {
    let server = TestServer::start().await;
    let plain = server.get("/assets/app-1a2b.js").await.is(200);
    assert_eq!(plain.text(), "plain script");
    let caching = "public, max-age=31536000, immutable";
    assert_eq!(plain.header("cache-control"), Some(caching));
    assert_eq!(
        plain.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    for (codings, encoding) in [
        ("gzip, br", Some("br")),
        ("br;q=0", None),
        ("gzip", None),
        ("br;q=0.5", Some("br")),
    ] {
        let answer = server
            .get("/assets/app-1a2b.js")
            .header("accept-encoding", codings)
            .await;
        assert_eq!(answer.header("content-encoding"), encoding, "{codings}");
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"), "{codings}");
    }
}

#[actix_web::test]
async fn the_worker_and_the_manifest_are_asked_for_anew_each_time() {
    let server = TestServer::start().await;
    for (path, content_type) in [
        ("/worker.js", "text/javascript; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
    ] {
        let answer = server.get(path).await.is(200);
        assert_eq!(answer.header("content-type"), Some(content_type), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
    }
}

#[actix_web::test]
async fn every_answer_forbids_what_the_page_does_not_need() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    for call in [
        server.get("/"),
        server.get("/healthz"),
        server.get("/api/v1/nothing"),
        alice.get("/users/me"),
        alice.get("/users/x"),
        alice.post("/rooms").bytes("{"),
        server.call(Method::DELETE, "/"),
    ] {
        let answer = call.await;
        let header = |name: &str| {
            let value = answer.header(name).map(str::to_owned);
            value.unwrap_or_else(|| panic!("{}: no {name}", answer.what))
        };
        let policy = header("content-security-policy");
        for rule in [
            "default-src 'self'",
            "frame-ancestors 'none'",
            "object-src 'none'",
            "worker-src 'self'",
            "manifest-src 'self'",
        ] {
            assert!(policy.contains(rule), "{policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-frame-options"), "DENY");
    }
    let own = alice.get("/users/me").await;
    assert_eq!(own.header("cache-control"), Some("no-store"));
}

#[actix_web::test]
async fn streams_sockets_and_preflights_carry_the_same_headers() {
    let dev = "https://dev.example";
    let server = TestServer::with(|config| config.allowed_origins = vec![dev.to_owned()]).await;
    let alice = server.register("alice").await;
    let stream = format!(
        "GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
        alice.token
    );
    let preflight = format!(
        "OPTIONS /api/v1/rooms HTTP/1.1\r\nHost: x\r\nOrigin: {dev}\r\n\
         Access-Control-Request-Method: PATCH\r\n\r\n"
    );
    let foreign = preflight.replace(dev, "https://evil.example");
    let no_ticket = "GET /api/v1/ws HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\n\
        Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    for (request, status) in [
        (stream.as_str(), 200),
        (&raw::upgrade(&server, &alice), 101),
        (no_ticket, 401),
        (&preflight, 200),
        (&foreign, 400),
    ] {
        let mut socket = RawSocket::connect(&server, None).await;
        socket.write(request.as_bytes()).await;
        let head = socket.read_head().await.to_ascii_lowercase();
        assert!(
            head.starts_with(&format!("http/1.1 {status} ")),
            "{request}{head}"
        );
        for header in [
            "content-security-policy: default-src 'self'",
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
            "referrer-policy: no-referrer",
            "permissions-policy: accelerometer=()",
            "cross-origin-resource-policy: same-origin",
            "cache-control: no-",
        ] {
            let lines = head.matches(&format!("\r\n{header}")).count();
            assert_eq!(lines, 1, "{header} in the answer to {request}{head}");
        }
    }
}

#[actix_web::test]
async fn probes_say_that_the_process_lives_and_is_ready() {
    let server = TestServer::start().await;
    let _ = server.get("/healthz").await.is(200);
    let _ = server.get("/readyz").await.is(200);
    server.post("/readyz").await.refused(ErrorCode::NotFound);
}
