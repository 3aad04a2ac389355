//! People: registered, logged in, and what they do over REST.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use shared::{LoggedIn, Message, MessagePage, RoomAnswer, RoomId, UserId};
use tokio::time::sleep;

use crate::http::{self, Answer};

/// Everybody's.
pub const PASSWORD: &str = "tangerine dream machine";

/// How long somebody tries to get through to a server that is being killed.
const GETTING_THROUGH: Duration = Duration::from_mins(1);

/// A pause between two tries.
const BETWEEN_TRIES: Duration = Duration::from_millis(25);

/// Somebody who is logged in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Account {
    /// Who.
    pub id: UserId,
    /// What they log in with.
    pub name: String,
    /// For `Authorization: Bearer`.
    pub token: String,
    /// Of the server, or of a proxy before it.
    pub address: SocketAddr,
}

impl Account {
    /// Makes an account and logs in.
    pub async fn register(address: SocketAddr, name: &str) -> Result<Self> {
        let new = json!({
            "username": name, "email": format!("{name}@example.org"),
            "password": PASSWORD, "gender": "unspecified",
        });
        let made = http::tell(address, "POST", "/api/v1/users", None, &new).await?;
        let _: shared::UserAnswer = made.decode().context("registering")?;
        Self::log_in(address, name).await
    }

    /// A login of its own.
    pub async fn log_in(address: SocketAddr, name: &str) -> Result<Self> {
        let credentials = json!({ "username": name, "password": PASSWORD });
        let answer = http::tell(address, "POST", "/api/v1/sessions", None, &credentials).await?;
        let login: LoggedIn = answer.decode().context("logging in")?;
        Ok(Self {
            id: login.user.id(),
            name: name.to_owned(),
            token: login.access_token,
            address,
        })
    }

    /// `{name}1` to `{name}{count}`.
    pub async fn crowd(address: SocketAddr, name: &str, count: usize) -> Result<Vec<Self>> {
        let mut crowd = Vec::with_capacity(count);
        for n in 1..=count {
            crowd.push(Self::register(address, &format!("{name}{n}")).await?);
        }
        Ok(crowd)
    }

    /// The same person, by another way.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Self {
        Self {
            address,
            ..self.clone()
        }
    }

    /// Asks once; the path below `/api/v1`.
    pub async fn get(&self, path: &str) -> io::Result<Answer> {
        self.ask("GET", path, None).await
    }

    /// Asks once, without a body.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&[u8]>) -> io::Result<Answer> {
        let path = format!("/api/v1{path}");
        http::ask(self.address, method, &path, Some(&self.token), body).await
    }

    /// Asks once, with a body.
    pub async fn tell(
        &self,
        method: &str,
        path: &str,
        body: &impl Serialize,
    ) -> io::Result<Answer> {
        let body = serde_json::to_vec(body)?;
        self.ask(method, path, Some(&body)).await
    }

    /// What that path answers, however often the server is away meanwhile.
    ///
    /// # Errors
    /// Any other refusal than `unavailable`, and a server that is away for a minute.
    pub async fn fetch<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let answer = self.until_answered("GET", path, None).await?;
        answer.decode().with_context(|| path.to_owned())
    }

    /// Does what is harmless to do twice, until there is an answer other than `unavailable`.
    pub async fn until_answered(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
    ) -> Result<Answer> {
        let began = Instant::now();
        loop {
            let last = match self.ask(method, path, body).await {
                Ok(answer) if answer.status != 503 => return Ok(answer),
                Ok(answer) => String::from_utf8_lossy(&answer.body).into_owned(),
                Err(error) => error.to_string(),
            };
            if began.elapsed() > GETTING_THROUGH {
                bail!("{method} {path} did not get through: {last}");
            }
            sleep(BETWEEN_TRIES).await;
        }
    }

    /// Makes a public room.
    pub async fn open_room(&self, name: &str) -> Result<RoomId> {
        let new = json!({ "name": name, "visibility": "public" });
        let answer = self.tell("POST", "/rooms", &new).await?;
        let made: RoomAnswer = answer.decode().context("making a room")?;
        Ok(made.room.id())
    }

    /// Joins a public room.
    pub async fn join(&self, room: RoomId) -> Result<()> {
        let answer = self
            .ask("PUT", &format!("/rooms/{room}/members/me"), None)
            .await?;
        let _: shared::MemberAnswer = answer.decode().context("joining")?;
        Ok(())
    }

    /// Everything that was ever said in the room, oldest first, and the head of the first page.
    ///
    /// Each page is one snapshot and all of them are not: what changed since the first page may be
    /// missing from it. So its head is the cursor from which to resume.
    pub async fn history(&self, room: RoomId) -> Result<(Vec<Message>, u64)> {
        let mut all: Vec<Message> = Vec::new();
        let mut head = None;
        loop {
            let after = all.last().map_or(0, |last| last.seq);
            let path = format!("/rooms/{room}/messages?after={after}&limit=100");
            let page: MessagePage = self.fetch(&path).await?;
            let head = *head.get_or_insert(page.head);
            all.extend(page.messages);
            if !page.has_more {
                return Ok((all, head));
            }
        }
    }
}
