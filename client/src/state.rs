//! Everything the signed-in page knows, and the one function that changes it.
//!
//! Plain data: no DOM, no network, no clock. What has to happen outside is handed back as
//! [`Effect`]s.

mod action;
mod ahead;
mod announce;
mod catch_up;
mod connection;
mod effect;
#[cfg(test)]
mod equivalence;
#[cfg(test)]
pub(crate) mod fixture;
mod frames;
mod history;
mod log;
mod members;
#[cfg(test)]
mod model;
mod notices;
mod outbox;
mod pages;
mod people;
mod quotes;
mod room;
mod rooms;
mod sending;
mod spot;
mod stranded;
mod ticks;
mod typing;

use std::{collections::HashMap, rc::Rc};

use shared::{Epoch, MessageId, Profile, RoomId, UserId};

pub use action::{Action, Ask};
pub use announce::Announcements;
pub use connection::{Banner, Connection, Link};
pub use effect::Effect;
pub use history::History;
pub use log::{Log, MAX_LOADED, Side};
pub use members::Members;
pub use notices::Notice;
pub use outbox::{Outbox, Pending, PendingState};
pub use people::People;
pub use quotes::Quote;
pub use room::{PageState, RoomState};
pub use rooms::{Activity, RoomEntry, activity_since};
pub use spot::Spot;
pub use stranded::Stranded;
pub use ticks::{Tick, Ticked};
pub use typing::{Typing, typing_text};

/// How this page compares with the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The same, as far as one knows or wants to know.
    Latest,
    /// There is a newer one to reload into.
    Outdated,
}

/// What one signed-in page knows.
#[derive(Debug, Clone)]
pub struct State {
    /// Oneself.
    pub me: Rc<Profile>,
    /// The store's, once a socket said so.
    pub epoch: Option<Epoch>,
    /// How the socket is.
    pub connection: Connection,
    /// One's rooms and private conversations.
    pub rooms: HashMap<RoomId, Rc<RoomState>>,
    /// Whether `GET /rooms` has answered once.
    pub has_rooms: bool,
    /// Whether it has since the socket was last opened.
    are_rooms_fresh: bool,
    /// Everybody heard of, with their presence.
    pub people: Rc<People>,
    /// One's messages that the server does not have yet.
    pub outbox: Rc<Outbox>,
    /// What was begun and not sent, by room.
    pub drafts: HashMap<RoomId, String>,
    /// The messages that what is written next answers, by room.
    pub answering: HashMap<RoomId, MessageId>,
    /// The room on the screen.
    pub open: Option<RoomId>,
    /// Whether the page is visible and has the focus.
    pub is_focused: bool,
    /// What a screen reader should hear soon.
    pub announcements: Announcements,
    /// Whether the server has another page by now.
    pub version: Version,
    /// When one last said that one is writing, by room.
    typed_at: HashMap<RoomId, i64>,
    /// The time of the last action, in ms.
    pub now: i64,
}

impl State {
    /// A page that has just signed in and knows nobody yet.
    pub fn new(me: Profile, now: i64) -> Self {
        let me = Rc::new(me);
        Self {
            people: Rc::new(People::of(&me)),
            me,
            epoch: None,
            connection: Connection::new(now),
            rooms: HashMap::new(),
            has_rooms: false,
            are_rooms_fresh: false,
            outbox: Rc::default(),
            drafts: HashMap::new(),
            answering: HashMap::new(),
            open: None,
            is_focused: true,
            announcements: Announcements::default(),
            version: Version::Latest,
            typed_at: HashMap::new(),
            now,
        }
    }

    /// Oneself.
    pub fn my_id(&self) -> UserId {
        self.me.id
    }

    /// One's room, if one is in it.
    pub fn room(&self, room: RoomId) -> Option<&Rc<RoomState>> {
        self.rooms.get(&room)
    }

    fn room_mut(&mut self, room: RoomId) -> Option<&mut RoomState> {
        self.rooms.get_mut(&room).map(Rc::make_mut)
    }

    fn people_mut(&mut self) -> &mut People {
        Rc::make_mut(&mut self.people)
    }

    fn outbox_mut(&mut self) -> &mut Outbox {
        Rc::make_mut(&mut self.outbox)
    }

    /// Takes in what happened at `now` and says what is to be done about it.
    pub fn reduce(&mut self, action: Action, now: i64) -> Vec<Effect> {
        self.now = now;
        match action {
            Action::Frame(frame) => self.take_frame(*frame),
            Action::Connecting => self.connecting(),
            Action::Lost { retry_at } => self.lost(retry_at),
            Action::RoomsLoaded(rooms) => self.rooms_loaded(rooms),
            Action::RoomKnown(room) => self.room_known(room),
            Action::RoomGone(room) => self.room_gone(room),
            Action::MembersLoaded { room, members } => self.members_loaded(room, members),
            Action::PeopleLoaded(users) => self.people_loaded(users),
            Action::Me(me) => self.my_profile(me),
            Action::Open(room) => self.open_room(room),
            Action::Close(room) => {
                // The next room may have come onto the screen already.
                self.open = self.open.filter(|open| *open != room);
                Vec::new()
            }
            Action::Load { room, ask } => self.load(room, ask),
            Action::FetchAhead => self.fetch_ahead(),
            Action::PageLoaded { room, ask, page } => self.page_loaded(room, ask, page),
            Action::PageFailed { room } => self.page_failed(room),
            Action::ChangesLoaded { room, since, page } => self.changes_loaded(room, since, page),
            Action::ChangesRefused { room } => self.start_afresh(room),
            Action::Changed(message) => self.take_message(message, true),
            Action::Remembered(history) => self.remembered(*history),
            Action::Restored {
                pending,
                drafts,
                answers,
            } => self.restored(pending, drafts, answers),
            Action::Send {
                room,
                client_id,
                body,
            } => self.send(room, client_id, body),
            Action::Kept(client_id) => self.kept(client_id),
            Action::Retry(client_id) => self.retry(client_id),
            Action::Discard(client_id) => self.discard(client_id),
            Action::Draft { room, text } => self.draft(room, text),
            Action::Answer { room, message } => self.answer(room, message),
            Action::Jump { room, seq } => self.jump(room, seq),
            Action::QuoteLoaded { room, message } => self.quote_loaded(room, message),
            Action::Typed(room) => self.typed(room),
            Action::Following { room, is_following } => self.following(room, is_following),
            Action::Seen { room, seq } => self.seen(room, seq),
            Action::FlushMarks => self.flush_marks(),
            Action::Focused(is_focused) => {
                self.is_focused = is_focused;
                Vec::new()
            }
            Action::Announced => {
                self.announcements.clear();
                Vec::new()
            }
            Action::Outdated => {
                self.version = Version::Outdated;
                Vec::new()
            }
            Action::NotNow => {
                self.version = Version::Latest;
                Vec::new()
            }
            Action::Tick => self.tick(),
        }
    }

    /// Sums up anew what was guessed; true where only the server can.
    fn is_guessing(&mut self) -> bool {
        let me = self.my_id();
        let guesses = self.rooms.values_mut().filter(|room| room.is_guess);
        let mut is_guessing = false;
        for room in guesses {
            let room = Rc::make_mut(room);
            room.recount(me);
            is_guessing |= room.needs_recount();
        }
        is_guessing
    }

    fn tick(&mut self) -> Vec<Effect> {
        let now = self.now;
        for room in self.rooms.values_mut() {
            if room.typing.has_expired(now) {
                Rc::make_mut(room).typing.expire(now);
            }
        }
        let mut effects = self.send_due();
        if self.connection.is_open() && self.is_guessing() {
            effects.push(Effect::FetchRooms);
        }
        effects
    }
}
