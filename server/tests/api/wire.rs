//! A WebSocket leaves actix-http with its request, and the fan-out writes to it: what a client reads
//! is whole and in order, what it says is heard, and what it held is given back when it ends.

use shared::{MessagePage, ServerFrame};

use crate::harness::{
    RawSocket, TestServer,
    raw::{CLOSE, PING, PONG, TEXT, frame, upgrade},
    soon,
};

#[actix_web::test]
async fn what_is_sent_to_a_new_socket_comes_after_the_answers_before_it() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let lobby = server.lobby();
    let mut sending = alice.connect().await;
    let long = "€".repeat(2_700);
    for _ in 0..100 {
        sending.send_message(lobby, &long).await;
        sending.expect_message(&long).await;
    }

    // Pages of 800 KB are asked for and not read, and an upgrade behind them.
    let mut raw = RawSocket::connect(&server, Some(4 * 1024)).await;
    let page = format!(
        "GET /api/v1/rooms/{lobby}/messages?limit=100 HTTP/1.1\r\nHost: {}\r\n\
         Authorization: Bearer {}\r\n\r\n",
        server.address, bob.token
    );
    let requests = page.repeat(10) + &upgrade(&server, &bob);
    raw.write(requests.as_bytes()).await;

    // All the time somebody speaks.
    let speaking = actix_web::rt::spawn(async move {
        for n in 1..=400 {
            let body = format!("{n}");
            sending.send_message(lobby, &body).await;
            sending.expect_message(&body).await;
        }
        sending
    });
    for _ in 0..10 {
        let page: MessagePage = serde_json::from_slice(&raw.answer().await).unwrap();
        assert_eq!(page.messages.len(), 100);
    }
    raw.expect_upgrade().await;
    let ready = raw.text_with("").await;
    let ServerFrame::Ready { rooms, .. } = serde_json::from_str(&ready).unwrap() else {
        panic!("{ready}");
    };
    let mut head = rooms[0].head;
    assert!(head < 500, "all was said before the upgrade");
    while head < 500 {
        let text = raw.text_with("message_posted").await;
        let ServerFrame::MessagePosted { message } = serde_json::from_str(&text).unwrap() else {
            panic!("{text}");
        };
        assert_eq!(message.rev, head + 1);
        head = message.rev;
    }
    speaking.await.unwrap();
}

#[actix_web::test]
async fn what_is_said_right_behind_the_request_is_heard() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let mut raw = RawSocket::connect(&server, None).await;
    let mut said = upgrade(&server, &alice).into_bytes();
    for _ in 0..2 {
        said.extend(frame(true, TEXT, br#"{"type":"ping"}"#));
    }
    raw.write(&said).await;
    raw.expect_upgrade().await;
    for _ in 0..2 {
        raw.text_with("pong").await;
    }
}

#[actix_web::test]
async fn more_than_is_read_at_a_time_is_heard_in_order() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let mut raw = RawSocket::open(&server, &alice).await;
    raw.text_with("ready").await;
    // Answers to a thousand pings, asked for at once: far more than the buffer takes.
    let said: Vec<u8> = (0_u16..1_000)
        .flat_map(|n| frame(true, PING, &[n.to_be_bytes(); 50].concat()))
        .collect();
    raw.write(&said).await;
    for n in 0_u16..1_000 {
        let (opcode, payload) = raw.next().await.expect("the socket is open");
        assert_eq!(opcode, PONG);
        assert_eq!(payload[..2], n.to_be_bytes());
    }
}

#[actix_web::test]
async fn an_upgrade_where_there_is_no_socket_is_answered_whole_and_the_connection_ends() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let mut raw = RawSocket::connect(&server, None).await;
    let request = upgrade(&server, &alice).replace("/api/v1/ws", "/api/v1/users");
    raw.write(request.as_bytes()).await;
    let page: serde_json::Value = serde_json::from_slice(&raw.answer().await).unwrap();
    assert_eq!(page["users"][0]["username"], "alice");
    assert!(raw.next().await.is_none(), "nothing follows");
}

#[actix_web::test]
async fn a_socket_takes_one_descriptor_of_the_server() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    drop(RawSocket::open(&server, &alice).await);
    let before = settled().await;
    let mut sockets = Vec::new();
    for _ in 0..5 {
        sockets.push(RawSocket::open(&server, &alice).await);
    }
    assert_eq!(settled().await, before + 10, "one, and the client's");
}

#[actix_web::test]
async fn however_a_connection_ends_its_descriptors_are_given_back() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    // The clients' own kept connections are there from now on.
    drop(RawSocket::open(&server, &alice).await);
    let before = settled().await;
    for _ in 0..5 {
        let mut said = RawSocket::open(&server, &alice).await;
        said.write(&frame(true, CLOSE, &[3, 232])).await;
        said.heard_until_end().await;
        let mut broken = RawSocket::open(&server, &alice).await;
        broken.write(&[0xff; 64]).await;
        broken.heard_until_end().await;
        RawSocket::open(&server, &alice).await.cut();
        drop(RawSocket::open(&server, &bob).await);
        let mut half = RawSocket::open(&server, &bob).await;
        half.half_close().await;
        half.heard_until_end().await;
    }
    soon("descriptors", async {
        while descriptors() > before {
            actix_web::rt::task::yield_now().await;
        }
    })
    .await;
}

/// How many files and sockets this process has open; the server's are among them.
fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// The same, once it stays the same: what was dropped is gone.
async fn settled() -> usize {
    let mut last = descriptors();
    let mut same = 0;
    while same < 1_000 {
        actix_web::rt::task::yield_now().await;
        let now = descriptors();
        same = if now == last { same + 1 } else { 0 };
        last = now;
    }
    last
}
