//! HTTP/1.1 as far as REST needs it: one request, one answer, one connection.
//!
//! Not a client for anything but Parlor: no pool, no chunks, no redirects. That keeps what is timed
//! and what fails in plain sight: an answer is whole or an error, and a second try is the caller's.

use std::{io, net::SocketAddr, time::Duration};

use anyhow::{Context, Result, bail};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// A request that takes longer hangs.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// As sent.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body of a 2xx answer.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        if !self.is_success() {
            bail!("{}: {}", self.status, String::from_utf8_lossy(&self.body));
        }
        serde_json::from_slice(&self.body).context("an answer of another shape")
    }

    /// Whether it is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Asks once. An error of kind `TimedOut` is a request that hung for [`PATIENCE`].
pub async fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<&[u8]>,
) -> io::Result<Answer> {
    let exchange = exchange(address, method, path, token, body);
    timeout(PATIENCE, exchange)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// As [`ask`], with a body.
pub async fn tell(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: &impl Serialize,
) -> io::Result<Answer> {
    let body = serde_json::to_vec(body)?;
    ask(address, method, path, token, Some(&body)).await
}

async fn exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<&[u8]>,
) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let authorization = token.map_or_else(String::new, |token| {
        format!("authorization: Bearer {token}\r\n")
    });
    let body = body.unwrap_or_default();
    let content = match method {
        "GET" => String::new(),
        _ => format!(
            "content-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        ),
    };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{authorization}{content}\r\n"
    );
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(body);
    stream.write_all(&bytes).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    read(&answer).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// The answer in these bytes; None where they are not all of one.
fn read(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, body) = (std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 4..]);
    let mut lines = head.lines();
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map(|(_, value)| value.trim().parse::<usize>());
    let whole = match length {
        Some(length) => length.ok()?,
        // The one kind of answer that has no length and no body.
        None if status == 204 => 0,
        None => return None,
    };
    (body.len() == whole).then(|| Answer {
        status,
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_or_none() {
        let whole = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
        let answer = read(whole).expect("whole");
        assert_eq!((answer.status, answer.body.as_slice()), (201, &b"{}"[..]));
        for end in 0..whole.len() {
            assert!(read(&whole[..end]).is_none(), "{end}");
        }
        assert_eq!(
            read(b"HTTP/1.1 204 No Content\r\n\r\n").map(|a| a.status),
            Some(204)
        );
    }
}
