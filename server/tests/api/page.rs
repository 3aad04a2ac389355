//! The page's files, the headers on everything, and the operator's probes.

use actix_web::http::Method;
use shared::ErrorCode;

use crate::harness::TestServer;

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
async fn probes_say_that_the_process_lives_and_is_ready() {
    let server = TestServer::start().await;
    let _ = server.get("/healthz").await.is(200);
    let _ = server.get("/readyz").await.is(200);
    server.post("/readyz").await.refused(ErrorCode::NotFound);
}
