//! What was written and not sent outlives the page: unsent messages and drafts, each under the
//! user who wrote it, so that nobody else can send it.

use std::collections::HashSet;

use shared::{ClientId, MessageId, RoomId, UserId};
use wasm_bindgen_futures::spawn_local;

use super::Chat;
use crate::{
    browser::{Change, Database},
    order::sorted,
    state::{Action, Pending, State},
};

/// What an earlier page, or another tab of the same person, had kept.
#[derive(Debug, Default)]
pub struct Unsent {
    /// In the order they were written.
    pub pending: Vec<Pending>,
    pub drafts: Vec<(RoomId, String)>,
    /// What the drafts answer.
    pub answers: Vec<(RoomId, MessageId)>,
}

fn outbox(user: UserId) -> String {
    format!("outbox/{user}/")
}

fn drafts(user: UserId) -> String {
    format!("draft/{user}/")
}

fn answers(user: UserId) -> String {
    format!("answer/{user}/")
}

/// What is kept of each room under keys that begin so.
async fn read_by_room(database: &Database, prefix: &str) -> Vec<(RoomId, String)> {
    let kept = database.read(prefix).await.into_iter();
    kept.filter_map(|(room, text)| Some((room.parse().ok()?, text)))
        .collect()
}

/// Reads what was kept of somebody.
pub async fn read_unsent(database: &Database, user: UserId) -> Unsent {
    Unsent {
        pending: read_pending(database, user).await,
        drafts: read_by_room(database, &drafts(user)).await,
        answers: read_by_room(database, &answers(user))
            .await
            .into_iter()
            .filter_map(|(room, message)| Some((room, message.parse().ok()?)))
            .collect(),
    }
}

async fn read_pending(database: &Database, user: UserId) -> Vec<Pending> {
    let kept = database.read(&outbox(user)).await;
    let pending: Vec<Pending> = kept
        .iter()
        .filter_map(|(_, text)| serde_json::from_str(text).ok())
        .collect();
    let place = |pending: &Pending| (pending.number, pending.client_id);
    sorted(pending, |a, b| place(a).cmp(&place(b)))
}

/// The room's draft as it is now, and what it answers.
fn draft(state: &State, room: RoomId) -> [Change; 2] {
    let me = state.my_id();
    let answered = state.answering.get(&room).map(ToString::to_string);
    [
        Change::of(
            format!("{}{room}", drafts(me)),
            state.drafts.get(&room).cloned(),
        ),
        Change::of(format!("{}{room}", answers(me)), answered),
    ]
}

impl Chat {
    /// Whether what is written here outlives the page.
    pub fn is_keeping(&self) -> bool {
        self.0.database.is_keeping()
    }

    /// Keeps a message, and in the same moment the draft that it was; then says so. Says so as well
    /// where it can't be kept: better sent than safe.
    pub(super) async fn keep_pending(self, client_id: ClientId) {
        let changes = self.read(|state| {
            let pending = state.outbox.find(client_id)?;
            let key = format!("{}{client_id}", outbox(state.my_id()));
            let [text, answered] = draft(state, pending.room);
            let message = Change::of(key, serde_json::to_string(&**pending).ok());
            Some([message, text, answered])
        });
        if let Some(changes) = changes {
            self.0.database.write(&changes).await;
            self.report(Action::Kept(client_id));
        }
    }

    /// Forgets a message that the server has, or that was given up.
    pub(super) async fn forget_pending(self, client_id: ClientId) {
        let key = format!("{}{client_id}", outbox(self.my_id()));
        self.0.database.write(&[Change::of(key, None)]).await;
    }

    /// Keeps a room's draft and what it answers. While one write is under way the key strokes that follow gather.
    pub(super) fn keep_draft(&self, room: RoomId) {
        match &mut *self.0.drafts_to_keep.borrow_mut() {
            Some(gathering) => {
                gathering.insert(room);
                return;
            }
            idle => *idle = Some(HashSet::from([room])),
        }
        let chat = self.clone();
        spawn_local(async move {
            loop {
                let rooms = chat.0.drafts_to_keep.replace(Some(HashSet::new()));
                let Some(rooms) = rooms.filter(|rooms| !rooms.is_empty()) else {
                    chat.0.drafts_to_keep.replace(None);
                    return;
                };
                let changes: Vec<_> =
                    chat.read(|state| rooms.iter().flat_map(|room| draft(state, *room)).collect());
                chat.0.database.write(&changes).await;
            }
        });
    }

    /// Takes up what another tab of the same person wrote and could not send.
    pub(super) async fn take_up_unsent(self) {
        let pending = read_pending(&self.0.database, self.my_id()).await;
        if !pending.is_empty() {
            self.report(Action::Restored {
                pending,
                drafts: Vec::new(),
                answers: Vec::new(),
            });
        }
    }
}
