//! Recent history in the browser's database, readable without a network: of one login each, until a
//! day after it, erased when it ends. Bounded: so many rooms of so many messages, so many logins.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;
use shared::{RoomId, Rooms, SessionId, UserAnswer, Users};
use wasm_bindgen_futures::spawn_local;

use super::{Chat, request::read};
use crate::{
    browser::{self, Change, Database},
    state::{History, State},
};

/// Most rooms whose messages are kept of a login.
const MAX_ROOMS: usize = 20;
/// Most logins that something is kept of: the latest.
const MAX_LOGINS: usize = 8;
const LOGIN: &str = "login/";
const HISTORY: &str = "history/";
const ME: &str = "me";
const EPOCH: &str = "epoch";
const ROOMS: &str = "rooms";
const PEOPLE: &str = "people";
const ROOM: &str = "room/";

fn login(session: SessionId) -> String {
    format!("{LOGIN}{session}")
}

/// The key of one thing that is kept of a login.
fn kept(session: SessionId, what: &str) -> String {
    format!("{HISTORY}{session}/{what}")
}

/// The key of a room's newest messages.
fn page(session: SessionId, room: RoomId) -> String {
    kept(session, &format!("{ROOM}{room}"))
}

fn text(value: &impl Serialize) -> Option<String> {
    serde_json::to_string(value).ok()
}

/// What an earlier page of this login had kept, and until when it may be read.
pub async fn read_history(session: SessionId) -> Option<(i64, History)> {
    let database = Database::open().await;
    let (_, until) = database.read(&login(session)).await.pop()?;
    let until = until.parse().ok()?;
    if until <= browser::now() {
        return None;
    }
    let texts = database.read(&kept(session, "")).await;
    let find = |what| {
        let found = texts.iter().find(|(key, _)| key == what);
        found.map(|(_, text)| text.as_str())
    };
    // In the words of the API: what reads its answers reads them.
    let me: UserAnswer = read(find(ME)?).ok()?;
    let rooms: Rooms = read(find(ROOMS)?).ok()?;
    let people: Users = read(find(PEOPLE)?).ok()?;
    let pages = texts.iter().filter_map(|(key, page)| {
        let room = key.strip_prefix(ROOM)?.parse().ok()?;
        Some((room, read(page).ok()?))
    });
    let history = History {
        me: me.user,
        epoch: find(EPOCH)?.parse().ok()?,
        rooms: rooms.rooms,
        people: people.users,
        pages: pages.collect(),
    };
    Some((until, history))
}

/// Erases what was kept of a login.
pub async fn forget_history(session: SessionId) {
    let database = Database::open().await;
    let history = format!("{HISTORY}{session}/");
    let changes = [
        Change::of(login(session), None),
        Change::forget_all(&history),
    ];
    database.write(&changes).await;
}

/// Erases what was kept of logins that are over by the clock, of too many, and of none.
pub async fn sweep_history() {
    let database = Database::open().await;
    let kept = database.read(LOGIN).await;
    // By session, so in the order of the logins: the ids begin with their time.
    let too_many = kept.len().saturating_sub(MAX_LOGINS);
    let logins = kept.iter().skip(too_many);
    let alive: Vec<_> = logins
        .filter(|(_, until)| until.parse().is_ok_and(|until: i64| until > browser::now()))
        .collect();
    // Everything before, between and after those that stay.
    let mut changes = Vec::new();
    for prefix in [LOGIN, HISTORY] {
        let mut from = prefix.to_owned();
        for (session, _) in &alive {
            let stays = format!("{prefix}{session}");
            let above = Change::above(&stays);
            changes.push(Change::Forget { from, below: stays });
            from = above;
        }
        let below = Change::above(prefix);
        changes.push(Change::Forget { from, below });
    }
    database.write(&changes).await;
}

/// What was written so far, to write only what is new.
#[derive(Debug, Default)]
pub(super) struct Written {
    summary: Option<u64>,
    /// The longest ago first.
    rooms: Vec<(RoomId, u64)>,
}

/// A number that is another one when something that is kept has changed.
fn mark(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Written {
    /// What is to be written now.
    fn changes(&mut self, state: &State, session: SessionId) -> Vec<Change> {
        let mut changes = Vec::new();
        for (id, known) in &state.rooms {
            let Some(log) = &known.log else { continue };
            let now = mark((log.cursor, log.first_seq(), log.last_seq()));
            if self.rooms.contains(&(*id, now)) {
                continue;
            }
            let Some(messages) = state.page_to_keep(*id) else {
                continue;
            };
            self.rooms.retain(|(kept, _)| kept != id);
            self.rooms.push((*id, now));
            changes.push(Change::of(page(session, *id), text(&messages)));
        }
        let too_many = self.rooms.len().saturating_sub(MAX_ROOMS);
        let mut index = 0;
        self.rooms.retain(|(id, _)| {
            index += 1;
            let stays = index > too_many && state.rooms.contains_key(id);
            if !stays {
                changes.push(Change::of(page(session, *id), None));
            }
            stays
        });
        let rooms = state.rooms.iter().map(|(id, room)| {
            mark((
                id,
                room.head,
                room.marks.read,
                room.log.is_some(),
                &room.room.named().map(|room| &room.title),
            ))
        });
        // The order of a map says nothing, so neither may the sum.
        let now = rooms.fold(0, u64::wrapping_add);
        if self.summary != Some(now)
            && let Some(history) = state.summary()
        {
            self.summary = Some(now);
            let (me, rooms) = (history.me, history.rooms);
            let people = Users {
                users: history.people,
                next_cursor: None,
            };
            changes.extend([
                Change::of(kept(session, ME), text(&UserAnswer { user: me })),
                Change::of(kept(session, EPOCH), Some(history.epoch.to_string())),
                Change::of(kept(session, ROOMS), text(&Rooms { rooms })),
                Change::of(kept(session, PEOPLE), text(&people)),
            ]);
        }
        changes
    }
}

impl Chat {
    /// Notes that something is kept of this login, and what earlier pages had written of it.
    pub(super) async fn begin_history(self) {
        let session = self.session();
        let until = self.0.api.login.until();
        let noted = Change::of(login(session), Some(until.to_string()));
        self.0.database.write(&[noted]).await;
        let known = self.0.database.read(&kept(session, ROOM)).await;
        let known = known.iter().filter_map(|(room, _)| room.parse().ok());
        let mut written = self.0.written.borrow_mut();
        let known = known.filter(|room| written.rooms.iter().all(|(kept, _)| kept != room));
        let known: Vec<_> = known.map(|room| (room, 0)).collect();
        written.rooms.splice(0..0, known);
    }

    /// Writes what has changed since the last time.
    pub(super) fn keep_history(&self) {
        // Before the server has spoken there is nothing new; after the end nothing may stay.
        let is_told = self.read(|state| state.connection.is_open() && state.has_rooms);
        if !is_told || self.0.api.login.has_ended() {
            return;
        }
        let session = self.session();
        let changes = self.read(|state| self.0.written.borrow_mut().changes(state, session));
        if !changes.is_empty() {
            let database = self.0.database.clone();
            spawn_local(async move {
                database.write(&changes).await;
            });
        }
    }
}
