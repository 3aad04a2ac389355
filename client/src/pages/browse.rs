//! `/browse`: public rooms to join, a room by id or name, a new room.

mod new_room;

use gloo_timers::callback::Timeout;
use shared::Room;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use self::new_room::NewRoomCard;
use super::doorway::join;
use crate::{
    components::{Field, Notice, Shape, icon},
    forms::set,
    hooks::use_title,
    net::{Chat, Failure},
    route::Route,
};

const SEARCH_AFTER_MS: u32 = 250;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub chat: Chat,
}

/// The cards.
#[component]
pub fn BrowsePage(props: &Props) -> Html {
    use_title("Browse rooms · Parlor");
    html! {
        <main class="page">
            <header class="page__head">
                <Link<Route> to={Route::Home} classes="icon-button">
                    { icon(Shape::Back) }
                    <span class="hidden">{ "Back to your rooms" }</span>
                </Link<Route>>
                <h1>{ "Browse rooms" }</h1>
            </header>
            <div class="page__cards">
                <PublicRoomsCard chat={props.chat.clone()} />
                <NewRoomCard chat={props.chat.clone()} />
                <ByNameCard />
            </div>
        </main>
    }
}

fn row(room: &Room, on_join: &Callback<Room>) -> Html {
    let Some(named) = room.named() else {
        return Html::default();
    };
    let title = named
        .title
        .clone()
        .unwrap_or_else(|| named.name.to_string());
    let onclick = {
        let room = room.clone();
        on_join.reform(move |_: MouseEvent| room.clone())
    };
    let members = match named.member_count {
        1 => "1 member".to_owned(),
        n => format!("{n} members"),
    };
    let about = format!("{} · {members}", named.name);
    html! {
        <li class="line" key={named.id.to_string()}>
            <div class="line__text">
                <span class="line__name"><bdi>{ &title }</bdi></span>
                <span class="line__note">
                    { about }
                    if let Some(topic) = &named.topic {
                        { " · " }<bdi>{ topic }</bdi>
                    }
                </span>
            </div>
            <button
                type="button"
                class="button button--small button--main"
                aria-label={format!("Join {title}")}
                {onclick}
            >
                { "Join" }
            </button>
        </li>
    }
}

/// The list, searched as one types.
#[component]
fn PublicRoomsCard(props: &Props) -> Html {
    let words = use_state_eq(String::new);
    let found = use_state_eq(|| None::<Result<Vec<Room>, Failure>>);
    let navigator = use_navigator();
    {
        let (chat, found) = (props.chat.clone(), found.clone());
        use_effect_with((*words).clone(), move |words| {
            let words = words.clone();
            let wait = if words.is_empty() { 0 } else { SEARCH_AFTER_MS };
            let timeout = Timeout::new(wait, move || {
                spawn_local(async move {
                    found.set(Some(chat.api().public_rooms(words.trim()).await));
                });
            });
            move || drop(timeout)
        });
    }
    let on_join = {
        let (chat, found) = (props.chat.clone(), found.clone());
        Callback::from(move |room: Room| {
            let (chat, found, navigator) = (chat.clone(), found.clone(), navigator.clone());
            spawn_local(async move {
                let id = room.id();
                match join(&chat, room).await {
                    Ok(()) => {
                        if let Some(navigator) = navigator {
                            navigator.push(&Route::room(id));
                        }
                    }
                    Err(failure) => found.set(Some(Err(failure))),
                }
            });
        })
    };
    let list = match &*found {
        None => html! { <p class="empty">{ "Loading…" }</p> },
        Some(Err(failure)) => html! { <Notice text={Some(AttrValue::from(failure.words()))} /> },
        Some(Ok(rooms)) if rooms.is_empty() => html! {
            <p class="empty">
                { if words.is_empty() {
                    "You are in every public room. Start a new one below."
                } else {
                    "No public room is called that. Try fewer letters, or start one below."
                } }
            </p>
        },
        Some(Ok(rooms)) => html! {
            <ul class="lines">{ for rooms.iter().map(|room| row(room, &on_join)) }</ul>
        },
    };
    html! {
        <section class="card" aria-label="Public rooms">
            <h2 class="card__title">{ "Public rooms" }</h2>
            <Field
                name="search"
                label="Search"
                kind="search"
                value={(*words).clone()}
                on_input={set(&words)}
                autocomplete="off"
            />
            { list }
        </section>
    }
}

/// The way to a room whose id or name one was told.
#[component]
fn ByNameCard() -> Html {
    let wanted = use_state_eq(String::new);
    let navigator = use_navigator();
    let onsubmit = {
        let wanted = wanted.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            let room = wanted.trim().to_lowercase();
            if let Some(navigator) = navigator.as_ref().filter(|_| !room.is_empty()) {
                navigator.push(&Route::Room { room });
            }
        }
    };
    html! {
        <form class="card form" {onsubmit}>
            <h2 class="card__title">{ "Join by id or name" }</h2>
            <Field
                name="room"
                label="Room id or name"
                placeholder="book-club"
                value={(*wanted).clone()}
                on_input={set(&wanted)}
                autocomplete="off"
            />
            <button class="button">{ "Open the room" }</button>
        </form>
    }
}
