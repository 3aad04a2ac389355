//! A WebSocket, by another library than the server's.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use shared::{ClientFrame, Epoch, ServerFrame};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

/// An upgrade and its `ready` that take longer will not come: the way is cut.
const OPENING: Duration = Duration::from_secs(5);

/// What came out of a socket.
#[derive(Debug)]
pub enum Heard {
    /// A frame.
    Frame(Box<ServerFrame>),
    /// The server said goodbye, with this code.
    Closed(Option<u16>),
    /// The connection ended in the middle of things.
    Cut(Cut),
}

/// How a connection ended in the middle of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The other side's kernel said that it is over, or this one's did.
    Reset,
    /// Nothing more came.
    Ended,
}

/// An open socket, after its `ready`.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// The store's.
    pub epoch: Epoch,
    /// Who was there, as `ready` said.
    pub online: Vec<shared::Presence>,
}

impl Socket {
    /// Connects, and waits for `ready`.
    pub async fn open(address: SocketAddr, token: &str) -> Result<Self> {
        Self::open_with(address, token, None).await
    }

    /// As [`open`](Self::open); its kernel takes about so many bytes that nobody has read yet.
    pub async fn open_with(address: SocketAddr, token: &str, buffer: Option<u32>) -> Result<Self> {
        timeout(OPENING, Self::connect(address, token, buffer))
            .await
            .context("the socket did not open in time")?
    }

    async fn connect(address: SocketAddr, token: &str, buffer: Option<u32>) -> Result<Self> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        }?;
        if let Some(bytes) = buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        let mut request = format!("ws://{address}/api/v1/ws").into_client_request()?;
        let bearer = HeaderValue::from_str(&format!("Bearer {token}"))?;
        request.headers_mut().insert("authorization", bearer);
        let (mut stream, _) = client_async(request, stream).await?;
        match heard(&mut stream).await? {
            Heard::Frame(frame) => match *frame {
                ServerFrame::Ready { epoch, online, .. } => Ok(Self {
                    stream,
                    epoch,
                    online: online.unwrap_or_default(),
                }),
                other => bail!("{other:?} came before ready"),
            },
            other => bail!("{other:?} came before ready"),
        }
    }

    /// The next thing that comes. Pings are answered; dropping the future loses nothing.
    ///
    /// # Errors
    /// A frame that is none of the protocol's: the server is at fault.
    pub async fn next(&mut self) -> Result<Heard> {
        heard(&mut self.stream).await
    }

    /// Sends a frame; false when the connection has ended.
    pub async fn send(&mut self, frame: &ClientFrame) -> Result<bool> {
        let text = serde_json::to_string(frame)?;
        Ok(self.stream.send(Message::text(text)).await.is_ok())
    }

    /// Says goodbye, without waiting for the answer.
    pub async fn close(mut self) {
        // It may have ended by itself.
        let _ = self.stream.close(None).await;
    }
}

async fn heard(stream: &mut WebSocketStream<TcpStream>) -> Result<Heard> {
    loop {
        match stream.next().await {
            Some(Ok(Message::Text(text))) => {
                let frame: ServerFrame = serde_json::from_str(&text)
                    .with_context(|| format!("a frame of another shape: {text}"))?;
                if frame == ServerFrame::Unknown {
                    bail!("a frame of an unknown type: {text}");
                }
                return Ok(Heard::Frame(Box::new(frame)));
            }
            Some(Ok(Message::Close(reason))) => {
                return Ok(Heard::Closed(reason.map(|reason| reason.code.into())));
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(other)) => bail!("the server sent {other:?}"),
            Some(Err(Error::Io(_))) => return Ok(Heard::Cut(Cut::Reset)),
            Some(Err(_)) | None => return Ok(Heard::Cut(Cut::Ended)),
        }
    }
}
