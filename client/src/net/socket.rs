//! One WebSocket, from its opening to its end.
//!
//! gloo-net's edges stay here: its inbound queue has no bound, so it is drained in batches; a
//! refused upgrade and a broken line both end with 1006.

use futures_channel::mpsc;
use futures_util::{
    FutureExt, SinkExt, StreamExt,
    future::{Either, select},
};
use gloo_net::websocket::{Message, State as SocketState, WebSocketError, futures::WebSocket};
use shared::{ClientFrame, CloseCode, HEARTBEAT_MS, PONG_TIMEOUT_MS, ServerFrame};

use super::{Chat, chat::Order, live::End};
use crate::browser;

/// Most frames that are applied before the page is drawn again.
const BATCH: usize = 200;
/// The upgrade and `ready` may take so long.
const OPENING_MS: u64 = 10_000;
/// A flooding client is told to go away; it comes back after so long.
const FLOODING_MS: u64 = 5_000;

enum Event {
    Heard(Option<Result<Message, WebSocketError>>),
    Ordered(Option<Order>),
    Silent,
}

/// Connects, hands over what is heard, says what is ordered, until the line ends.
pub(super) async fn listen(
    chat: &Chat,
    url: &str,
    mut on_frames: impl FnMut(Vec<ServerFrame>),
) -> End {
    let Ok(mut socket) = WebSocket::open(url) else {
        return End::Lost;
    };
    let (sender, mut orders) = mpsc::unbounded();
    let mut sender = Some(sender);
    let mut silence = Silence::Opening;
    let mut heartbeat_ms = u64::from(HEARTBEAT_MS);
    let mut draining_ms = None;
    loop {
        let event = {
            let heard = socket.next();
            let ordered = orders.next();
            let silent = Box::pin(browser::sleep(silence.limit_ms(heartbeat_ms)));
            match select(heard, select(ordered, silent)).await {
                Either::Left((heard, _)) => Event::Heard(heard),
                Either::Right((Either::Left((order, _)), _)) => Event::Ordered(order),
                Either::Right((Either::Right(_), _)) => Event::Silent,
            }
        };
        if chat.0.is_over.get() {
            let _ = socket.close(Some(CloseCode::Normal.as_u16()), None);
            return End::Lost;
        }
        match event {
            Event::Heard(Some(Ok(first))) => {
                let mut frames: Vec<_> = parse(first).into_iter().collect();
                let mut end = None;
                while frames.len() < BATCH {
                    match socket.next().now_or_never() {
                        Some(Some(Ok(next))) => frames.extend(parse(next)),
                        Some(Some(Err(error))) => end = end.or(Some(ended(&error, draining_ms))),
                        Some(None) => end = end.or(Some(End::Lost)),
                        None => break,
                    }
                    if end.is_some() {
                        break;
                    }
                }
                silence = Silence::Quiet;
                for frame in &frames {
                    match frame {
                        ServerFrame::Ready {
                            heartbeat_ms: told, ..
                        } => {
                            heartbeat_ms = u64::from(*told).max(1_000);
                            if let Some(sender) = sender.take() {
                                *chat.0.orders.borrow_mut() = Some(sender);
                            }
                        }
                        ServerFrame::Draining { retry_after_ms } => {
                            draining_ms = Some(*retry_after_ms);
                        }
                        _ => {}
                    }
                }
                on_frames(frames);
                if let Some(end) = end {
                    return end;
                }
            }
            Event::Heard(Some(Err(error))) => return ended(&error, draining_ms),
            Event::Heard(None) => return draining_ms.map_or(End::Lost, End::Later),
            Event::Ordered(Some(Order::Say(frame))) => {
                if !say(&mut socket, &frame).await {
                    return End::Lost;
                }
            }
            Event::Ordered(Some(Order::Check)) => {
                if silence == Silence::Quiet && say(&mut socket, &ClientFrame::Ping {}).await {
                    silence = Silence::Pinged;
                }
            }
            Event::Ordered(None) => return End::Lost,
            Event::Silent => match silence {
                Silence::Quiet if say(&mut socket, &ClientFrame::Ping {}).await => {
                    silence = Silence::Pinged;
                }
                _ => return End::Lost,
            },
        }
    }
}

/// How long nothing may be heard, and what it then means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Silence {
    /// The upgrade is under way.
    Opening,
    /// Nothing was asked: a ping is due after a heartbeat.
    Quiet,
    /// A ping waits for its answer.
    Pinged,
}

impl Silence {
    fn limit_ms(self, heartbeat_ms: u64) -> u64 {
        match self {
            Self::Opening => OPENING_MS,
            Self::Quiet => heartbeat_ms,
            Self::Pinged => u64::from(PONG_TIMEOUT_MS),
        }
    }
}

/// A frame that can't be read is skipped: if it was a change, the next one shows the gap.
fn parse(message: Message) -> Option<ServerFrame> {
    match message {
        Message::Text(text) => serde_json::from_str(&text).ok(),
        Message::Bytes(_) => None,
    }
}

async fn say(socket: &mut WebSocket, frame: &ClientFrame) -> bool {
    let Ok(text) = serde_json::to_string(frame) else {
        return true;
    };
    matches!(socket.state(), SocketState::Open) && socket.send(Message::Text(text)).await.is_ok()
}

fn ended(error: &WebSocketError, draining_ms: Option<u64>) -> End {
    let WebSocketError::ConnectionClose(close) = error else {
        return End::Lost;
    };
    let is = |code: CloseCode| close.code == code.as_u16();
    if is(CloseCode::Revoked) {
        End::SignedOut
    } else if is(CloseCode::TokenExpired) {
        End::TokenExpired
    } else if is(CloseCode::Flooding) {
        End::Later(FLOODING_MS)
    } else {
        draining_ms.map_or(End::Lost, End::Later)
    }
}
