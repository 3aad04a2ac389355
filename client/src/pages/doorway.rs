//! A room that one is not in: what it is, and how to get in.

use shared::{ErrorCode, Room};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::Link;

use crate::{
    components::Notice,
    net::{Chat, Failure},
    route::Route,
    state::Action,
};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub chat: Chat,
    pub id_or_name: String,
}

/// Joins a public room.
pub async fn join(chat: &Chat, room: Room) -> Result<(), Failure> {
    chat.api().add_member(room.id(), chat.my_id()).await?;
    chat.dispatch(Action::RoomKnown(room));
    Ok(())
}

/// A public room can be joined; others can't be told from none.
#[component]
pub fn Doorway(props: &Props) -> Html {
    let room = use_state_eq(|| None::<Room>);
    let trouble = use_state_eq(|| None::<Failure>);
    {
        let (room, trouble, chat) = (room.clone(), trouble.clone(), props.chat.clone());
        use_effect_with(props.id_or_name.clone(), move |id_or_name| {
            let id_or_name = id_or_name.clone();
            spawn_local(async move {
                match chat.api().room(&id_or_name).await {
                    Ok(found) => room.set(Some(found)),
                    Err(failure) => trouble.set(Some(failure)),
                }
            });
        });
    }
    let onclick = {
        let (chat, room, trouble) = (props.chat.clone(), room.clone(), trouble.clone());
        move |_: MouseEvent| {
            let Some(room) = (*room).clone() else { return };
            let (chat, trouble) = (chat.clone(), trouble.clone());
            spawn_local(async move {
                if let Err(failure) = join(&chat, room).await {
                    trouble.set(Some(failure));
                }
            });
        }
    };
    let is_absent = trouble.as_ref().is_some_and(|failure| {
        matches!(
            failure.code(),
            Some(ErrorCode::NotFound | ErrorCode::InvalidField | ErrorCode::InvalidRequest)
        )
    });
    let to_list = html! {
        <Link<Route> to={Route::Browse} classes="button">{ "Browse rooms" }</Link<Route>>
    };
    let Some(named) = room.as_ref().and_then(Room::named) else {
        let title = if is_absent { "No such room" } else { "A room" };
        let text = if is_absent {
            "There is no such room, or it is not for you. If it is private, ask somebody in it to \
             invite you."
                .to_owned()
        } else {
            trouble
                .as_ref()
                .map_or_else(|| "Looking for the room…".to_owned(), Failure::words)
        };
        return html! {
            <main class="page page--idle">
                <h1>{ title }</h1>
                <p class="empty">{ text }</p>
                { to_list }
            </main>
        };
    };
    let title = named
        .title
        .clone()
        .unwrap_or_else(|| named.name.to_string());
    html! {
        <main class="page page--idle">
            <h1>{ title }</h1>
            if let Some(topic) = &named.topic { <p>{ topic }</p> }
            <p class="empty">
                { match named.member_count {
                    1 => "You are not in this room. It has one member.".to_owned(),
                    n => format!("You are not in this room. It has {n} members."),
                } }
            </p>
            <Notice text={trouble.as_ref().map(|failure| AttrValue::from(failure.words()))} />
            <button type="button" class="button button--main" {onclick}>{ "Join the room" }</button>
            { to_list }
        </main>
    }
}
