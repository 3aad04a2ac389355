//! A person with one login, and what they do.

use actix_web::http::Method;
use awc::Client;
use serde_json::json;
use shared::{
    ClientId, ErrorCode, LoggedIn, Marks, MarksAnswer, Member, MemberAnswer, Message,
    MessageAnswer, MessagePage, MyRoom, NamedRoom, Room, RoomAnswer, RoomId, Rooms, SessionId,
    UserId,
};

use super::{Answer, Call, Door, EventStream, Socket, client_id, log};

/// Somebody, through one of their logins.
#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub id: UserId,
    pub session: SessionId,
    pub token: String,
    /// The value of the refresh cookie.
    pub refresh: String,
    http: Client,
    url: String,
}

impl Person {
    pub fn from_login(server: &Door, name: &str, answer: &Answer) -> Self {
        let refresh = answer.cookie().expect("a cookie").value().to_owned();
        let login: LoggedIn = serde_json::from_slice(&answer.body).unwrap();
        log::secret("refresh value", &refresh);
        log::secret("access token", &login.access_token);
        Self {
            name: name.to_owned(),
            id: login.user.id(),
            session: login.session.id,
            token: login.access_token,
            refresh,
            http: server.http(),
            url: server.url(""),
        }
    }

    /// The same login, used on another server.
    pub fn on(&self, server: &Door) -> Self {
        Self {
            url: server.url(""),
            ..self.clone()
        }
    }

    /// A request with the access token; the path from `/api/v1`.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let url = format!("{}/api/v1{path}", self.url);
        Call::new(self.http.clone(), method, url).bearer(&self.token)
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    pub fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    pub fn patch(&self, path: &str) -> Call {
        self.call(Method::PATCH, path)
    }

    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// A request with the refresh cookie alone.
    pub fn ask_refresh(&self, value: &str) -> Call {
        let url = format!("{}/api/v1/sessions/{}/refresh", self.url, self.session);
        Call::new(self.http.clone(), Method::POST, url)
            .header("cookie", format!("parlor_refresh={value}"))
    }

    /// Exchanges the refresh value for the next, and the token for a new one.
    pub async fn refresh(&mut self) {
        let answer = self.ask_refresh(&self.refresh).await.is(200);
        answer
            .cookie()
            .expect("a cookie")
            .value()
            .clone_into(&mut self.refresh);
        self.token = answer.ok::<LoggedIn>().access_token;
        log::secret("refresh value", &self.refresh);
        log::secret("access token", &self.token);
    }

    pub async fn log_out(&self) {
        let path = format!("/sessions/{}", self.session);
        let _ = self.delete(&path).await.done();
    }

    pub async fn is_signed_in(&self) -> bool {
        let answer = self.get("/users/me").await;
        if answer.status == 200 {
            return true;
        }
        answer.refused(ErrorCode::Unauthenticated);
        false
    }

    pub async fn connect(&self) -> Socket {
        let request = self
            .http
            .ws(self.socket_url())
            .header("authorization", format!("Bearer {}", self.token));
        Socket::open(request).await.expect("let in")
    }

    pub fn socket_url(&self) -> String {
        format!("{}/api/v1/ws", self.url.replace("http://", "ws://"))
    }

    /// Through a ticket, as a browser does.
    pub async fn ticket(&self) -> String {
        let ticket: shared::Ticket = self.post("/tickets").await.made();
        log::secret("ticket", &ticket.ticket);
        ticket.ticket
    }

    pub async fn listen(&self) -> EventStream {
        EventStream::open(self.get("/events")).await
    }

    pub async fn listen_from(&self, last_id: &str) -> EventStream {
        EventStream::open(self.get("/events").header("last-event-id", last_id)).await
    }

    pub async fn open_room(&self, name: &str) -> NamedRoom {
        self.make_room(name, "public").await
    }

    pub async fn open_private_room(&self, name: &str) -> NamedRoom {
        self.make_room(name, "private").await
    }

    async fn make_room(&self, name: &str, visibility: &str) -> NamedRoom {
        let new = json!({ "name": name, "visibility": visibility });
        let made: RoomAnswer = self.post("/rooms").json(new).await.made();
        match made.room {
            Room::Room(room) => room,
            Room::Direct(room) => panic!("{room:?}"),
        }
    }

    pub async fn join(&self, room: RoomId) -> Member {
        self.invite(room, self).await
    }

    pub async fn invite(&self, room: RoomId, guest: &Self) -> Member {
        let path = format!("/rooms/{room}/members/{}", guest.id);
        self.put(&path).await.ok::<MemberAnswer>().member
    }

    pub async fn leave(&self, room: RoomId) {
        self.remove(room, self).await;
    }

    pub async fn remove(&self, room: RoomId, member: &Self) {
        let path = format!("/rooms/{room}/members/{}", member.id);
        let _ = self.delete(&path).await.done();
    }

    pub async fn ban(&self, room: RoomId, person: &Self) {
        let path = format!("/rooms/{room}/bans/{}", person.id);
        let _ = self.put(&path).await.done();
    }

    pub async fn make_room_admin(&self, room: RoomId, member: &Self) {
        let path = format!("/rooms/{room}/members/{}", member.id);
        let _: MemberAnswer = self
            .patch(&path)
            .json(json!({ "role": "admin" }))
            .await
            .ok();
    }

    pub async fn talk_privately_with(&self, other: &Self) -> RoomId {
        let answer: RoomAnswer = self.put(&format!("/direct/{}", other.id)).await.ok();
        answer.room.id()
    }

    /// Posts a message that is new.
    pub async fn say(&self, room: RoomId, body: &str) -> Message {
        let said = self.try_to_say(room, client_id(), body).await;
        said.made::<MessageAnswer>().message
    }

    pub async fn try_to_say(&self, room: RoomId, id: ClientId, body: &str) -> Answer {
        log::secret("message", body);
        self.post(&format!("/rooms/{room}/messages"))
            .json(json!({ "client_id": id, "body": body }))
            .await
    }

    /// Says `1`, `2`, … one after the other.
    pub async fn count_to(&self, room: RoomId, last: u32) -> Vec<Message> {
        let mut said = Vec::new();
        for n in 1..=last {
            said.push(self.say(room, &n.to_string()).await);
        }
        said
    }

    pub async fn reword(&self, message: &Message, body: &str) -> Message {
        let path = format!("/rooms/{}/messages/{}", message.room, message.id);
        let edited = self.patch(&path).json(json!({ "body": body })).await;
        edited.ok::<MessageAnswer>().message
    }

    pub async fn take_back(&self, message: &Message) -> Message {
        let path = format!("/rooms/{}/messages/{}", message.room, message.id);
        self.delete(&path).await.ok::<MessageAnswer>().message
    }

    /// A page of messages; the query with its `?`.
    pub async fn page(&self, room: RoomId, query: &str) -> MessagePage {
        self.get(&format!("/rooms/{room}/messages{query}"))
            .await
            .ok()
    }

    pub async fn changes(&self, room: RoomId, query: &str) -> MessagePage {
        self.get(&format!("/rooms/{room}/changes{query}"))
            .await
            .ok()
    }

    /// Every message of the room, page by page.
    pub async fn history(&self, room: RoomId) -> Vec<Message> {
        let mut all = Vec::new();
        loop {
            let after = all.last().map_or(0, |message: &Message| message.seq);
            let page = self.page(room, &format!("?after={after}&limit=100")).await;
            all.extend(page.messages);
            if !page.has_more {
                return all;
            }
        }
    }

    pub async fn read_to(&self, room: RoomId, seq: u64) -> Marks {
        let path = format!("/rooms/{room}/marks");
        let answer = self.put(&path).json(json!({ "read": seq })).await;
        answer.ok::<MarksAnswer>().marks
    }

    pub async fn rooms(&self) -> Vec<MyRoom> {
        self.get("/rooms").await.ok::<Rooms>().rooms
    }

    /// One of one's own rooms, as the list shows it.
    pub async fn my_room(&self, room: RoomId) -> MyRoom {
        let mut rooms = self.rooms().await.into_iter();
        rooms
            .find(|mine| mine.room.id() == room)
            .expect("a member of the room")
    }
}
