//! A stream of Server-Sent Events, read as `EventSource` reads it.

use awc::ClientResponse;
use futures_util::StreamExt;
use shared::{Message, ServerFrame};

use super::{Call, Ready, soon};

/// One thing in a stream.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, and most are frames"
)]
pub enum Event {
    Frame {
        id: Option<String>,
        frame: ServerFrame,
    },
    /// A line that says only that the stream lives.
    Comment,
    End,
}

/// An open stream; `ready` came.
pub struct EventStream {
    response: ClientResponse,
    unread: Vec<u8>,
    pub ready: Ready,
    /// The last `id:`, which resumes.
    pub last_id: String,
}

impl EventStream {
    pub async fn open(call: Call) -> Self {
        let response = call.open().await;
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(
            response.headers().get("content-type").unwrap(),
            "text/event-stream"
        );
        let (mut response, mut unread) = (response, Vec::new());
        let first = next(&mut response, &mut unread).await;
        let Event::Frame {
            id: Some(last_id),
            frame,
        } = first
        else {
            panic!("{first:?} came before ready with an id")
        };
        Self {
            response,
            unread,
            ready: Ready::of(frame),
            last_id,
        }
    }

    pub async fn next(&mut self) -> Event {
        let event = next(&mut self.response, &mut self.unread).await;
        if let Event::Frame { id: Some(id), .. } = &event {
            self.last_id.clone_from(id);
        }
        event
    }

    /// The next frame of a stream that goes on.
    pub async fn frame(&mut self) -> ServerFrame {
        loop {
            match self.next().await {
                Event::Frame { frame, .. } => return frame,
                Event::Comment => {}
                Event::End => panic!("the stream ended"),
            }
        }
    }

    pub async fn expect_message(&mut self, body: &str) -> Message {
        loop {
            if let ServerFrame::MessagePosted { message } = self.frame().await {
                assert_eq!(message.body(), Some(body), "{message:?}");
                return message;
            }
        }
    }

    /// Everything heard until the end.
    pub async fn heard_until_end(&mut self) -> Vec<ServerFrame> {
        let mut heard = Vec::new();
        loop {
            match self.next().await {
                Event::Frame { frame, .. } => heard.push(frame),
                Event::Comment => {}
                Event::End => return heard,
            }
        }
    }
}

async fn next(response: &mut ClientResponse, unread: &mut Vec<u8>) -> Event {
    loop {
        if let Some(end) = unread.windows(2).position(|two| two == b"\n\n") {
            let text: Vec<u8> = unread.drain(..end + 2).collect();
            return event(std::str::from_utf8(&text).unwrap());
        }
        let Some(bytes) = soon("an event", response.next()).await else {
            assert!(unread.is_empty(), "cut within an event: {unread:?}");
            return Event::End;
        };
        unread.extend(bytes.unwrap());
    }
}

fn event(text: &str) -> Event {
    let (mut id, mut frame) = (None, None);
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.split_once(':') {
            Some(("", _)) => {}
            Some(("id", value)) => id = Some(value.trim_start().to_owned()),
            Some(("data", value)) => frame = Some(serde_json::from_str(value).unwrap()),
            _ => panic!("a line that is no field of ours: {line}"),
        }
    }
    frame.map_or(Event::Comment, |frame| Event::Frame { id, frame })
}
