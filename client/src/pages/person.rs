//! `/people/:user`: the private conversation with somebody.

use shared::{ErrorCode, RoomId, UserId};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::Link;

use super::chat_room::ChatRoom;
use crate::{
    hooks::use_chat,
    net::{Chat, Failure},
    route::Route,
    state::{Action, State},
};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub chat: Chat,
    pub user: String,
}

fn conversation(state: &State, user: UserId) -> Option<RoomId> {
    let mut rooms = state.rooms.values();
    let found = rooms.find(|room| state.other_of(&room.room) == Some(user))?;
    Some(found.id())
}

fn words(failure: &Failure) -> String {
    match failure.code() {
        Some(ErrorCode::NotFound | ErrorCode::InvalidRequest) => {
            "There is nobody here: the account may be deleted.".to_owned()
        }
        Some(ErrorCode::InvalidField) => {
            "That is you. Choose somebody else to write to.".to_owned()
        }
        _ => failure.words(),
    }
}

/// The conversation, made when it is first asked for.
#[component]
pub fn PersonPage(props: &Props) -> Html {
    let trouble = use_state_eq(|| None::<String>);
    let user = props.user.parse::<UserId>().ok();
    let (room, has_rooms) = use_chat(&props.chat, move |state| {
        let room = user.and_then(|user| conversation(state, user));
        (room, state.has_rooms)
    });
    {
        let (chat, trouble) = (props.chat.clone(), trouble.clone());
        let is_missing = has_rooms && room.is_none();
        use_effect_with((user, is_missing), move |(user, is_missing)| {
            trouble.set(None);
            let Some(user) = *user else {
                return trouble.set(Some("There is nobody with that address.".to_owned()));
            };
            if *is_missing {
                spawn_local(async move {
                    match chat.api().direct(user).await {
                        Ok(room) => chat.dispatch(Action::RoomKnown(room)),
                        Err(failure) => trouble.set(Some(words(&failure))),
                    }
                });
            }
        });
    }
    if let Some(room) = room {
        return html! { <ChatRoom key={room.to_string()} chat={props.chat.clone()} {room} /> };
    }
    html! {
        <main class="page page--idle">
            <h1>{ "A conversation" }</h1>
            <p class="empty">
                { (*trouble).clone().unwrap_or_else(|| "Opening the conversation…".to_owned()) }
            </p>
            if trouble.is_some() {
                <Link<Route> to={Route::Home} classes="button">{ "Back to your rooms" }</Link<Route>>
            }
        </main>
    }
}
