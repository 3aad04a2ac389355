//! `/rooms/:room`: the room with that id or public name, or the way into it.

use shared::RoomId;
use yew::prelude::*;

use super::{chat_room::ChatRoom, doorway::Doorway};
use crate::{hooks::use_chat, net::Chat, state::State};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub chat: Chat,
    pub room: String,
    /// The message to land on.
    #[prop_or_default]
    pub at: Option<u64>,
}

/// One's room with that id or public name.
pub fn find(state: &State, id_or_name: &str) -> Option<RoomId> {
    if let Ok(id) = id_or_name.parse::<RoomId>() {
        return state.rooms.contains_key(&id).then_some(id);
    }
    let name = id_or_name.to_lowercase();
    let mut named = state.rooms.values().filter_map(|room| room.room.named());
    let found = named
        .find(|room| room.name.as_str() == name && room.visibility == shared::Visibility::Public)?;
    Some(found.id)
}

/// The room where one is in it, else its door.
#[component]
pub fn RoomPage(props: &Props) -> Html {
    let wanted = props.room.clone();
    let (found, has_rooms) = use_chat(&props.chat, move |state| {
        (find(state, &wanted), state.has_rooms)
    });
    let chat = props.chat.clone();
    match (found, has_rooms) {
        (Some(room), _) => {
            html! { <ChatRoom key={room.to_string()} {chat} {room} at={props.at} /> }
        }
        (None, false) => {
            html! { <main class="page"><p class="empty">{ "Loading…" }</p></main> }
        }
        (None, true) => {
            html! { <Doorway key={props.room.clone()} {chat} id_or_name={props.room.clone()} /> }
        }
    }
}
