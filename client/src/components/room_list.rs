//! The list of rooms and private conversations.

use std::rc::Rc;

use shared::{MAX_UNREAD, PresenceState, RoomId, UserId};
use yew::prelude::*;
use yew_router::prelude::Link;

use super::{avatar, room_mark};
use crate::{
    browser,
    hooks::Same,
    route::Route,
    state::{Activity, People, RoomEntry},
};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub entries: Rc<Vec<RoomEntry>>,
    pub people: Same<People>,
    pub me: UserId,
    pub open: Option<RoomId>,
    pub activity: Activity,
    /// Whether the list has come.
    pub is_loaded: bool,
    pub on_activity: Callback<Activity>,
}

const CHIPS: [(Activity, &str); 3] = [
    (Activity::All, "All"),
    (Activity::Today, "Active today"),
    (Activity::LastHour, "Last hour"),
];

fn preview(props: &Props, entry: &RoomEntry) -> Html {
    if let Some(draft) = &entry.draft {
        return html! {
            <><span class="room-link__draft">{ "Draft: " }</span>{ draft }</>
        };
    }
    let Some(last) = &entry.last_message else {
        return html! { "No messages yet" };
    };
    let text = last.body().unwrap_or("Message deleted");
    if last.author == props.me {
        html! { format!("You: {text}") }
    } else if entry.with.is_some() {
        html! { { text } }
    } else {
        html! { format!("{}: {text}", props.people.name(last.author)) }
    }
}

fn unread_text(unread: usize) -> String {
    if unread >= MAX_UNREAD as usize {
        "999+".to_owned()
    } else {
        unread.to_string()
    }
}

fn room_link(props: &Props, entry: &RoomEntry) -> Html {
    let to = entry
        .with
        .map_or_else(|| Route::room(entry.id), Route::person);
    let is_open = props.open == Some(entry.id);
    let class = classes!(
        "room-link",
        is_open.then_some("room-link--open"),
        (entry.unread > 0).then_some("room-link--unread"),
    );
    let is_online = entry
        .with
        .is_some_and(|with| props.people.presence(with) == PresenceState::Online);
    html! {
        <li
            {class}
            key={entry.id.to_string()}
            data-testid="room-link"
            data-room={entry.id.to_string()}
            data-unread={entry.unread.to_string()}
            data-open={is_open.then_some("true")}
        >
            <Link<Route> {to} classes="room-link__link">
                if let Some(with) = entry.with {
                    <span class="person__picture">
                        { avatar(props.people.profile(with).map(Rc::as_ref)) }
                        if is_online { <span class="person__dot" aria-hidden="true" /> }
                    </span>
                } else {
                    { room_mark(&entry.title) }
                }
                <span class="room-link__text">
                    <span class="room-link__title"><bdi>{ &entry.title }</bdi></span>
                    <span class="room-link__preview">{ preview(props, entry) }</span>
                </span>
                <span class="room-link__side">
                    if let Some(last) = &entry.last_message {
                        <time class="room-link__time">
                            { browser::short_time(last.created_at.as_millis(), browser::now()) }
                        </time>
                    }
                    if entry.unread > 0 {
                        <span class="room-link__unread" data-testid="pill-unread">
                            { unread_text(entry.unread) }
                            <span class="hidden">{ " unread" }</span>
                        </span>
                    }
                </span>
            </Link<Route>>
        </li>
    }
}

/// The chips and the list.
#[component]
pub fn RoomList(props: &Props) -> Html {
    let chip = |(activity, label): (Activity, &'static str)| {
        let onclick = props.on_activity.reform(move |_: MouseEvent| activity);
        let is_chosen = props.activity == activity;
        html! {
            <button
                type="button"
                class={classes!("chip", is_chosen.then_some("chip--on"))}
                aria-pressed={is_chosen.to_string()}
                {onclick}
            >
                { label }
            </button>
        }
    };
    let empty = match (props.is_loaded, props.activity) {
        (false, _) => "Loading your rooms…",
        (true, Activity::All) => "You are in no room yet. Browse the rooms below, or start one.",
        (true, Activity::Today) => "Nobody has written today. Say something, or choose “All”.",
        (true, Activity::LastHour) => "Quiet for an hour. Say something, or choose “All”.",
    };
    html! {
        <>
            <div class="chips" role="group" aria-label="Which rooms to show">
                { for CHIPS.into_iter().map(chip) }
            </div>
            if props.entries.is_empty() {
                <p class="empty">{ empty }</p>
            }
            <ul class="room-list">
                { for props.entries.iter().map(|entry| room_link(props, entry)) }
            </ul>
        </>
    }
}
