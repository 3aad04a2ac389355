//! A WebSocket, as a client speaks it.

use actix_codec::Framed;
use actix_web::rt::time::timeout;
use awc::{
    BoxedSocket,
    error::WsClientError,
    ws::{self, WebsocketsRequest},
};
use futures_util::{SinkExt, StreamExt};
use shared::{
    Activity, ApiError, ClientFrame, ClientId, ErrorCode, Message, MessageId, RoomId, ServerFrame,
};

use super::{PATIENCE, Ready, Refused, Told, client_id, log, soon};

/// Larger than any frame the server makes.
const MAX_FRAME: usize = 16 * 1024 * 1024;

/// An open socket; `ready` came.
pub struct Socket {
    framed: Framed<BoxedSocket, ws::Codec>,
    pub ready: Ready,
}

impl Socket {
    pub async fn open(request: WebsocketsRequest) -> Result<Self, WsClientError> {
        let connecting = request.max_frame_size(MAX_FRAME).connect();
        let (_, framed) = soon("the upgrade", connecting).await?;
        let mut framed = framed;
        let ready = match told(&mut framed).await {
            Told::Frame(frame) => Ready::of(frame),
            other => panic!("{other:?} came before ready"),
        };
        Ok(Self { framed, ready })
    }

    /// The next thing told.
    pub async fn next(&mut self) -> Told {
        told(&mut self.framed).await
    }

    /// The next frame of a socket that stays open.
    pub async fn frame(&mut self) -> ServerFrame {
        match self.next().await {
            Told::Frame(frame) => frame,
            other => panic!("the socket ended: {other:?}"),
        }
    }

    /// What `pick` takes from the first frame that it takes something from.
    pub async fn until<T>(&mut self, mut pick: impl FnMut(ServerFrame) -> Option<T>) -> T {
        let mut passed = Vec::new();
        loop {
            let Ok(frame) = timeout(PATIENCE, self.frame()).await else {
                panic!("waited in vain; what came: {passed:#?}")
            };
            passed.push(format!("{frame:?}"));
            if let Some(picked) = pick(frame) {
                return picked;
            }
        }
    }

    /// Waits for that very frame.
    pub async fn expect(&mut self, wanted: ServerFrame) {
        self.until(|frame| (frame == wanted).then_some(())).await;
    }

    pub async fn tell(&mut self, frame: &ClientFrame) {
        self.tell_text(serde_json::to_string(frame).unwrap()).await;
    }

    pub async fn tell_text(&mut self, text: impl Into<String>) {
        let text: String = text.into();
        self.tell_raw(ws::Message::Text(text.into())).await;
    }

    pub async fn tell_raw(&mut self, message: ws::Message) {
        // A socket that is being closed need not take it; what it says tells.
        let _ = soon("the socket to take a frame", self.framed.send(message)).await;
    }

    pub async fn send_message(&mut self, room: RoomId, body: &str) -> ClientId {
        let id = client_id();
        self.send_as(room, id, body).await;
        id
    }

    pub async fn send_as(&mut self, room: RoomId, client_id: ClientId, body: &str) {
        log::secret("message", body);
        let body = body.parse().unwrap();
        self.tell(&ClientFrame::SendMessage {
            room,
            client_id,
            body,
            reply_to: None,
        })
        .await;
    }

    pub async fn resume(&mut self, cursors: impl IntoIterator<Item = (RoomId, u64)>) {
        self.tell(&ClientFrame::Resume {
            epoch: Some(self.ready.epoch),
            rooms: cursors.into_iter().collect(),
        })
        .await;
    }

    pub async fn set_presence(&mut self, state: Activity) {
        self.tell(&ClientFrame::SetPresence { state }).await;
    }

    pub async fn mark_read(&mut self, room: RoomId, seq: u64) {
        self.tell(&ClientFrame::Mark {
            room,
            delivered: None,
            read: Some(seq),
        })
        .await;
    }

    /// Sends `ping` and waits for `pong`: what was said before it was heard.
    pub async fn ping(&mut self) {
        self.tell(&ClientFrame::Ping {}).await;
        self.expect(ServerFrame::Pong {}).await;
    }

    /// The next acceptance, which is of that message: its id and number.
    pub async fn expect_accepted(&mut self, of: ClientId) -> (MessageId, u64) {
        self.until(|frame| match frame {
            ServerFrame::MessageAccepted {
                client_id, id, seq, ..
            } => {
                assert_eq!(client_id, of);
                Some((id, seq))
            }
            ServerFrame::Error { .. } => panic!("{frame:?}"),
            _ => None,
        })
        .await
    }

    /// The next new message, which says `body`.
    pub async fn expect_message(&mut self, body: &str) -> Message {
        let message = self.next_message().await;
        assert_eq!(message.body(), Some(body), "{message:?}");
        message
    }

    pub async fn next_message(&mut self) -> Message {
        self.until(|frame| match frame {
            ServerFrame::MessagePosted { message } => Some(message),
            _ => None,
        })
        .await
    }

    /// The next changed message.
    pub async fn expect_change(&mut self) -> Message {
        self.until(|frame| match frame {
            ServerFrame::MessageChanged { message } => Some(message),
            _ => None,
        })
        .await
    }

    /// Everything heard before the new message `body`.
    pub async fn heard_before(&mut self, body: &str) -> Vec<ServerFrame> {
        let mut heard = Vec::new();
        loop {
            let frame = self.frame().await;
            if let ServerFrame::MessagePosted { message } = &frame
                && message.body() == Some(body)
            {
                return heard;
            }
            heard.push(frame);
        }
    }

    /// Everything heard until the room is caught up, and its head.
    pub async fn heard_until_caught_up(&mut self, in_room: RoomId) -> (Vec<ServerFrame>, u64) {
        let mut heard = Vec::new();
        loop {
            match self.frame().await {
                ServerFrame::CaughtUp { room, head } if room == in_room => return (heard, head),
                frame => heard.push(frame),
            }
        }
    }

    /// The next `error` frame, which has that code.
    pub async fn expect_error(&mut self, code: ErrorCode) -> Refused {
        let refused = self
            .until(|frame| match frame {
                ServerFrame::Error {
                    code,
                    message,
                    field,
                    client_id,
                    retry_after_ms,
                } => Some(Refused {
                    error: ApiError {
                        code,
                        message,
                        field,
                        retry_after_ms,
                    },
                    client_id,
                }),
                _ => None,
            })
            .await;
        assert_eq!(refused.error.code, code, "{refused:?}");
        refused
    }

    /// The close code, after whatever else was told.
    pub async fn expect_close(&mut self) -> u16 {
        loop {
            match self.next().await {
                Told::Frame(_) => {}
                Told::Closed(code) => return code,
                Told::Cut => panic!("cut without a close frame"),
            }
        }
    }

    /// Says goodbye, and waits until the server heard it.
    pub async fn close(mut self) {
        let normal = ws::CloseReason::from(ws::CloseCode::Normal);
        self.tell_raw(ws::Message::Close(Some(normal))).await;
        loop {
            if !matches!(self.next().await, Told::Frame(_)) {
                return;
            }
        }
    }
}

async fn told(framed: &mut Framed<BoxedSocket, ws::Codec>) -> Told {
    loop {
        match soon("a frame", framed.next()).await {
            Some(Ok(ws::Frame::Text(text))) => {
                super::documented::check_frame(&text);
                let frame = serde_json::from_slice(&text).unwrap();
                assert_ne!(frame, ServerFrame::Unknown, "{text:?}");
                return Told::Frame(frame);
            }
            Some(Ok(ws::Frame::Ping(payload))) => {
                // It may be closing by now.
                let _ = framed.send(ws::Message::Pong(payload)).await;
            }
            Some(Ok(ws::Frame::Pong(_))) => {}
            Some(Ok(ws::Frame::Close(reason))) => {
                return Told::Closed(reason.map_or(0, |reason| reason.code.into()));
            }
            Some(Ok(other)) => panic!("the server sent {other:?}"),
            Some(Err(_)) | None => return Told::Cut,
        }
    }
}
