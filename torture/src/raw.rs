//! A WebSocket by hand: for who misbehaves, and for who must cost next to nothing.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::http::PATIENCE;

/// What a frame is (RFC 6455 §5.2).
pub mod opcode {
    pub const TEXT: u8 = 1;
    pub const CLOSE: u8 = 8;
    pub const PING: u8 = 9;
    pub const PONG: u8 = 10;
}

/// Connects and upgrades. What came after the answer's head is returned beside the stream.
pub async fn upgrade(address: SocketAddr, token: &str) -> Result<(TcpStream, Vec<u8>)> {
    timeout(PATIENCE, ask(address, token))
        .await
        .context("the upgrade had no answer")?
}

async fn ask(address: SocketAddr, token: &str) -> Result<(TcpStream, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    // Any key will do: whether the server answers it well is for others to test.
    let request = format!(
        "GET /api/v1/ws HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         authorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    let end = loop {
        if let Some(end) = memchr::memmem::find(&answer, b"\r\n\r\n") {
            break end;
        }
        let read = stream.read_buf(&mut answer).await?;
        ensure!(read > 0, "the upgrade was cut off");
    };
    ensure!(
        answer.starts_with(b"HTTP/1.1 101"),
        "no upgrade: {}",
        String::from_utf8_lossy(&answer[..end])
    );
    answer.drain(..end + 4);
    Ok((stream, answer))
}

/// A client's frame, masked with zeros, which leave its payload as it is.
pub fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = header(opcode, payload.len() as u64);
    bytes.extend_from_slice(payload);
    bytes
}

/// The beginning of a client's frame that announces so many bytes.
pub fn header(opcode: u8, len: u64) -> Vec<u8> {
    let mut bytes = vec![0x80 | opcode];
    match (u8::try_from(len), u16::try_from(len)) {
        (Ok(short @ ..=125), _) => bytes.push(0x80 | short),
        (_, Ok(len)) => {
            bytes.push(0x80 | 0x7e);
            bytes.extend(len.to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 0x7f);
            bytes.extend(len.to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes
}

/// A server's frame at the beginning of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// See [`opcode`].
    pub opcode: u8,
    /// Unmasked, as servers send it.
    pub payload: &'a [u8],
    /// How long the frame is in all.
    pub len: usize,
}

impl<'a> Frame<'a> {
    /// None until all of it is there.
    pub fn first(bytes: &'a [u8]) -> Option<Self> {
        let (&first, &second) = (bytes.first()?, bytes.get(1)?);
        let (start, len): (usize, usize) = match second & 0x7f {
            0x7e => (
                4,
                usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)),
            ),
            0x7f => {
                let len = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
                (10, usize::try_from(len).ok()?)
            }
            short => (2, usize::from(short)),
        };
        Some(Self {
            opcode: first & 0x0f,
            payload: bytes.get(start..start.checked_add(len)?)?,
            len: start + len,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_when_all_of_it_is_there() {
        for len in [0_usize, 5, 125, 126, 70_000] {
            let payload = vec![b'x'; len];
            let mut bytes = frame(opcode::TEXT, &payload);
            // As a server sends it: without a mask.
            let mask_at = bytes.len() - len - 4;
            bytes.drain(mask_at..mask_at + 4);
            bytes[1] &= 0x7f;
            let whole = Frame::first(&bytes).expect("whole");
            assert_eq!((whole.opcode, whole.payload), (opcode::TEXT, &payload[..]));
            assert_eq!(whole.len, bytes.len());
            assert_eq!(Frame::first(&bytes[..bytes.len() - 1]), None, "{len}");
        }
    }
}
