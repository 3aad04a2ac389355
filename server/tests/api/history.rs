//! History by pages, and changes since a number.

use serde_json::json;
use shared::{ErrorCode, Message, MessagePage, MessageState};

use crate::harness::TestServer;

fn seqs(page: &MessagePage) -> Vec<u64> {
    page.messages.iter().map(|message| message.seq).collect()
}

#[actix_web::test]
async fn pages_go_both_ways_and_around_a_message() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    alice.count_to(lobby, 10).await;
    for (query, wanted, has_more, has_newer) in [
        ("", (1..=10).collect(), false, None),
        ("?limit=3", vec![8, 9, 10], true, None),
        ("?before=8&limit=3", vec![5, 6, 7], true, None),
        ("?before=4&limit=3", vec![1, 2, 3], false, None),
        ("?before=1", vec![], false, None),
        ("?before=999&limit=1", vec![10], true, None),
        ("?after=0&limit=3", vec![1, 2, 3], true, None),
        ("?after=7&limit=3", vec![8, 9, 10], false, None),
        ("?after=10", vec![], false, None),
        ("?after=999", vec![], false, None),
        ("?around=5&limit=5", vec![3, 4, 5, 6, 7], true, Some(true)),
        ("?around=1&limit=5", vec![1, 2, 3], false, Some(true)),
        ("?around=10&limit=5", vec![8, 9, 10], true, Some(false)),
        ("?around=5", (1..=10).collect(), false, Some(false)),
    ] {
        let page = alice.page(lobby, query).await;
        assert_eq!(seqs(&page), wanted, "{query}");
        assert_eq!(page.head, 10, "{query}");
        assert_eq!(
            (page.has_more, page.has_newer),
            (has_more, has_newer),
            "{query}"
        );
    }
}

#[actix_web::test]
async fn a_page_keeps_its_bounds() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    let messages = format!("/rooms/{lobby}/messages");
    for query in ["limit=0", "limit=101", "limit=-1", "before=x", "around=1.5"] {
        let (field, _) = query.split_once('=').unwrap();
        alice
            .get(&format!("{messages}?{query}"))
            .await
            .refused_on(ErrorCode::InvalidField, field);
    }
    for query in ["before=1&after=1", "after=1&around=1"] {
        alice
            .get(&format!("{messages}?{query}"))
            .await
            .refused(ErrorCode::InvalidRequest);
    }
    for query in ["page=1", "limit=1&limit=2"] {
        let (field, _) = query.split_once('=').unwrap();
        alice
            .get(&format!("{messages}?{query}"))
            .await
            .refused_on(ErrorCode::InvalidRequest, field);
    }
    alice.count_to(lobby, 101).await;
    assert_eq!(alice.page(lobby, "?limit=100").await.messages.len(), 100);
    assert_eq!(alice.page(lobby, "").await.messages.len(), 50);
}

#[actix_web::test]
async fn changes_come_by_their_number_in_their_current_state() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    let said = alice.count_to(lobby, 4).await;
    alice.reword(&said[0], "one").await;
    alice.take_back(&said[1]).await;
    let page = alice.changes(lobby, "?since=0").await;
    let shown: Vec<_> = page.messages.iter().map(|m| (m.rev, m.seq)).collect();
    assert_eq!(shown, [(3, 3), (4, 4), (5, 1), (6, 2)]);
    assert_eq!(page.messages[2].body(), Some("one"));
    assert!(matches!(
        page.messages[3].state,
        MessageState::Deleted { .. }
    ));
    assert_eq!((page.head, page.has_more), (6, false));

    let first = alice.changes(lobby, "?since=3&limit=2").await;
    assert!(first.has_more);
    let next = first.messages.last().unwrap().rev;
    let last = alice
        .changes(lobby, &format!("?since={next}&limit=2"))
        .await;
    let revs: Vec<_> = last.messages.iter().map(|message| message.rev).collect();
    assert_eq!((revs, last.has_more), (vec![6], false));
    assert_eq!(alice.changes(lobby, "?since=6").await.messages, []);
}

#[actix_web::test]
async fn changes_of_another_store_or_of_the_future_are_a_conflict() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let lobby = server.lobby();
    alice.count_to(lobby, 2).await;
    let epoch = alice.page(lobby, "").await.epoch;
    let known = format!("?since=0&epoch={epoch}");
    assert_eq!(alice.changes(lobby, &known).await.messages.len(), 2);
    let foreign = "01890a5d-ac96-774b-bcce-b302099a8057";
    let changes = format!("/rooms/{lobby}/changes");
    for query in [format!("since=0&epoch={foreign}"), "since=3".to_owned()] {
        alice
            .get(&format!("{changes}?{query}"))
            .await
            .refused(ErrorCode::Conflict);
    }
    for (query, code, field) in [
        ("", ErrorCode::InvalidRequest, "since"),
        ("?since=x", ErrorCode::InvalidField, "since"),
        ("?since=-1", ErrorCode::InvalidField, "since"),
        ("?since=0&epoch=x", ErrorCode::InvalidField, "epoch"),
        ("?since=0&limit=101", ErrorCode::InvalidField, "limit"),
        ("?since=0&limit=0", ErrorCode::InvalidField, "limit"),
        ("?since=0&until=3", ErrorCode::InvalidRequest, "until"),
    ] {
        alice
            .get(&format!("{changes}{query}"))
            .await
            .refused_on(code, field);
    }
}

#[actix_web::test]
async fn history_is_there_for_who_joins_later_and_after_a_restart() {
    let mut server = TestServer::start().await;
    let alice = server.register("alice").await;
    let said = alice.count_to(server.lobby(), 3).await;
    server.restart().await;
    let bob = server.register("bob").await;
    assert_eq!(bob.history(server.lobby()).await, said);
}

#[actix_web::test]
async fn a_tombstone_keeps_its_place_and_nothing_of_its_text() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let said = alice.say(server.lobby(), "regrettable").await;
    alice.take_back(&said).await;
    let path = format!("/rooms/{}/messages", server.lobby());
    let answer = alice.get(&path).await.is(200);
    let shown = &answer.value()["messages"][0];
    let mut fields: Vec<_> = shown.as_object().unwrap().keys().cloned().collect();
    fields.sort();
    assert_eq!(
        fields,
        [
            "author",
            "client_id",
            "created_at",
            "deleted_at",
            "id",
            "rev",
            "room",
            "seq"
        ]
    );
    assert_eq!(shown["seq"], json!(said.seq));
    assert!(!answer.text().contains("regrettable"));
    let last: Option<Message> = alice.my_room(server.lobby()).await.last_message;
    assert_eq!(last.map(|message| message.rev), Some(2));
}
