//! The way to any room or person by a few letters.

use std::rc::Rc;

use shared::{PresenceState, Profile};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{Dialog, avatar, dialog::close, person_row::presence_word, room_mark};
use crate::{finder, route::Route};

/// More are not shown: a letter more finds faster than reading on.
const MOST: usize = 12;

/// Somewhere to go.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub to: Route,
    pub title: String,
    /// Whoever it is, where it is somebody.
    pub person: Option<(Rc<Profile>, PresenceState)>,
    pub unread: usize,
}

impl Place {
    fn names(&self) -> Vec<&str> {
        let username = self.person.as_ref().map(|(who, _)| who.username.as_str());
        [self.title.as_str()].into_iter().chain(username).collect()
    }

    fn what(&self) -> &'static str {
        self.person
            .as_ref()
            .map_or("room", |(_, presence)| presence_word(*presence))
    }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    /// The recent ones first.
    pub places: Rc<Vec<Place>>,
    pub on_choose: Callback<Route>,
    /// Somebody is looked for, perhaps beyond those who are known.
    pub on_search: Callback<String>,
    pub on_closed: Callback<()>,
}

fn option(place: &Place, index: usize, chosen: usize, onclick: Callback<MouseEvent>) -> Html {
    let is_chosen = index == chosen;
    html! {
        <li
            id={format!("place-{index}")}
            class={classes!("place", is_chosen.then_some("place--chosen"))}
            role="option"
            aria-selected={is_chosen.to_string()}
            {onclick}
        >
            if let Some((person, _)) = &place.person {
                { avatar(Some(person)) }
            } else {
                { room_mark(&place.title) }
            }
            <span class="place__title"><bdi>{ &place.title }</bdi></span>
            if place.unread > 0 {
                <span class="room-link__unread">
                    { place.unread }
                    <span class="hidden">{ " unread" }</span>
                </span>
            }
            <span class="place__what">{ place.what() }</span>
        </li>
    }
}

/// A box and the list of what fits.
#[component]
pub fn Switcher(props: &Props) -> Html {
    let node = use_node_ref();
    let words = use_state_eq(String::new);
    let chosen = use_state_eq(|| 0_usize);
    let found = use_memo(
        (Rc::clone(&props.places), (*words).clone()),
        |(places, words)| {
            let mut found = finder::find(places.to_vec(), words, Place::names);
            found.truncate(MOST);
            found
        },
    );
    let last = found.len().saturating_sub(1);
    let at = (*chosen).min(last);
    let go = {
        let (node, on_choose) = (node.clone(), props.on_choose.clone());
        move |place: &Place| {
            let to = place.to.clone();
            close(&node);
            on_choose.emit(to);
        }
    };
    let oninput = {
        let (words, chosen, on_search) = (words.clone(), chosen.clone(), props.on_search.clone());
        move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                on_search.emit(input.value().trim().to_lowercase());
                words.set(input.value());
                chosen.set(0);
            }
        }
    };
    let onkeydown = {
        let (chosen, found, go) = (chosen.clone(), Rc::clone(&found), go.clone());
        move |event: KeyboardEvent| {
            match event.key().as_str() {
                "ArrowDown" => chosen.set(if at < last { at + 1 } else { 0 }),
                "ArrowUp" => chosen.set(at.checked_sub(1).unwrap_or(last)),
                "Enter" if !super::composer::is_composing(&event) => {
                    if let Some(place) = found.get(at) {
                        go(place);
                    }
                }
                _ => return,
            }
            event.prevent_default();
        }
    };
    let options = found.iter().enumerate().map(|(index, place)| {
        let (go, there) = (go.clone(), place.clone());
        option(
            place,
            index,
            at,
            Callback::from(move |_: MouseEvent| go(&there)),
        )
    });
    html! {
        <Dialog label="Go to a room or a person" class="switcher" {node} on_closed={props.on_closed.clone()}>
            <input
                class="switcher__input"
                type="text"
                role="combobox"
                aria-label="Room or person"
                aria-expanded="true"
                aria-controls="places"
                aria-activedescendant={(!found.is_empty()).then(|| format!("place-{at}"))}
                placeholder="Room or person"
                autocomplete="off"
                spellcheck="false"
                autofocus=true
                {oninput}
                {onkeydown}
            />
            <ul id="places" class="switcher__list" role="listbox" aria-label="Rooms and people">
                { for options }
            </ul>
            <p class="switcher__note" role="status">
                if found.is_empty() {
                    { "Nothing is called that. Try fewer letters." }
                } else {
                    { "↑ ↓ choose, Enter goes there, Escape closes." }
                }
            </p>
        </Dialog>
    }
}
