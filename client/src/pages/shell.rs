//! The signed-in page around all the others: the list on the left, the page beside it.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::Link;

use super::{
    account::AccountPage,
    browse::BrowsePage,
    home::HomePage,
    not_found::NotFoundPage,
    person::PersonPage,
    room::RoomPage,
    room_settings::RoomSettingsPage,
    shortcuts::{Overlay, Shortcuts},
};
use crate::{
    browser::{self, Shelf, Store},
    components::{RoomList, Shape, VersionOffer, avatar, icon, logo, sign, stranded},
    hooks::{Same, use_chat},
    net::Chat,
    route::Route,
    state::{Action, Activity, State, Stranded, Version, activity_since},
};

/// Set while one logs out by hand: then no page is wanted after the next login.
pub const LEFT: &str = "parlor.left";

#[derive(Properties, PartialEq)]
pub struct Props {
    pub chat: Chat,
    pub route: Route,
}

/// The frame of the app.
#[component]
pub fn Shell(props: &Props) -> Html {
    let chat = props.chat.clone();
    let page = match props.route.clone() {
        Route::Home => html! { <HomePage {chat} /> },
        Route::Rooms => html! {
            <main class="page page--idle">
                { sign() }
                <h1 class="page__idle-title">{ "Rooms and conversations" }</h1>
                <p class="empty">{ "Choose one, or browse for a room to join." }</p>
            </main>
        },
        Route::Room { room } => html! { <RoomPage {chat} {room} /> },
        Route::Message { room, seq } => html! { <RoomPage {chat} {room} at={seq} /> },
        Route::RoomSettings { room } => {
            html! { <RoomSettingsPage {chat} {room} /> }
        }
        Route::Person { user } => html! { <PersonPage {chat} {user} /> },
        Route::Browse => html! { <BrowsePage {chat} /> },
        Route::Account => html! { <AccountPage {chat} /> },
        Route::Login | Route::Register | Route::NotFound => html! { <NotFoundPage /> },
    };
    let is_list = props.route == Route::Rooms;
    let overlay = use_state_eq(|| None::<Overlay>);
    let on_overlay = {
        let overlay = overlay.clone();
        use_callback((), move |to, ()| overlay.set(to))
    };
    let is_outdated = use_chat(&props.chat, |state| state.version == Version::Outdated);
    let on_later = use_callback(props.chat.clone(), |(): (), chat| {
        chat.dispatch(Action::NotNow);
    });
    html! {
        <div class={classes!("shell", is_list.then_some("shell--list"))}>
            <Sidebar
                chat={props.chat.clone()}
                on_find={on_overlay.reform(|()| Some(Overlay::Switcher))}
            />
            { page }
            <Shortcuts chat={props.chat.clone()} overlay={*overlay} {on_overlay} />
            if is_outdated {
                <VersionOffer is_kept={props.chat.is_keeping()} on_reload={|()| browser::reload()} {on_later} />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct SidebarProps {
    chat: Chat,
    on_find: Callback<()>,
}

/// Ends the session here and on the server.
fn log_out(chat: Chat) {
    spawn_local(async move {
        Shelf::open(Store::Tab).put(LEFT, "1");
        let session = chat.session();
        // Where the server can't be reached the login is forgotten here, and ends there by itself.
        let _ = chat.api().end_session(session).await;
        chat.end();
    });
}

/// Forgets what was written for a room that one is not in.
fn discard(unsent: &Stranded, chat: &Chat) {
    let room = unsent.room;
    if let Some(client_id) = unsent.client_id {
        return chat.dispatch(Action::Discard(client_id));
    }
    let text = String::new();
    chat.dispatch(Action::Draft { room, text });
}

#[component]
fn Sidebar(props: &SidebarProps) -> Html {
    let activity = use_state_eq(|| Activity::All);
    let entries = use_chat(&props.chat, {
        let activity = *activity;
        move |state| {
            let midnight = browser::midnight(state.now);
            Rc::new(state.entries(activity_since(activity, state.now, midnight)))
        }
    });
    let people = use_chat(&props.chat, |state| Same(Rc::clone(&state.people)));
    let me = use_chat(&props.chat, |state| Same(Rc::clone(&state.me)));
    let open = use_chat(&props.chat, |state| state.open);
    let is_loaded = use_chat(&props.chat, |state| state.has_rooms);
    let unsent = use_chat(&props.chat, State::stranded);
    let on_discard = use_callback(props.chat.clone(), |unsent, chat| discard(&unsent, chat));
    let on_activity = {
        let activity = activity.clone();
        use_callback((), move |chosen, ()| activity.set(chosen))
    };
    let onclick = {
        let chat = props.chat.clone();
        move |_: MouseEvent| log_out(chat.clone())
    };
    html! {
        <nav class="sidebar" aria-label="Rooms and conversations">
            <div class="sidebar__head">
                { logo() }
                <button
                    type="button"
                    class="icon-button"
                    aria-label="Go to a room or a person"
                    title="Go to a room or a person (Ctrl+K)"
                    onclick={props.on_find.reform(|_: MouseEvent| ())}
                >
                    { icon(Shape::Search) }
                </button>
                <Link<Route> to={Route::Account} classes="sidebar__me">
                    { avatar(Some(&me)) }
                    <span class="hidden">{ format!("Your account, {}", me.display_name) }</span>
                </Link<Route>>
                <button
                    type="button"
                    class="icon-button"
                    data-testid="logout"
                    aria-label="Log out"
                    title="Log out"
                    {onclick}
                >
                    { icon(Shape::Leave) }
                </button>
            </div>
            <div class="sidebar__body">
                { stranded(&unsent, &on_discard) }
                <RoomList
                    {entries}
                    {people}
                    me={me.id}
                    {open}
                    activity={*activity}
                    {is_loaded}
                    {on_activity}
                />
            </div>
            <div class="sidebar__foot">
                <Link<Route> to={Route::Browse} classes="button button--wide">
                    { icon(Shape::Plus) }
                    { "Browse or start a room" }
                </Link<Route>>
            </div>
        </nav>
    }
}
