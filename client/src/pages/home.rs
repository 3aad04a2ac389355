//! `/`: on to the room one was in last, or the lobby.

use shared::RoomId;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::{
    browser::{Shelf, Store},
    hooks::use_chat,
    net::Chat,
    route::Route,
    state::State,
};

const LAST: &str = "parlor.last";
const LOBBY: &str = "lobby";

/// Remembers the room for the next time this person comes to `/`.
pub fn keep_last(chat: &Chat, room: RoomId) {
    let key = format!("{LAST}.{}", chat.my_id());
    Shelf::open(Store::Browser).put(&key, &room.to_string());
}

fn target(state: &State, last: Option<RoomId>) -> Route {
    let last = last.filter(|last| state.rooms.contains_key(last));
    let lobby = || {
        let rooms = state.rooms.values().filter_map(|room| room.room.named());
        let mut lobbies = rooms.filter(|room| room.name.as_str() == LOBBY);
        lobbies.next().map(|room| room.id)
    };
    let first = || state.entries(None).first().map(|entry| entry.id);
    match last.or_else(lobby).or_else(first) {
        Some(room) => match state.room(room).and_then(|room| state.other_of(&room.room)) {
            Some(other) => Route::person(other),
            None => Route::room(room),
        },
        None => Route::Browse,
    }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub chat: Chat,
}

/// Waits for the list of rooms and goes on.
#[component]
pub fn HomePage(props: &Props) -> Html {
    let navigator = use_navigator();
    let has_rooms = use_chat(&props.chat, |state| state.has_rooms);
    let chat = props.chat.clone();
    use_effect_with(has_rooms, move |has_rooms| {
        if let Some(navigator) = navigator.filter(|_| *has_rooms) {
            let key = format!("{LAST}.{}", chat.my_id());
            let last = Shelf::open(Store::Browser).get(&key);
            let last = last.and_then(|last| last.parse().ok());
            navigator.replace(&chat.read(|state| target(state, last)));
        }
    });
    html! { <main class="page"><p class="empty">{ "Loading your rooms…" }</p></main> }
}
