//! The operator's figures.

use std::collections::BTreeMap;

use shared::ErrorCode;

use crate::harness::{Door, TestServer};

const PAGE: &str = include_str!("../../../docs/metrics.md");

#[actix_web::test]
async fn metrics_count_connections_and_people() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let answer = server.get("/metrics").await.is(200);
    let kind = answer.header("content-type").unwrap();
    assert!(kind.starts_with("text/plain"), "{kind}");
    for name in ["parlor_connections", "parlor_people"] {
        assert_eq!(server.metric(name).await, 0, "{name}");
    }
    let _sockets = (alice.connect().await, alice.connect().await);
    server.until_connections(2).await;
    assert_eq!(server.metric("parlor_people").await, 1);
}

#[actix_web::test]
async fn metrics_follow_a_message_from_the_store_to_its_readers() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let (mut sending, mut listening) = (alice.connect().await, bob.connect().await);
    let counted = [
        "parlor_messages_total",
        "parlor_deliveries_total",
        "parlor_orders_total",
        "parlor_committed_jobs_total",
        "parlor_commits_total",
        "parlor_commit_seconds_count",
        "parlor_commit_jobs_count",
        "parlor_commit_jobs_sum",
        "parlor_commit_jobs_bucket{le=\"1024\"}",
        "parlor_ack_seconds_count",
        "parlor_ack_seconds_bucket{le=\"+Inf\"}",
        "parlor_frames_encoded_total{to=\"audience\"}",
        "parlor_frames_encoded_total{to=\"connection\"}",
    ];
    let mut before = BTreeMap::new();
    for name in counted {
        before.insert(name, server.metric(name).await);
    }
    sending.send_message(server.lobby(), "hi").await;
    sending.next_message().await;
    listening.expect_message("hi").await;
    for name in counted {
        assert!(server.metric(name).await > before[name], "{name}");
    }
    assert_eq!(server.metric("parlor_messages_total").await, 1);
    assert_eq!(server.metric("parlor_writes_waiting").await, 0);
    assert_eq!(
        server.metric("parlor_orders_waiting{worker=\"1\"}").await,
        0
    );

    let reads = server.metric("parlor_log_reads_total").await;
    let changes = alice.changes(server.lobby(), "?since=0").await;
    assert_eq!(changes.messages.len(), 1);
    assert_eq!(server.metric("parlor_log_reads_total").await, reads + 1);
}

#[actix_web::test]
async fn every_metric_is_on_its_page_and_none_that_is_not() {
    let server = TestServer::start().await;
    let answer = server.get("/metrics").await.is(200);
    let mut served: BTreeMap<String, [String; 2]> = BTreeMap::new();
    for line in answer.text().lines() {
        let (mark, rest) = line.split_at(line.len().min(7));
        let place = match mark {
            "# TYPE " => 0,
            "# HELP " => 1,
            _ => continue,
        };
        let (name, said) = rest.split_once(' ').unwrap();
        served.entry(name.to_owned()).or_default()[place] = said.to_owned();
    }
    assert!(served.len() >= 15, "{served:?}");
    let rows = PAGE.lines().filter(|line| line.starts_with("| `parlor_"));
    let listed: BTreeMap<String, [String; 2]> = rows
        .map(|row| {
            let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
            let [name, kind, help] = cells[..] else {
                panic!("docs/metrics.md: three cells, not {row}")
            };
            let name = name.trim_matches('`').to_owned();
            (name, [kind.to_owned(), help.to_owned()])
        })
        .collect();
    assert_eq!(listed, served, "docs/metrics.md beside what is served");
}

#[actix_web::test]
async fn refusals_are_counted_by_reason_over_rest_and_sockets() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let name = "parlor_rejections_total{code=\"not_found\"}";
    let before = server.metric(name).await;
    let _ = alice
        .get("/rooms/nowhere")
        .await
        .refused(ErrorCode::NotFound);
    assert_eq!(server.metric(name).await, before + 1);
    let mut socket = alice.connect().await;
    socket.tell_text("no frame").await;
    socket.expect_error(ErrorCode::InvalidRequest).await;
    let name = "parlor_rejections_total{code=\"invalid_request\"}";
    assert_eq!(server.metric(name).await, 1);
    socket.tell_raw(awc::ws::Message::Binary("x".into())).await;
    assert_eq!(socket.expect_close().await, 1003);
    let closes = "parlor_closes_total{code=\"1003\"}";
    assert_eq!(server.metric(closes).await, 1);
}

#[actix_web::test]
async fn what_a_proxy_passes_on_gets_no_figures() {
    let server = TestServer::start().await;
    for header in ["x-forwarded-for", "forwarded", "via", "x-real-ip"] {
        server
            .get("/metrics")
            .header(header, "198.51.100.7")
            .await
            .refused(ErrorCode::NotFound);
    }
    let _ = server.get("/metrics").await.is(200);
}

#[actix_web::test]
async fn with_a_token_the_figures_are_for_who_shows_it_from_anywhere() {
    let server = TestServer::with(|config| config.metrics_token = Some("let me see".into())).await;
    let ask = || {
        server
            .get("/metrics")
            .header("x-forwarded-for", "198.51.100.7")
    };
    ask().await.refused(ErrorCode::NotFound);
    server.get("/metrics").await.refused(ErrorCode::NotFound);
    for wrong in ["let me se", "let me see!", ""] {
        ask().bearer(wrong).await.refused(ErrorCode::NotFound);
    }
    let _ = ask().bearer("let me see").await.is(200);
}

#[actix_web::test]
async fn figures_at_an_address_of_their_own_are_nowhere_else() {
    let server = TestServer::with(|config| {
        config.metrics_listen = Some(([127, 0, 0, 1], 0).into());
    })
    .await;
    server.get("/metrics").await.refused(ErrorCode::NotFound);
    let elsewhere = Door::at(server.metrics_address.unwrap());
    assert_eq!(elsewhere.metric("parlor_connections").await, 0);
    for path in ["/", "/api/v1/users/me", "/healthz"] {
        // The document is of the other address.
        let answer = elsewhere.get(path).undocumented().await;
        answer.refused(ErrorCode::NotFound);
    }
}
