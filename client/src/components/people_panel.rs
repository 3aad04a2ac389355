//! The people on the right: who is connected, and below them everybody else.

use std::rc::Rc;

use shared::{PresenceState, Profile, UserId};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{PersonRow, Shape, icon};
use crate::browser;

/// Somebody and whether they are here.
pub type Person = (Rc<Profile>, PresenceState);

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Who is connected first, then by name.
    pub people: Rc<Vec<Person>>,
    pub me: UserId,
    /// Now, to the minute.
    pub now: i64,
    /// On a phone the panel is a sheet.
    pub is_open: bool,
    pub on_close: Callback<()>,
    /// Somebody is looked for, perhaps beyond those who are known.
    pub on_search: Callback<String>,
}

fn holds(person: &Profile, words: &str) -> bool {
    person.username.as_str().contains(words) || person.display_name.to_lowercase().contains(words)
}

/// The panel.
#[component]
pub fn PeoplePanel(props: &Props) -> Html {
    let words = use_state_eq(String::new);
    let close = use_node_ref();
    {
        let close = close.clone();
        use_effect_with(props.is_open, move |is_open| {
            if *is_open {
                browser::focus(&close);
            }
        });
    }
    let onkeydown = {
        let (is_open, on_close) = (props.is_open, props.on_close.clone());
        move |event: KeyboardEvent| {
            if is_open && event.key() == "Escape" {
                on_close.emit(());
            }
        }
    };
    let oninput = {
        let (words, on_search) = (words.clone(), props.on_search.clone());
        move |event: InputEvent| {
            let input = event
                .target()
                .and_then(|t| t.dyn_into::<HtmlInputElement>().ok());
            if let Some(input) = input {
                let text = input.value().trim().to_lowercase();
                on_search.emit(text.clone());
                words.set(text);
            }
        }
    };
    let list = |is_connected: bool| -> Vec<&Person> {
        props
            .people
            .iter()
            .filter(|(_, presence)| (*presence != PresenceState::Offline) == is_connected)
            .filter(|(person, _)| holds(person, &words))
            .collect()
    };
    let rows = |people: &[&Person]| -> Html {
        people
            .iter()
            .map(|(person, presence)| {
                html! {
                    <PersonRow
                        key={person.id.to_string()}
                        person={Rc::clone(person)}
                        presence={*presence}
                        is_me={person.id == props.me}
                        now={props.now}
                    />
                }
            })
            .collect()
    };
    let (here, others) = (list(true), list(false));
    let class = classes!("people", props.is_open.then_some("people--open"));
    html! {
        <aside {class} aria-label="People" {onkeydown}>
            <div class="people__head">
                <label class="search">
                    { icon(Shape::Search) }
                    <span class="hidden">{ "Find people" }</span>
                    <input type="search" placeholder="Find people" {oninput} />
                </label>
                <button
                    ref={close}
                    type="button"
                    class="icon-button people__close"
                    aria-label="Close the list of people"
                    onclick={props.on_close.reform(|_: MouseEvent| ())}
                >
                    { icon(Shape::Close) }
                </button>
            </div>
            <h2 class="people__title" id="people-here">{ format!("Connected — {}", here.len()) }</h2>
            <ul class="people__list" aria-labelledby="people-here">{ rows(&here) }</ul>
            if !others.is_empty() {
                <h2 class="people__title" id="people-others">
                    { format!("Not here — {}", others.len()) }
                </h2>
                <ul class="people__list" aria-labelledby="people-others">{ rows(&others) }</ul>
            }
            if here.is_empty() && others.is_empty() {
                <p class="empty">{ "Nobody has a name like that. Try fewer letters." }</p>
            }
        </aside>
    }
}
