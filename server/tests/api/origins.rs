//! Whose pages may use sockets, streams and cookies.

use actix_web::http::Method;
use serde_json::json;
use shared::ErrorCode;

use crate::harness::{Call, PASSWORD, Person, Socket, TestServer};

/// Origins that look like the server's own `http://127.0.0.1:PORT` and are not.
fn hostile(server: &TestServer) -> Vec<String> {
    let port = server.address.port();
    vec![
        "null".to_owned(),
        String::new(),
        "*".to_owned(),
        "http://evil.example".to_owned(),
        "http://127.0.0.1".to_owned(),
        format!("https://127.0.0.1:{port}"),
        format!("ws://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}0"),
        format!("http://127.0.0.1:{port}.evil.example"),
        format!("http://127.0.0.1.evil.example:{port}"),
        format!("http://evil127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}@evil.example"),
        format!("http://user@127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
        format!("http://[::1]:{port}"),
        format!("http://127.1:{port}"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port} http://evil.example"),
        format!("http://127.0.0.1:{port}, http://evil.example"),
        format!("127.0.0.1:{port}"),
        "http://xn--127-0-0-1.example".to_owned(),
        // In another case, or of another kind.
        format!("HTTP://127.0.0.1:{port}"),
        format!("Http://127.0.0.1:{port}"),
        "NULL".to_owned(),
        "undefined".to_owned(),
        "about:blank".to_owned(),
        "file://".to_owned(),
        "data:text/html,x".to_owned(),
        "chrome-extension://abcdefghijklmnop".to_owned(),
        format!("blob:http://127.0.0.1:{port}"),
        // Numbers that some parsers take for the same.
        format!("http://2130706433:{port}"),
        format!("http://0x7f.0.0.1:{port}"),
        format!("http://0177.0.0.1:{port}"),
        format!("http://127.0.0.1.:{port}"),
        format!("http://[::ffff:127.0.0.1]:{port}"),
        format!("http://0.0.0.0:{port}"),
        format!("http://127.0.0.1:0{port}"),
        // What some parsers leave out.
        format!("http://127.0.0.1:{port}?x"),
        format!("http://127.0.0.1:{port}#x"),
        format!("http://127.0.0.1:{port}\\evil.example"),
        format!("http://evil.example/http://127.0.0.1:{port}"),
        format!("http://evil.example?http://127.0.0.1:{port}"),
        format!("http://evil.example#@127.0.0.1:{port}"),
        format!("http:/127.0.0.1:{port}"),
        format!("//127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}%00"),
        format!("http://127.0.0.1%2eevil.example:{port}"),
    ]
}

/// Every door that a foreign page must not use.
fn doors(server: &TestServer, person: &Person) -> Vec<Call> {
    let credentials = json!({ "username": person.name, "password": PASSWORD });
    let session = format!("/sessions/{}", person.session);
    vec![
        person.get("/ws"),
        person.get("/events"),
        server.post("/api/v1/sessions").json(credentials),
        person.ask_refresh(&person.refresh),
        person.delete(&session),
        person.delete("/sessions"),
    ]
}

#[actix_web::test]
async fn pages_of_other_origins_are_refused_at_every_door() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let hostile = hostile(&server);
    assert!(hostile.len() >= 40, "{}", hostile.len());
    for origin in hostile {
        for door in doors(&server, &alice) {
            let answer = door.header("origin", &origin).await;
            assert!(answer.cookie().is_none(), "{origin}");
            assert_eq!(answer.status, 403, "{origin}: {}", answer.what);
            answer.refused(ErrorCode::Forbidden);
        }
    }
    assert!(alice.is_signed_in().await, "none of them logged her out");
}

#[actix_web::test]
async fn an_origin_named_twice_is_refused() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    for door in doors(&server, &alice) {
        door.header("origin", server.url(""))
            .header("origin", "http://evil.example")
            .await
            .refused(ErrorCode::Forbidden);
    }
}

#[actix_web::test]
async fn the_own_page_and_programs_are_let_in() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let own = server.url("");
    let request = server
        .http()
        .ws(format!(
            "{}?ticket={}",
            alice.socket_url(),
            alice.ticket().await
        ))
        .origin(&own);
    Socket::open(request).await.expect("the own page");
    alice.connect().await.close().await;
    let refreshed = alice.ask_refresh(&alice.refresh).header("origin", &own);
    let _ = refreshed.await.is(200);
    let stream = alice.get("/events").header("origin", &own).open().await;
    assert_eq!(stream.status().as_u16(), 200);
}

#[actix_web::test]
async fn behind_a_proxy_the_public_url_is_the_own_origin() {
    let server = TestServer::with(|config| {
        config.public_url = Some("https://chat.example.org".to_owned());
    })
    .await;
    let alice = server.register("alice").await;
    let refresh = |origin: &str| alice.ask_refresh(&alice.refresh).header("origin", origin);
    let _ = refresh("https://chat.example.org").await.is(200);
    for origin in [
        &server.url(""),
        "http://chat.example.org",
        "https://chat.example.org:8443",
        "https://chat.example.org.evil.example",
        "https://evil-chat.example.org",
        "https://sub.chat.example.org",
    ] {
        refresh(origin).await.refused(ErrorCode::Forbidden);
    }
}

async fn with_dev_page() -> TestServer {
    TestServer::with(|config| {
        config.allowed_origins = vec!["http://localhost:8081".to_owned()];
    })
    .await
}

#[actix_web::test]
async fn a_named_origin_may_use_sockets_cookies_and_rest() {
    let server = with_dev_page().await;
    let alice = server.register("alice").await;
    let dev = "http://localhost:8081";
    let request = server
        .http()
        .ws(format!(
            "{}?ticket={}",
            alice.socket_url(),
            alice.ticket().await
        ))
        .origin(dev);
    Socket::open(request).await.expect("let in");
    let refreshed = alice.ask_refresh(&alice.refresh).header("origin", dev);
    let _ = refreshed.await.is(200);
    let answer = alice.get("/users/me").header("origin", dev).await.is(200);
    assert_eq!(answer.header("access-control-allow-origin"), Some(dev));
    assert_eq!(
        answer.header("access-control-allow-credentials"),
        Some("true")
    );
    let error = alice.get("/users/x").header("origin", dev).await;
    assert_eq!(error.header("access-control-allow-origin"), Some(dev));
    error.refused(ErrorCode::NotFound);
    let preflight = server
        .call(Method::OPTIONS, "/api/v1/rooms")
        .header("origin", dev)
        .header("access-control-request-method", "PATCH")
        .header(
            "access-control-request-headers",
            "authorization,content-type",
        )
        .await;
    assert!((200..300).contains(&preflight.status), "{preflight:?}");
    assert_eq!(preflight.header("access-control-allow-origin"), Some(dev));
    let methods = preflight.header("access-control-allow-methods").unwrap();
    assert!(methods.contains("PATCH"), "{methods}");
}

#[actix_web::test]
async fn other_origins_get_no_cors_headers() {
    let named = with_dev_page().await;
    let plain = TestServer::start().await;
    for server in [&named, &plain] {
        let alice = server.register("alice").await;
        for origin in [
            "http://localhost:8082",
            "http://localhost:80810",
            "https://localhost:8081",
            "http://evil.example",
            "null",
        ] {
            let answer = alice.get("/users/me").header("origin", origin).await;
            assert_eq!(
                answer.header("access-control-allow-origin"),
                None,
                "{origin}"
            );
            let preflight = server
                .call(Method::OPTIONS, "/api/v1/rooms")
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .await;
            assert_eq!(
                preflight.header("access-control-allow-origin"),
                None,
                "{origin}"
            );
            alice
                .get("/ws")
                .header("origin", origin)
                .await
                .refused(ErrorCode::Forbidden);
        }
    }
}
