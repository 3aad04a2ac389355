//! One client's socket: from the upgrade to whole frames, whatever the pieces they come in.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::SocketAddr,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use mio::net::TcpStream;
use nix::sys::socket::{setsockopt, sockopt::TcpNoDelay};

use crate::ws;

/// RFC 6455 §1.3 uses this key, and says what must be answered.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// A head of an answer is never longer here.
const MAX_HEAD: usize = 4_096;

/// The server is too busy to let anybody in: 503 with `Retry-After: 1`, or a connection that is
/// closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the server is too busy to let the client in")]
pub struct SentAway;

impl SentAway {
    /// When the client comes again.
    pub const COME_AGAIN: Duration = Duration::from_secs(1);
}

/// The request that opens a WebSocket.
pub fn upgrade_request(address: SocketAddr, path: &str, token: Option<&str>) -> Vec<u8> {
    let authorization = token.map_or_else(String::new, |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{authorization}\r\n"
    )
    .into_bytes()
}

/// A client's socket.
#[derive(Debug)]
pub struct Connection {
    pub stream: TcpStream,
    is_open: bool,
    /// What came of a frame, or of the answer to the upgrade, that is not whole yet.
    rest: Vec<u8>,
    /// What could not be sent yet.
    out: Vec<u8>,
}

impl Connection {
    /// Begins to connect; the request goes out as soon as it can.
    pub fn begin(address: SocketAddr, request: Vec<u8>) -> Result<Self> {
        let stream = TcpStream::connect(address).context("cannot connect")?;
        setsockopt(&stream, TcpNoDelay, &true)?;
        Ok(Self {
            stream,
            is_open: false,
            rest: Vec::new(),
            out: request,
        })
    }

    /// Sends this after what is waiting, as far as the kernel takes it now.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        if !self.out.is_empty() {
            self.out.extend_from_slice(bytes);
            return self.flush();
        }
        let sent = write_some(&mut self.stream, bytes)?;
        self.out.extend_from_slice(&bytes[sent..]);
        Ok(())
    }

    /// Sends what is waiting, as far as the kernel takes it now.
    pub fn flush(&mut self) -> Result<()> {
        if !self.out.is_empty() {
            let sent = write_some(&mut self.stream, &self.out)?;
            self.out.drain(..sent);
        }
        Ok(())
    }

    /// Reads once; None when there is nothing now.
    ///
    /// # Errors
    /// When the server ended the connection.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<Option<usize>> {
        match self.stream.read(buffer) {
            Ok(0) if !self.is_open => Err(SentAway.into()),
            Ok(0) => bail!("the server closed the connection"),
            Ok(count) => Ok(Some(count)),
            Err(error) if is_not_now(&error) => Ok(None),
            Err(error) => Err(error).context("the connection broke"),
        }
    }

    /// Hands each whole frame in these newly read bytes to `hear`, in order. What is left over
    /// waits for the next bytes.
    pub fn take_in(
        &mut self,
        bytes: &[u8],
        mut hear: impl FnMut(ws::Frame<'_>) -> Result<()>,
    ) -> Result<()> {
        let owned;
        let mut left = if self.rest.is_empty() {
            bytes
        } else {
            let mut joined = std::mem::take(&mut self.rest);
            joined.extend_from_slice(bytes);
            owned = joined;
            &owned[..]
        };
        if !self.is_open {
            let Some(after) = after_upgrade(left)? else {
                self.rest = left.to_vec();
                return Ok(());
            };
            self.is_open = true;
            left = after;
        }
        while let Some((frame, after)) = ws::split(left)? {
            hear(frame)?;
            left = after;
        }
        self.rest = left.to_vec();
        Ok(())
    }

    /// Whether the upgrade is through.
    pub fn is_open(&self) -> bool {
        self.is_open
    }
}

fn write_some(stream: &mut TcpStream, bytes: &[u8]) -> Result<usize> {
    match stream.write(bytes) {
        Ok(sent) => Ok(sent),
        Err(error) if is_not_now(&error) => Ok(0),
        Err(error) => Err(error).context("cannot send"),
    }
}

fn is_not_now(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::Interrupted | ErrorKind::NotConnected
    )
}

/// The bytes after the answer to the upgrade; None where more of it must come.
fn after_upgrade(bytes: &[u8]) -> Result<Option<&[u8]>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        ensure!(bytes.len() <= MAX_HEAD, "the upgrade's answer has no end");
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&bytes[..end]);
    let has_line = |line: &str| head.lines().any(|other| other.eq_ignore_ascii_case(line));
    if head.starts_with("HTTP/1.1 503 ") && has_line("retry-after: 1") {
        return Err(SentAway.into());
    }
    let accepts = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .any(|(name, value)| {
            name.eq_ignore_ascii_case("sec-websocket-accept") && value.trim() == ACCEPT
        });
    ensure!(
        head.starts_with("HTTP/1.1 101 ") && accepts,
        "the upgrade was refused: {head}"
    );
    Ok(Some(&bytes[end + 4..]))
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    fn connection() -> (Connection, TcpListener) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let request = upgrade_request(address, "/", None);
        (Connection::begin(address, request).unwrap(), listener)
    }

    fn answer_and_frames() -> Vec<u8> {
        let mut bytes =
            format!("HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: {ACCEPT}\r\n\r\n")
                .into_bytes();
        for text in ["one", "two", &"three".repeat(40)] {
            ws::put_plain(ws::TEXT, text.as_bytes(), &mut bytes);
        }
        bytes
    }

    #[test]
    fn frames_are_whole_whatever_pieces_they_come_in() {
        let bytes = answer_and_frames();
        for size in 1..bytes.len() {
            let (mut connection, _listener) = connection();
            let mut heard = Vec::new();
            for piece in bytes.chunks(size) {
                connection
                    .take_in(piece, |frame| {
                        heard.push(frame.payload.to_vec());
                        Ok(())
                    })
                    .unwrap();
            }
            let long = "three".repeat(40);
            let expected = [&b"one"[..], b"two", long.as_bytes()];
            assert_eq!(heard, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn an_upgrade_that_is_none_fails() {
        for head in [
            "HTTP/1.1 401 Unauthorized\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\n\r\n",
        ] {
            let (mut connection, _listener) = connection();
            assert!(
                connection.take_in(head.as_bytes(), |_| Ok(())).is_err(),
                "{head}"
            );
        }
    }
}
