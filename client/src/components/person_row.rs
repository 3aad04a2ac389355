//! One person in a list: picture, name, and whether they are here.

use std::rc::Rc;

use shared::{PresenceState, Profile};
use yew::prelude::*;
use yew_router::prelude::Link;

use super::avatar;
use crate::{browser, route::Route};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub person: Rc<Profile>,
    pub presence: PresenceState,
    pub is_me: bool,
    /// Now, to the minute.
    pub now: i64,
}

/// The word for a presence, as the page's hooks and the eye know it.
pub fn presence_word(presence: PresenceState) -> &'static str {
    match presence {
        PresenceState::Online => "online",
        PresenceState::Away => "away",
        PresenceState::Offline => "offline",
    }
}

fn line(props: &Props) -> Option<String> {
    if let Some(text) = &props.person.status_text {
        return Some(text.clone());
    }
    match (props.presence, props.person.last_seen_at) {
        (PresenceState::Away, _) => Some("away".to_owned()),
        (PresenceState::Offline, Some(at)) => Some(format!(
            "last seen {}",
            browser::since_label(at.as_millis(), props.now)
        )),
        _ => None,
    }
}

/// A person; a click opens the private conversation, or one's own account.
#[component]
pub fn PersonRow(props: &Props) -> Html {
    let person = &props.person;
    let presence = presence_word(props.presence);
    let (to, what) = if props.is_me {
        (Route::Account, "your account".to_owned())
    } else {
        let name = &person.display_name;
        (
            Route::person(person.id),
            format!("{name}, {presence}. Write to {name}"),
        )
    };
    html! {
        <li
            class={classes!("person", format!("person--{presence}"))}
            data-testid="person"
            data-user={person.username.as_str().to_owned()}
            data-presence={presence}
        >
            <Link<Route> {to} classes="person__link">
                <span class="person__picture">
                    { avatar(Some(person)) }
                    <span class="person__dot" aria-hidden="true" />
                </span>
                <span class="hidden">{ what }</span>
                <span class="person__text" aria-hidden="true">
                    <span class="person__name">
                        <bdi>{ &person.display_name }</bdi>
                        if props.is_me { <span class="person__you">{ " (you)" }</span> }
                    </span>
                    if let Some(line) = line(props) {
                        <span class="person__line">{ line }</span>
                    }
                </span>
            </Link<Route>>
        </li>
    }
}
