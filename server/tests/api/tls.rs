//! Https by the server itself: real handshakes, and a socket through one.

use std::{fs, sync::Arc};

use server::config::ServeConfig;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore, SupportedProtocolVersion,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName},
        version::{TLS12, TLS13},
    },
};

use crate::harness::{
    PASSWORD, RawSocket, TestServer,
    raw::{TEXT, frame},
    soon,
};

/// A server with a certificate that only its test knows.
struct SecureServer {
    server: TestServer,
    certificate: CertificateDer<'static>,
    _dir: TempDir,
}

impl SecureServer {
    async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (chain, key) = (dir.path().join("chain.pem"), dir.path().join("key.pem"));
        fs::write(&chain, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let server = TestServer::with(|config: &mut ServeConfig| {
            config.tls_cert = Some(chain);
            config.tls_key = Some(key);
        })
        .await;
        Self {
            server,
            certificate: made.cert.der().clone(),
            _dir: dir,
        }
    }

    async fn connect(
        &self,
        versions: &[&'static SupportedProtocolVersion],
    ) -> RawSocket<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tcp = TcpStream::connect(self.server.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        let secure = soon("the handshake", connector.connect(name, tcp)).await;
        RawSocket::on(secure.unwrap())
    }

    /// One request on a connection of its own: the answer's head and body.
    async fn ask(&self, request: &str, body: &str) -> (String, String) {
        let mut raw = self.connect(&[&TLS13]).await;
        let port = self.server.address.port();
        let text = format!(
            "{request} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        assert!(raw.write(text.as_bytes()).await);
        let head = raw.read_head().await;
        let len = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let body = raw.body(len.unwrap().parse().unwrap()).await;
        (head, String::from_utf8(body).unwrap())
    }
}

#[actix_web::test]
async fn over_tls_browsers_are_told_to_come_back_by_https_and_cookies_are_secure() {
    let server = SecureServer::start().await;
    let (head, page) = server.ask("GET /", "").await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert_eq!(page, "the page");
    assert!(
        head.contains("strict-transport-security: max-age=31536000\r\n"),
        "{head}"
    );
    let new = format!(
        r#"{{"username":"alice","email":"alice@example.org","password":"{PASSWORD}","gender":"female"}}"#
    );
    let (head, answer) = server.ask("POST /api/v1/users", &new).await;
    assert!(head.starts_with("HTTP/1.1 201 "), "{head} {answer}");
    let login = format!(r#"{{"username":"alice","password":"{PASSWORD}"}}"#);
    let (head, _) = server.ask("POST /api/v1/sessions", &login).await;
    let cookie = head
        .lines()
        .find(|line| line.starts_with("set-cookie: "))
        .unwrap();
    assert!(cookie.contains("; Secure"), "{cookie}");
}

#[actix_web::test]
async fn a_socket_through_tls_carries_what_a_plain_one_does_with_both_versions() {
    let server = SecureServer::start().await;
    let new = format!(
        r#"{{"username":"alice","email":"alice@example.org","password":"{PASSWORD}","gender":"female"}}"#
    );
    server.ask("POST /api/v1/users", &new).await;
    let login = format!(r#"{{"username":"alice","password":"{PASSWORD}"}}"#);
    let (_, answer) = server.ask("POST /api/v1/sessions", &login).await;
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let token = answer["access_token"].as_str().unwrap();
    let port = server.server.address.port();
    let upgrade = |origin: &str| {
        format!(
            "GET /api/v1/ws HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: {origin}\r\n\
             Authorization: Bearer {token}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
    };
    let mut listening = Vec::new();
    for version in [&TLS12, &TLS13] {
        let mut raw = server.connect(&[version]).await;
        assert!(
            raw.write(upgrade(&format!("https://localhost:{port}")).as_bytes())
                .await
        );
        raw.expect_upgrade().await;
        raw.text_with("\"ready\"").await;
        listening.push(raw);
    }
    // Enough that a write to the socket past the encryption would be seen for what it is.
    for n in 0..200 {
        let body = format!("{n} {}", "x".repeat(2_000));
        let post = serde_json::json!({ "type": "send_message", "room": server.server.lobby(),
            "client_id": crate::harness::client_id(), "body": body });
        let post = frame(true, TEXT, post.to_string().as_bytes());
        assert!(listening[0].write(&post).await);
        for raw in &mut listening {
            let posted = raw.text_with("message_posted").await;
            assert!(posted.contains(&body), "{posted}");
        }
    }
    // The page of the same name without encryption is another origin.
    let mut raw = server.connect(&[&TLS13]).await;
    assert!(
        raw.write(upgrade(&format!("http://localhost:{port}")).as_bytes())
            .await
    );
    let head = raw.read_head().await;
    assert!(head.starts_with("HTTP/1.1 403 "), "{head}");
}

#[actix_web::test]
async fn who_speaks_plainly_to_a_tls_port_is_cut_off_and_nobody_else() {
    let server = SecureServer::start().await;
    let mut plain = RawSocket::connect(&server.server, None).await;
    plain
        .write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await;
    assert!(plain.is_cut_without_an_answer().await);
    let (head, _) = server.ask("GET /healthz", "").await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
}
