//! Doing what the state asks for, and reporting back.

use shared::RoomId;
use wasm_bindgen_futures::spawn_local;

use super::{Chat, Failure};
use crate::{
    browser,
    state::{Action, Ask, Effect},
};

/// Marks are told so long after they moved: a burst of messages is one frame.
const MARKS_MS: u64 = 250;
/// A request that may succeed later is repeated after so long, so often.
const RETRY_MS: u64 = 1_500;
const RETRIES: u32 = 3;
/// Pages of people that are fetched unasked.
const PEOPLE_PAGES: usize = 3;

impl Chat {
    pub(super) fn perform(&self, effect: Effect) {
        let chat = self.clone();
        match effect {
            Effect::Send(frame) => self.say(frame),
            Effect::FetchRooms => self.fetch_rooms(),
            Effect::FetchMembers(room) => spawn_local(async move {
                if let Ok(members) = chat.api().members(room).await {
                    chat.report(Action::MembersLoaded { room, members });
                }
            }),
            Effect::FetchPeople => spawn_local(chat.fetch_people()),
            Effect::FetchUser(user) => spawn_local(async move {
                if let Ok(user) = chat.api().person(user).await {
                    chat.report(Action::PeopleLoaded(vec![user]));
                }
            }),
            Effect::FetchPage { room, ask } => spawn_local(chat.fetch_page(room, ask)),
            Effect::FetchQuote { room, message } => spawn_local(async move {
                if let Ok(message) = chat.api().message(room, message).await {
                    chat.report(Action::QuoteLoaded { room, message });
                }
            }),
            Effect::FetchChanges { room, since } => spawn_local(chat.fetch_changes(room, since)),
            Effect::KeepPending(client_id) => spawn_local(chat.keep_pending(client_id)),
            Effect::ForgetPending(client_id) => spawn_local(chat.forget_pending(client_id)),
            Effect::KeepDraft(room) => self.keep_draft(room),
            Effect::FetchUnsent => spawn_local(chat.take_up_unsent()),
            Effect::FlushMarksSoon => {
                if !self.0.is_flushing.replace(true) {
                    spawn_local(async move {
                        browser::sleep(MARKS_MS).await;
                        chat.0.is_flushing.set(false);
                        chat.report(Action::FlushMarks);
                    });
                }
            }
        }
    }

    pub(super) fn report(&self, action: Action) {
        if !self.0.is_over.get() {
            self.dispatch(action);
        }
    }

    /// However often it is asked for, one request is under way and at most one follows.
    fn fetch_rooms(&self) {
        let under_way = self.0.room_fetches.get();
        self.0.room_fetches.set((under_way + 1).min(2));
        if under_way > 0 {
            return;
        }
        let chat = self.clone();
        spawn_local(async move {
            let mut tries = 0;
            while chat.0.room_fetches.get() > 0 && !chat.0.is_over.get() {
                match chat.api().my_rooms().await {
                    Ok(rooms) => {
                        chat.0.room_fetches.set(chat.0.room_fetches.get() - 1);
                        chat.report(Action::RoomsLoaded(rooms));
                        if !chat.0.has_looked_ahead.replace(true) {
                            spawn_local(chat.clone().fetch_ahead());
                        }
                    }
                    Err(failure) if failure.is_passing() && tries < RETRIES => {
                        tries += 1;
                        browser::sleep(failure.retry_after_ms().unwrap_or(RETRY_MS)).await;
                    }
                    // The next `ready` asks again.
                    Err(_) => chat.0.room_fetches.set(0),
                }
            }
        });
    }

    async fn fetch_people(self) {
        let mut cursor: Option<String> = None;
        for _ in 0..PEOPLE_PAGES {
            let Ok(page) = self.api().people("", cursor.as_deref()).await else {
                return;
            };
            self.report(Action::PeopleLoaded(page.users));
            cursor = page.next_cursor;
            if cursor.is_none() {
                return;
            }
        }
    }

    async fn fetch_page(self, room: RoomId, ask: Ask) {
        match self.api().page(room, ask).await {
            Ok(page) => self.report(Action::PageLoaded { room, ask, page }),
            Err(_) => self.report(Action::PageFailed { room }),
        }
    }

    async fn fetch_changes(self, room: RoomId, since: u64) {
        for _ in 0..RETRIES {
            let epoch = self.read(|state| state.epoch);
            match self.api().changes(room, since, epoch).await {
                Ok(page) => {
                    return self.report(Action::ChangesLoaded { room, since, page });
                }
                Err(failure) if failure.is_passing() => {
                    browser::sleep(failure.retry_after_ms().unwrap_or(RETRY_MS)).await;
                }
                Err(Failure::Refused(_) | Failure::Unreadable | Failure::Unreachable) => break,
            }
        }
        self.report(Action::ChangesRefused { room });
    }
}
