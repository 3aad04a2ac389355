//! A WebSocket by hand, for frames that no client library would send.

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use super::{Person, TestServer, soon};

pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

const MASK: [u8; 4] = [7, 70, 170, 17];

/// Bytes of a client's frame.
pub fn frame(is_last: bool, opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = header(is_last, opcode, payload.len() as u64);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(a, b)| a ^ b));
    bytes
}

/// Bytes of a short frame as only a server may send it.
pub fn unmasked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let len = u8::try_from(payload.len()).unwrap();
    [&[0x80 | opcode, len], payload].concat()
}

/// Only its header, which announces `len` bytes.
pub fn header(is_last: bool, opcode: u8, len: u64) -> Vec<u8> {
    let mut bytes = vec![if is_last { 0x80 | opcode } else { opcode }];
    match len {
        0..=125 => bytes.push(0x80 | u8::try_from(len).unwrap()),
        126..=0xffff => {
            bytes.push(0x80 | 0x7e);
            bytes.extend(u16::try_from(len).unwrap().to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 0x7f);
            bytes.extend(len.to_be_bytes());
        }
    }
    bytes.extend(MASK);
    bytes
}

/// A request for an upgrade.
pub fn upgrade(server: &TestServer, person: &Person) -> String {
    format!(
        "GET /api/v1/ws HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
         Upgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        server.address, person.token
    )
}

/// A socket whose handshake is done.
pub struct RawSocket<Io = TcpStream> {
    tcp: Io,
    unread: Vec<u8>,
}

impl RawSocket {
    pub async fn open(server: &TestServer, person: &Person) -> Self {
        Self::open_with(server, person, None).await
    }

    /// With little room to receive in: it is full soon after it stops reading.
    pub async fn open_narrow(server: &TestServer, person: &Person) -> Self {
        Self::open_with(server, person, Some(4 * 1024)).await
    }

    async fn open_with(server: &TestServer, person: &Person, room: Option<u32>) -> Self {
        let mut raw = Self::connect(server, room).await;
        raw.write(upgrade(server, person).as_bytes()).await;
        raw.expect_upgrade().await;
        raw
    }

    /// A connection that has said nothing yet, with so much room to receive in.
    pub async fn connect(server: &TestServer, room: Option<u32>) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        if let Some(bytes) = room {
            socket.set_recv_buffer_size(bytes).unwrap();
        }
        let tcp = soon("the connection", socket.connect(server.address)).await;
        Self::on(tcp.unwrap())
    }

    /// One to a server of another process.
    pub async fn to(address: std::net::SocketAddr) -> Self {
        Self::on(
            soon("the connection", TcpStream::connect(address))
                .await
                .unwrap(),
        )
    }

    /// Ends with a reset, as a machine does that lost its network.
    pub fn cut(self) {
        SockRef::from(&self.tcp)
            .set_linger(Some(std::time::Duration::ZERO))
            .unwrap();
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> RawSocket<Io> {
    /// On a connection that has said nothing yet.
    pub fn on(connection: Io) -> Self {
        Self {
            tcp: connection,
            unread: Vec::new(),
        }
    }

    /// What follows is frames.
    pub async fn expect_upgrade(&mut self) {
        let head = soon("the upgrade", self.read_head()).await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    }

    /// An answer to a plain request: its body.
    pub async fn answer(&mut self) -> Vec<u8> {
        let head = self.read_head().await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        let len = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|len| len.parse::<usize>().ok())
            .expect("a length");
        self.body(len).await
    }

    /// So many bytes.
    pub async fn body(&mut self, len: usize) -> Vec<u8> {
        while self.unread.len() < len {
            assert!(self.read().await, "cut in an answer");
        }
        self.unread.drain(..len).collect()
    }

    /// The status of an answer; None where the server ends it without one.
    pub async fn status_if_any(&mut self) -> Option<u16> {
        while !self.unread.contains(&b'\n') {
            if !self.read().await {
                return None;
            }
        }
        let head = String::from_utf8_lossy(&self.unread);
        head.split(' ').nth(1)?.parse().ok()
    }

    /// Whether the server ends it, having said nothing of HTTP.
    pub async fn is_cut_without_an_answer(&mut self) -> bool {
        while self.read().await {}
        !self.unread.starts_with(b"HTTP")
    }

    pub async fn read_head(&mut self) -> String {
        loop {
            if let Some(end) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = self.unread.drain(..end + 4).collect();
                return String::from_utf8(head).unwrap();
            }
            assert!(self.read().await, "cut before the upgrade");
        }
    }

    /// Reads more; false at the end.
    pub async fn next_bytes(&mut self) -> bool {
        self.read().await
    }

    /// False at the end.
    async fn read(&mut self) -> bool {
        self.unread.reserve(16 * 1024);
        // A reset is an end, too.
        let reading = self.tcp.read_buf(&mut self.unread);
        soon("bytes", reading).await.unwrap_or(0) > 0
    }

    /// Writes as far as the server still takes it.
    pub async fn write(&mut self, bytes: &[u8]) -> bool {
        self.tcp.write_all(bytes).await.is_ok()
    }

    /// Sends no more; what the server says is still read.
    pub async fn half_close(&mut self) {
        self.tcp.shutdown().await.unwrap();
    }

    /// The server's next frame: its opcode and payload. None at the end.
    pub async fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let Some(frame) = self.take_frame() {
                return Some(frame);
            }
            if !self.read().await {
                return None;
            }
        }
    }

    fn take_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let (first, second) = (*self.unread.first()?, *self.unread.get(1)?);
        assert_eq!(second & 0x80, 0, "a server never masks");
        let (start, len) = match second & 0x7f {
            126 => (4, self.number(2, 2)?),
            127 => (10, self.number(2, 8)?),
            len => (2, usize::from(len)),
        };
        if self.unread.len() < start + len {
            return None;
        }
        let frame: Vec<u8> = self.unread.drain(..start + len).collect();
        Some((first & 0x0f, frame[start..].to_vec()))
    }

    fn number(&self, start: usize, len: usize) -> Option<usize> {
        let bytes = self.unread.get(start..start + len)?;
        let number = bytes.iter().fold(0, |n, byte| (n << 8) | u64::from(*byte));
        Some(usize::try_from(number).unwrap())
    }

    /// The text frames told until the end, and the code of the close frame, if one came.
    pub async fn heard_until_end(&mut self) -> (Vec<String>, Option<u16>) {
        let mut heard = Vec::new();
        while let Some((opcode, payload)) = self.next().await {
            match opcode {
                TEXT => heard.push(String::from_utf8(payload).unwrap()),
                CLOSE => {
                    let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                    return (heard, code);
                }
                _ => {}
            }
        }
        (heard, None)
    }

    /// The next text that holds `part`.
    pub async fn text_with(&mut self, part: &str) -> String {
        loop {
            let (opcode, payload) = self.next().await.expect("the socket is open");
            let text = String::from_utf8_lossy(&payload);
            if opcode == TEXT && text.contains(part) {
                return text.into_owned();
            }
        }
    }
}
