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

/// The people in the order, and under the heading, that they had when the pointer came: nobody
/// moves away from under it. Their dots still tell; who is new comes last.
fn held(people: &[Person], order: Option<&[(UserId, bool)]>) -> Vec<(Person, bool)> {
    let is_here = |(_, presence): &Person| *presence != PresenceState::Offline;
    let listed = people
        .iter()
        .map(|person| (person.clone(), is_here(person)));
    let Some(order) = order else {
        return listed.collect();
    };
    let place = |id: UserId| order.iter().position(|(held, _)| *held == id);
    let mut places: Vec<Option<(Person, bool)>> = vec![None; order.len()];
    let mut new = Vec::new();
    for (person, is_connected) in listed {
        match place(person.0.id) {
            Some(place) => places[place] = Some((person, order[place].1)),
            None => new.push((person, is_connected)),
        }
    }
    places.into_iter().flatten().chain(new).collect()
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
    let order = use_state_eq(|| None::<Vec<(UserId, bool)>>);
    let people = held(&props.people, order.as_deref());
    let onpointerenter = {
        let (order, people) = (order.clone(), Rc::clone(&props.people));
        move |_: PointerEvent| {
            let held = held(&people, None);
            let held = held
                .into_iter()
                .map(|((person, _), is_here)| (person.id, is_here));
            order.set(Some(held.collect()));
        }
    };
    let onpointerleave = {
        let order = order.clone();
        move |_: PointerEvent| order.set(None)
    };
    let list = |is_connected: bool| -> Vec<&Person> {
        people
            .iter()
            .filter(|(_, is_here)| *is_here == is_connected)
            .map(|(person, _)| person)
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
        <aside {class} aria-label="People" {onkeydown} {onpointerenter} {onpointerleave}>
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture::{ALICE, BOB, CAROL, profile};

    fn person(id: UserId, name: &str, presence: PresenceState) -> Person {
        (Rc::new(profile(id, name)), presence)
    }

    #[test]
    fn nobody_moves_under_the_pointer_and_who_is_new_comes_last() {
        use PresenceState::{Offline, Online};
        let order = [(BOB, true), (ALICE, false)];
        let now = [
            person(ALICE, "alice", Online),
            person(CAROL, "carol", Online),
            person(BOB, "bob", Offline),
        ];
        let held: Vec<_> = held(&now, Some(&order))
            .into_iter()
            .map(|((person, _), is_here)| (person.id, is_here))
            .collect();
        assert_eq!(held, [(BOB, true), (ALICE, false), (CAROL, true)]);
    }
}
