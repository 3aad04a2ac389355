//! The log of the room on the screen, and what can be done with its messages.

use std::rc::Rc;

use shared::{ClientId, MessageId, RoomId, RoomRole, ServerRole};
use yew::prelude::*;

use crate::{
    browser,
    components::{Ends, MessageLog, RowAction, Work},
    hooks::{Same, use_chat},
    net::Chat,
    state::{Action, Ask, PageState, RoomState, Spot, State},
    timeline,
};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub chat: Chat,
    /// One of one's rooms.
    pub room: RoomId,
    pub work: Work,
    pub on_action: Callback<RowAction>,
}

/// One's right to delete what others wrote.
fn is_moderator(state: &State, room: &RoomState) -> bool {
    let is_server_admin = state.me.role == Some(ServerRole::Admin)
        && room
            .room
            .named()
            .is_some_and(|room| room.visibility == shared::Visibility::Public);
    room.room.named().is_some() && (room.my_role >= RoomRole::Admin || is_server_admin)
}

/// One's own message that Up in the empty box edits.
pub fn last_own(chat: &Chat, room: RoomId) -> Option<MessageId> {
    chat.read(|state| {
        let log = state.room(room)?.log.as_ref()?;
        Some(log.last_own(state.my_id())?.id)
    })
}

/// The log and what can be done in it.
#[component]
pub fn RoomLog(props: &Props) -> Html {
    let (chat, room) = (props.chat.clone(), props.room);
    let state = use_chat(&chat, move |state| {
        state.room(room).map(|room| Same(Rc::clone(room)))
    });
    // Until the room is opened its log does not know where to land: it would go to the end, and
    // what was unread would be read.
    let is_open = use_chat(&chat, move |state| state.open == Some(room));
    let outbox = use_chat(&chat, |state| Same(Rc::clone(&state.outbox)));
    let people = use_chat(&chat, |state| Same(Rc::clone(&state.people)));
    let me = chat.my_id();
    let is_moderator = use_chat(&chat, move |state| {
        state
            .room(room)
            .is_some_and(|room| is_moderator(state, room))
    });
    let rows = use_memo((state.clone(), outbox), move |(state, outbox)| {
        let state: &Option<Same<RoomState>> = state;
        state.as_ref().map_or_else(Vec::new, |room| {
            timeline::rows(room, outbox, me, browser::day_of)
        })
    });
    let act = |make: fn(RoomId, ClientId) -> Action| {
        let chat = chat.clone();
        Callback::from(move |client_id| chat.dispatch(make(room, client_id)))
    };
    let on_retry = use_memo(room, |_| act(|_, client_id| Action::Retry(client_id)));
    let on_discard = use_memo(room, |_| act(|_, client_id| Action::Discard(client_id)));
    let on_seen = use_callback((chat.clone(), room), |seq, (chat, room)| {
        chat.dispatch(Action::Seen { room: *room, seq });
    });
    let on_following = use_callback((chat.clone(), room), |is_following: bool, (chat, room)| {
        let is_known = chat.read(|state| {
            state.room(*room).is_some_and(|room| {
                room.is_following == is_following && (room.missed == 0 || !is_following)
            })
        });
        if !is_known {
            chat.dispatch(Action::Following {
                room: *room,
                is_following,
            });
        }
    });
    let on_load = use_callback((chat.clone(), room), |ask, (chat, room)| {
        chat.dispatch(Action::Load { room: *room, ask });
    });
    let Some(state) = state.filter(|_| is_open) else {
        return html! { <div class="log" /> };
    };
    let Some(log) = &state.log else {
        return html! { <Arriving chat={chat.clone()} {room} page={state.page} /> };
    };
    html! {
        <MessageLog
            label="Messages"
            {rows}
            ends={Ends::of(log)}
            {people}
            {me}
            ticked={state.ticked(me)}
            {is_moderator}
            is_following={state.is_following && !log.has_newer}
            missed={state.missed}
            opening={state.openings}
            spot={state.spot.filter(Spot::is_here)}
            work={props.work.clone()}
            empty={html! {
                <p class="empty">{ "Nothing has been said here yet. Write the first message." }</p>
            }}
            {on_seen}
            {on_following}
            {on_load}
            on_action={props.on_action.clone()}
            on_retry={(*on_retry).clone()}
            on_discard={(*on_discard).clone()}
        />
    }
}

#[derive(Properties, PartialEq)]
struct ArrivingProps {
    chat: Chat,
    room: RoomId,
    page: PageState,
}

/// Where messages will stand.
const SHAPES: [&str; 6] = ["short", "long", "mine", "long", "short", "mine"];

/// In place of the log while its first page is on the way.
#[component]
fn Arriving(props: &ArrivingProps) -> Html {
    let onclick = {
        let (chat, room) = (props.chat.clone(), props.room);
        move |_: MouseEvent| {
            chat.dispatch(Action::Load {
                room,
                ask: Ask::Newest,
            });
        }
    };
    html! {
        <div class="log log--empty">
            if props.page == PageState::Failed {
                <p class="empty">{ "The messages could not be fetched." }</p>
                <button type="button" class="button" {onclick}>{ "Try again" }</button>
            } else {
                <p class="hidden" role="status">{ "Loading messages…" }</p>
                <div class="skeleton" aria-hidden="true">
                    { for SHAPES.iter().map(|shape| html! { <span class={*shape} /> }) }
                </div>
            }
        </div>
    }
}
