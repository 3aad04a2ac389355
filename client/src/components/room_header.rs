//! The head of a room: what it is, who is in it, where its settings are.

use std::rc::Rc;

use shared::{PresenceState, Profile, RoomId};
use yew::prelude::*;
use yew_router::prelude::Link;

use super::{Shape, avatar, icon, person_row::presence_word};
use crate::route::Route;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub room: RoomId,
    pub title: AttrValue,
    pub topic: Option<AttrValue>,
    pub is_private: bool,
    pub member_count: Option<u32>,
    /// The other one, in a private conversation.
    pub with: Option<(Rc<Profile>, PresenceState)>,
    /// Gets the focus back when the people are closed.
    pub people_button: NodeRef,
    pub on_people: Callback<()>,
}

fn line(props: &Props) -> String {
    if let Some((person, presence)) = &props.with {
        let status = person.status_text.as_deref().unwrap_or_default();
        let word = presence_word(*presence);
        return if status.is_empty() {
            word.to_owned()
        } else {
            format!("{word} · {status}")
        };
    }
    let members = match props.member_count {
        Some(1) => "1 member".to_owned(),
        Some(n) => format!("{n} members"),
        None => String::new(),
    };
    match &props.topic {
        Some(topic) if !members.is_empty() => format!("{members} · {topic}"),
        Some(topic) => topic.to_string(),
        None => members,
    }
}

/// The head of a room.
#[component]
pub fn RoomHeader(props: &Props) -> Html {
    html! {
        <header class="room-header">
            <Link<Route> to={Route::Rooms} classes="icon-button room-header__back">
                { icon(Shape::Back) }
                <span class="hidden">{ "Back to the list" }</span>
            </Link<Route>>
            if let Some((person, _)) = &props.with {
                { avatar(Some(person)) }
            }
            <div class="room-header__text">
                <h1 class="room-header__title">
                    if props.is_private { { icon(Shape::Lock) } }
                    <bdi>{ &props.title }</bdi>
                </h1>
                <p class="room-header__line">{ line(props) }</p>
            </div>
            <button
                ref={props.people_button.clone()}
                type="button"
                class="icon-button room-header__people"
                aria-label="Show people"
                title="People"
                onclick={props.on_people.reform(|_: MouseEvent| ())}
            >
                { icon(Shape::People) }
            </button>
            if props.with.is_none() {
                <Link<Route> to={Route::settings(props.room)} classes="icon-button">
                    { icon(Shape::Settings) }
                    <span class="hidden">{ "Room settings" }</span>
                </Link<Route>>
            }
        </header>
    }
}
