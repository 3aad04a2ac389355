//! The operator's figures.

use std::collections::BTreeMap;

use crate::harness::TestServer;

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
