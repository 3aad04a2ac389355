use std::{
    io::Read,
    net::{TcpListener, TcpStream},
};

use bytes::Bytes;
use shared::{CloseCode, ServerFrame};

use super::*;
use crate::chat::Draining;

fn pop(outbox: &mut Outbox) -> Poll<Option<Item>> {
    outbox.poll_pop(&mut Context::from_waker(Waker::noop()))
}

fn pong() -> Frame {
    Frame::encode(&ServerFrame::Pong {}, None)
}

#[test]
fn the_last_word_has_room_however_much_waits() {
    let mut outbox = Outbox::default();
    outbox.push_raw(Bytes::from(vec![0; MAX_BYTES]));
    outbox.push_last(pong());
    outbox.close(CloseCode::Restarting);
    let said: Vec<_> = std::iter::from_fn(|| match pop(&mut outbox) {
        Poll::Ready(item) => item,
        Poll::Pending => None,
    })
    .collect();
    assert!(
        matches!(
            said[..],
            [
                Item::Raw(_),
                Item::Frame(_),
                Item::Close(CloseCode::Restarting, _)
            ]
        ),
        "{said:?}"
    );
}

/// An outbox with a wire, and the client's end of it.
fn wired() -> (Outbox, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    server.set_nonblocking(true).unwrap();
    let mut outbox = Outbox::default();
    outbox.open(Wire::new(
        server.try_into().unwrap(),
        Draining::default().stay(),
    ));
    (outbox, client)
}

/// Sends numbered pieces until the kernel takes no more; what was sent, the queued rest included.
fn fill(outbox: &mut Outbox) -> Vec<u8> {
    let mut said = Vec::new();
    for number in 0_u32.. {
        let piece = Bytes::from(number.to_be_bytes().repeat(5_000));
        said.extend_from_slice(&piece);
        if outbox.send(&piece) == Flushed::Blocked {
            return said;
        }
    }
    said
}

#[test]
fn a_reader_that_is_too_slow_is_closed_and_its_memory_given_back() {
    let mut outbox = Outbox::default();
    let frame = pong();
    for _ in 0..MAX_BYTES / frame.ws().len() {
        outbox.push(frame.clone());
    }
    assert!(!outbox.is_closing());
    outbox.push(frame.clone());
    assert_eq!(outbox.bytes(), 4, "the close alone");
    assert!(matches!(
        pop(&mut outbox),
        Poll::Ready(Some(Item::Close(CloseCode::TooSlow, _)))
    ));
    outbox.push(frame);
    assert!(
        matches!(pop(&mut outbox), Poll::Ready(None)),
        "nothing comes after a close"
    );
}

#[test]
fn what_was_queued_before_a_close_is_sent_before_it() {
    let mut outbox = Outbox::default();
    outbox.push(pong());
    outbox.close(CloseCode::Revoked);
    outbox.close(CloseCode::Normal);
    assert!(matches!(
        pop(&mut outbox),
        Poll::Ready(Some(Item::Frame(_)))
    ));
    assert!(matches!(
        pop(&mut outbox),
        Poll::Ready(Some(Item::Close(CloseCode::Revoked, _)))
    ));
    assert!(matches!(pop(&mut outbox), Poll::Ready(None)));
}

#[actix_web::test]
async fn an_idle_client_is_sent_to_at_once_and_costs_no_queue() {
    let (mut outbox, mut client) = wired();
    let frames = Bytes::from_static(b"frames");
    assert_eq!(outbox.send(&frames), Flushed::All);
    assert_eq!(outbox.queue.capacity(), 0);
    let mut heard = [0; 6];
    client.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"frames");
}

#[actix_web::test]
async fn what_the_kernel_did_not_take_follows_in_order_and_whole() {
    let (mut outbox, mut client) = wired();
    let mut said = fill(&mut outbox);
    assert!(outbox.bytes() > 0);
    // More comes while it is blocked; nothing overtakes.
    let last = Bytes::from_static(b"the last");
    assert_eq!(outbox.send(&last), Flushed::StillBlocked);
    said.extend_from_slice(&last);

    let total = said.len();
    let reading = std::thread::spawn(move || {
        let mut heard = vec![0; total];
        client.read_exact(&mut heard).unwrap();
        heard
    });
    while outbox.bytes() > 0 {
        outbox.unblock();
        outbox.flush();
        std::thread::yield_now();
    }
    assert!(reading.join().unwrap() == said, "in order, whole, once");
}

#[actix_web::test]
async fn an_overflow_keeps_the_rest_of_what_was_begun() {
    let (mut outbox, mut client) = wired();
    let said = fill(&mut outbox);
    let begun = outbox.sent;
    assert!(begun > 0, "a piece was cut");
    let more = Bytes::from(vec![b'x'; 60_000]);
    while !outbox.is_closing() {
        outbox.send(&more);
    }
    assert_eq!(
        outbox.queue.len(),
        2,
        "the rest of that piece, and the close"
    );

    let reading = std::thread::spawn(move || {
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).unwrap();
        heard
    });
    loop {
        outbox.unblock();
        if outbox.flush() == Flushed::Over {
            break;
        }
        std::thread::yield_now();
    }
    drop(outbox);
    let heard = reading.join().unwrap();
    assert!(heard.starts_with(&said), "the piece is whole");
    assert_eq!(heard[said.len()..], frame::close(CloseCode::TooSlow));
}

#[actix_web::test]
async fn a_client_that_is_gone_ends_the_queue_and_lets_the_wire_go() {
    let (mut outbox, client) = wired();
    drop(client);
    let frames = Bytes::from_static(b"frames");
    // The first may still be taken: the answer to it says that nobody is there.
    while outbox.send(&frames) != Flushed::Over {
        std::thread::yield_now();
    }
    assert!(outbox.is_closing());
    assert!(outbox.wire.is_none());
}

#[actix_web::test]
async fn a_burst_leaves_no_memory_behind() {
    for count in [2 * KEPT + 1, GATHERED, 1_000] {
        let (mut outbox, mut client) = wired();
        outbox.block();
        for _ in 0..count {
            outbox.push(pong());
        }
        outbox.unblock();
        assert_eq!(outbox.flush(), Flushed::All);
        assert!(outbox.queue.capacity() <= 2 * KEPT, "after {count}");
        let mut heard = vec![0; count * pong().ws().len()];
        client.read_exact(&mut heard).unwrap();
    }
}
