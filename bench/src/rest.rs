//! Parlor's REST as far as a run needs it: people, logins, rooms, pages. Blocking, one kept
//! connection, answers with a length: nothing hides in what is timed.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// Strong enough for every rule, the same for everybody: accounts here have nothing to hide.
pub const PASSWORD: &str = "tangerine dream machine";

const PATIENCE: Duration = Duration::from_secs(30);

/// A kept connection to one server.
pub struct Rest {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
    token: Option<String>,
}

impl Rest {
    /// Connects, as nobody.
    pub fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).context("cannot connect")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            address,
            stream: BufReader::new(stream),
            token: None,
        })
    }

    /// Connects as somebody who is logged in.
    pub fn connect_as(address: SocketAddr, token: &str) -> Result<Self> {
        let mut rest = Self::connect(address)?;
        rest.be(token);
        Ok(rest)
    }

    /// Asks as somebody else from now on; an empty token is nobody's.
    pub fn be(&mut self, token: &str) {
        self.token = (!token.is_empty()).then(|| token.to_owned());
    }

    /// Makes an account.
    pub fn register(&mut self, name: &str) -> Result<()> {
        let new = json!({
            "username": name, "email": format!("{name}@example.org"),
            "password": PASSWORD, "gender": "unspecified",
        });
        self.ask("POST", "/api/v1/users", Some(&new)).map(drop)
    }

    /// Logs in; the access token, good for an hour.
    pub fn log_in(&mut self, name: &str) -> Result<String> {
        let login = json!({ "username": name, "password": PASSWORD });
        let answer = self.ask("POST", "/api/v1/sessions", Some(&login))?;
        text_at(&answer, "/access_token")
    }

    /// The id of the lobby, in which everybody is.
    pub fn lobby(&mut self) -> Result<String> {
        let room = self.ask("GET", "/api/v1/rooms/lobby", None)?;
        text_at(&room, "/room/id")
    }

    /// Makes a public room of one's own; its id.
    pub fn open_room(&mut self, name: &str) -> Result<String> {
        let new = json!({ "name": name, "visibility": "public" });
        let room = self.ask("POST", "/api/v1/rooms", Some(&new))?;
        text_at(&room, "/room/id")
    }

    /// Comes into a public room.
    pub fn join(&mut self, room: &str) -> Result<()> {
        let path = format!("/api/v1/rooms/{room}/members/me");
        self.ask("PUT", &path, None).map(drop)
    }

    /// A counter of `/metrics`; None where this server has none of that name.
    pub fn counter(&mut self, name: &str) -> Result<Option<f64>> {
        let text = String::from_utf8(self.bytes("GET", "/metrics", None)?)?;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map(|value| value.parse().context("no number"))
            .transpose()
    }

    /// One request, one answer.
    ///
    /// # Errors
    /// Any status but 2xx, with what the server said.
    pub fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let bytes = self.bytes(method, path, body)?;
        match &bytes[..] {
            [] => Ok(Value::Null),
            json => serde_json::from_slice(json).with_context(|| format!("{method} {path}")),
        }
    }

    /// As [`Self::ask`], and leaves the answer as it came.
    pub fn bytes(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Vec<u8>> {
        let said = || format!("{method} {path}");
        self.send(method, path, body)?;
        let (status, bytes) = self.answer().with_context(said)?;
        ensure!(
            (200..300).contains(&status),
            "{}: {status} {}",
            said(),
            String::from_utf8_lossy(&bytes)
        );
        Ok(bytes)
    }

    /// Sends a request and waits for nothing.
    pub fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<()> {
        let body = body.map_or_else(String::new, Value::to_string);
        let address = self.address;
        let authorization = self.token.as_ref().map_or_else(String::new, |token| {
            format!("Authorization: Bearer {token}\r\n")
        });
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\n{authorization}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let stream = self.stream.get_mut();
        stream
            .write_all(request.as_bytes())
            .with_context(|| format!("{method} {path}"))
    }

    fn answer(&mut self) -> Result<(u16, Vec<u8>)> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).context("no status")?.parse()?;
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse()?;
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status, body))
    }
}

/// The text at that place of an answer.
pub fn text_at(answer: &Value, pointer: &str) -> Result<String> {
    let text = answer.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned)
        .with_context(|| format!("no {pointer} in {answer}"))
}
