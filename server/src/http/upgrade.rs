//! A request that asks for a WebSocket, and the connection that comes of it.
//!
//! actix-http keeps two buffers of 8 KiB and a dispatcher for each connection that it serves. A
//! socket is idle nearly all of its life, so it is taken out of there: actix-http hands over the
//! connection with such a request, the same application answers it, and the live side goes on.

use std::{future::poll_fn, io, pin::pin, rc::Rc};

use actix_codec::{Encoder, Framed, FramedParts};
use actix_http::{
    ConnectionType, HttpMessage, Request, Response, StatusCode,
    body::{BodySize, BoxBody, MessageBody},
    h1::{Codec, Message},
};
use actix_web::{dev::Service, rt::net::TcpStream};
use bytes::{Bytes, BytesMut};

use crate::chat::{Connection, Stay, Upgrade, Wire};

/// Answers with the application, then serves the socket until it ends or, where there is none,
/// ends the connection: it has the bytes of another protocol in it.
pub async fn upgrade<S, B>(
    app: Rc<S>,
    request: Request,
    framed: Framed<TcpStream, Codec>,
    stay: Stay,
) -> Result<(), actix_web::Error>
where
    S: Service<Request>,
    S::Response: Into<Response<B>>,
    S::Error: Into<Response<BoxBody>>,
    B: MessageBody,
{
    let FramedParts {
        io,
        codec,
        read_buf,
        write_buf,
        ..
    } = framed.into_parts();
    let wire = Wire::new(io, stay);
    // A copy: the buffer would live as long as the socket.
    let upgrade = Upgrade::new(wire.clone(), Bytes::copy_from_slice(&read_buf));
    request.extensions_mut().insert(upgrade.clone());
    let answering = Answering {
        codec,
        wire: wire.clone(),
        buffer: write_buf,
    };
    // On its own piece of memory, which is given back before the socket's life begins.
    match Box::pin(answering.run(app, request, upgrade)).await {
        Ok(Some(connection)) => connection.await,
        Ok(None) => {}
        // The client is gone: an error to nobody.
        Err(error) => {
            tracing::debug!(%error, "the answer to an upgrade was not sent");
            return Ok(());
        }
    }
    wire.hang_up().await;
    Ok(())
}

struct Answering {
    codec: Codec,
    wire: Wire,
    /// What is to be sent: the answers to requests before this one to begin with.
    buffer: BytesMut,
}

impl Answering {
    async fn run<S, B>(
        mut self,
        app: Rc<S>,
        request: Request,
        upgrade: Upgrade,
    ) -> io::Result<Option<Connection>>
    where
        S: Service<Request>,
        S::Response: Into<Response<B>>,
        S::Error: Into<Response<BoxBody>>,
        B: MessageBody,
    {
        match app.call(request).await {
            Ok(response) => self.send(response.into()).await?,
            Err(error) => self.send(error.into()).await?,
        }
        Ok(upgrade.take())
    }

    async fn send<B: MessageBody>(&mut self, response: Response<B>) -> io::Result<()> {
        let (mut response, body) = response.into_parts();
        let is_upgrade = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        if !is_upgrade {
            response
                .head_mut()
                .set_connection_type(ConnectionType::Close);
        }
        let size = body.size();
        self.codec
            .encode(Message::Item((response, size)), &mut self.buffer)?;
        self.flush().await?;
        if matches!(size, BodySize::None | BodySize::Sized(0)) {
            return Ok(());
        }
        let mut body = pin!(body);
        while let Some(chunk) = poll_fn(|cx| body.as_mut().poll_next(cx)).await {
            let chunk = chunk.map_err(|error| io::Error::other(error.into().to_string()))?;
            self.codec
                .encode(Message::Chunk(Some(chunk)), &mut self.buffer)?;
            self.flush().await?;
        }
        self.codec.encode(Message::Chunk(None), &mut self.buffer)?;
        self.flush().await
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.wire.send_all(&self.buffer).await?;
        self.buffer.clear();
        Ok(())
    }
}
