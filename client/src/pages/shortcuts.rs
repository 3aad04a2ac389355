//! The shortcuts that hold on every page: to a room or person, to the next room, to the help.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use shared::RoomId;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::{
    components::{Place, ShortcutHelp, Switcher},
    hooks::{use_chat, use_window_event},
    net::Chat,
    route::Route,
    state::{Action, RoomEntry, State},
};

/// Beyond those who are known, people are looked for when the typing pauses.
const SEARCH_AFTER_MS: u32 = 300;

/// Which window is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    Switcher,
    Help,
}

/// A shortcut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shortcut {
    Open(Overlay),
    RoomAbove,
    RoomBelow,
}

fn shortcut(event: &KeyboardEvent) -> Option<Shortcut> {
    let is_command = (event.ctrl_key() || event.meta_key()) && !event.alt_key();
    let is_alt = event.alt_key() && !event.ctrl_key() && !event.meta_key() && !event.shift_key();
    match event.key().as_str() {
        "k" | "K" if is_command && !event.shift_key() => Some(Shortcut::Open(Overlay::Switcher)),
        // Shift is what some keyboards need to write a slash.
        "/" if is_command => Some(Shortcut::Open(Overlay::Help)),
        "ArrowUp" if is_alt => Some(Shortcut::RoomAbove),
        "ArrowDown" if is_alt => Some(Shortcut::RoomBelow),
        _ => None,
    }
}

/// The page of a line of the list.
fn route_of(entry: &RoomEntry) -> Route {
    entry
        .with
        .map_or_else(|| Route::room(entry.id), Route::person)
}

/// The rooms, the recent ones first, then whom one has no conversation with.
fn places(state: &State) -> Vec<Place> {
    let entries = state.entries(None);
    let mut places: Vec<_> = entries
        .iter()
        .map(|entry| Place {
            to: route_of(entry),
            title: entry.title.clone(),
            person: entry
                .with
                .and_then(|with| state.people.profile(with))
                .map(|who| (Rc::clone(who), state.people.presence(who.id))),
            unread: entry.unread,
        })
        .collect();
    let people = state.people.everybody().into_iter();
    places.extend(
        people
            .filter(|(who, _)| who.id != state.my_id())
            .filter(|(who, _)| !entries.iter().any(|entry| entry.with == Some(who.id)))
            .map(|(who, presence)| Place {
                to: Route::person(who.id),
                title: who.display_name.clone(),
                person: Some((who, presence)),
                unread: 0,
            }),
    );
    places
}

/// The page of the room above or below the open one in the list, around its ends.
fn neighbor(state: &State, open: Option<RoomId>, way: Shortcut) -> Option<Route> {
    let entries = state.entries(None);
    let count = entries.len();
    let at = entries.iter().position(|entry| Some(entry.id) == open);
    let next = match (at, way) {
        (Some(at), Shortcut::RoomAbove) => at.checked_sub(1).unwrap_or(count - 1),
        (Some(at), _) => (at + 1) % count,
        (None, _) => 0,
    };
    entries.get(next).map(route_of)
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub chat: Chat,
    pub overlay: Option<Overlay>,
    pub on_overlay: Callback<Option<Overlay>>,
}

/// Listens to the keys, and draws the window that is open.
#[component]
pub fn Shortcuts(props: &Props) -> Html {
    let navigator = use_navigator();
    let on_key = {
        let (chat, navigator) = (props.chat.clone(), navigator.clone());
        let deps = (props.on_overlay.clone(), props.overlay.is_some());
        use_callback(deps, move |event: Event, (on_overlay, is_busy)| {
            let Ok(event) = event.dyn_into::<KeyboardEvent>() else {
                return;
            };
            let Some(shortcut) = shortcut(&event) else {
                return;
            };
            event.prevent_default();
            // An open window is closed first, which gives the focus back.
            if *is_busy {
                return;
            }
            if let Shortcut::Open(overlay) = shortcut {
                return on_overlay.emit(Some(overlay));
            }
            let to = chat.read(|state| neighbor(state, state.open, shortcut));
            if let Some((navigator, to)) = navigator.as_ref().zip(to) {
                navigator.push(&to);
            }
        })
    };
    use_window_event("keydown", on_key);
    let on_closed = props.on_overlay.reform(|()| None);
    match props.overlay {
        None => Html::default(),
        Some(Overlay::Help) => html! { <ShortcutHelp {on_closed} /> },
        Some(Overlay::Switcher) => html! { <Places chat={props.chat.clone()} {on_closed} /> },
    }
}

#[derive(Properties, PartialEq)]
struct PlacesProps {
    chat: Chat,
    on_closed: Callback<()>,
}

/// The switcher with what the state knows.
#[component]
fn Places(props: &PlacesProps) -> Html {
    let navigator = use_navigator();
    let places = use_chat(&props.chat, |state| Rc::new(places(state)));
    let on_search = use_people_search(&props.chat);
    let on_choose = Callback::from(move |to: Route| {
        if let Some(navigator) = &navigator {
            navigator.push(&to);
        }
    });
    html! { <Switcher {places} {on_choose} {on_search} on_closed={props.on_closed.clone()} /> }
}

/// Looks for people on the server when the typing pauses.
#[hook]
pub fn use_people_search(chat: &Chat) -> Callback<String> {
    let search = use_mut_ref(|| None::<Timeout>);
    use_callback(chat.clone(), move |words: String, chat| {
        let chat = chat.clone();
        *search.borrow_mut() = (!words.is_empty()).then(|| {
            Timeout::new(SEARCH_AFTER_MS, move || {
                spawn_local(async move {
                    if let Ok(page) = chat.api().people(&words, None).await {
                        chat.dispatch(Action::PeopleLoaded(page.users));
                    }
                });
            })
        });
    })
}
