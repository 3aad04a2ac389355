//! A room on the screen: head, log, box, people.

use std::rc::Rc;

use shared::{ClientId, MessageBody, Room, RoomId};
use yew::prelude::*;

use super::{
    home::keep_last,
    room_log::{RoomLog, last_own},
    room_work::use_work,
    shortcuts::use_people_search,
};
use crate::{
    browser,
    components::{
        Composer, ConnectionBanner, LiveRegion, PeoplePanel, Quoted, RoomHeader, RowAction,
    },
    hooks::{use_chat, use_title},
    net::Chat,
    state::{Action, State, typing_text},
};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub chat: Chat,
    /// One of one's rooms.
    pub room: RoomId,
    /// The message to land on.
    #[prop_or_default]
    pub at: Option<u64>,
}

/// Whether a key writes something, pressed where nothing can be written: it belongs into the box.
fn is_text(event: &KeyboardEvent) -> bool {
    let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
    let is_letter = event.key().chars().count() == 1 && event.key() != " ";
    let writes = event
        .target_dyn_into::<web_sys::Element>()
        .is_some_and(|target| matches!(target.tag_name().as_str(), "TEXTAREA" | "INPUT"));
    is_letter && !has_modifier && !writes
}

/// The room.
#[component]
pub fn ChatRoom(props: &Props) -> Html {
    let (chat, room) = (props.chat.clone(), props.room);
    let is_sheet_open = use_state_eq(|| false);
    let (work, on_action) = use_work(&chat, room);
    let title = use_chat(&chat, move |state| {
        state.room(room).map(|room| state.title_of(&room.room))
    });
    let title = title.unwrap_or_default();
    use_title(&format!("{title} · Parlor"));
    let is_offline = use_chat(&chat, |state| {
        !state.connection.is_open() && state.connection.banner(state.now).is_some()
    });
    use_effect_with((chat.clone(), room), |(chat, room)| {
        chat.dispatch(Action::Open(*room));
        keep_last(chat, *room);
        let (chat, room) = (chat.clone(), *room);
        move || chat.dispatch(Action::Close(room))
    });
    use_effect_with((chat.clone(), room, props.at), |(chat, room, at)| {
        if let Some(seq) = *at {
            chat.dispatch(Action::Jump { room: *room, seq });
        }
    });
    let on_send = use_callback((chat.clone(), room), |body: MessageBody, (chat, room)| {
        chat.dispatch(Action::Send {
            room: *room,
            client_id: ClientId::from_uuid(uuid::Uuid::now_v7()),
            body,
        });
    });
    let on_draft = use_callback((chat.clone(), room), |text: String, (chat, room)| {
        chat.dispatch(Action::Draft { room: *room, text });
    });
    let on_typed = use_callback((chat.clone(), room), |(): (), (chat, room)| {
        chat.dispatch(Action::Typed(*room));
    });
    let on_edit_last = use_callback(
        (chat.clone(), room, on_action.clone()),
        |(): (), (chat, room, on_action)| {
            if let Some(last) = last_own(chat, *room) {
                on_action.emit(RowAction::Edit(last));
            }
        },
    );
    let draft = use_memo((chat.clone(), room), |(chat, room)| {
        chat.read(|state| state.drafts.get(room).cloned().unwrap_or_default())
    });
    let people_button = use_node_ref();
    let set_sheet = |is_open: bool| {
        let (is_sheet_open, people_button) = (is_sheet_open.clone(), people_button.clone());
        Callback::from(move |()| {
            is_sheet_open.set(is_open);
            if !is_open {
                browser::focus(&people_button);
            }
        })
    };
    let answering = use_chat(&chat, move |state| {
        let quote = state.room(room)?.quote(*state.answering.get(&room)?);
        Some(Quoted::of(&quote, &state.people))
    });
    let on_answered = use_callback((chat.clone(), room), |(): (), (chat, room)| {
        let (room, message) = (*room, None);
        chat.dispatch(Action::Answer { room, message });
    });
    let is_resting = work.editing.is_some();
    let onkeydown = |event: KeyboardEvent| {
        if is_text(&event) {
            browser::focus_class("composer__input");
        }
    };
    html! {
        <>
            <main class="room" {onkeydown}>
                <Head
                    chat={chat.clone()}
                    {room}
                    people_button={people_button.clone()}
                    on_people={set_sheet(true)}
                />
                <Line chat={chat.clone()} />
                <RoomLog chat={chat.clone()} {room} {work} {on_action} />
                <TypingLine chat={chat.clone()} {room} />
                <Composer
                    to={title}
                    draft={(*draft).clone()}
                    {is_offline}
                    {is_resting}
                    {answering}
                    {on_answered}
                    {on_send}
                    {on_draft}
                    {on_typed}
                    {on_edit_last}
                />
                <Spoken chat={chat.clone()} />
            </main>
            <People {chat} is_open={*is_sheet_open} on_close={set_sheet(false)} />
        </>
    }
}

#[derive(Properties, PartialEq)]
struct HeadProps {
    chat: Chat,
    room: RoomId,
    people_button: NodeRef,
    on_people: Callback<()>,
}

#[component]
fn Head(props: &HeadProps) -> Html {
    let id = props.room;
    let seen = use_chat(&props.chat, move |state| {
        let room = state.room(id)?;
        let with = state.other_of(&room.room).and_then(|other| {
            let profile = state.people.profile(other)?;
            Some((Rc::clone(profile), state.people.presence(other)))
        });
        let count = if room.members.is_loaded() {
            u32::try_from(room.members.count()).ok()
        } else {
            room.room.named().map(|room| room.member_count)
        };
        Some((room.room.clone(), state.title_of(&room.room), with, count))
    });
    let Some((room, title, with, count)) = seen else {
        return Html::default();
    };
    let named = room.named();
    html! {
        <RoomHeader
            room={id}
            {title}
            topic={named.and_then(|room| room.topic.clone()).map(AttrValue::from)}
            is_private={named.is_some_and(|room| room.visibility == shared::Visibility::Private)}
            member_count={count.filter(|_| matches!(room, Room::Room(_)))}
            {with}
            people_button={props.people_button.clone()}
            on_people={props.on_people.clone()}
        />
    }
}

#[derive(Properties, PartialEq)]
pub struct ChatProps {
    pub chat: Chat,
}

/// The banner.
#[component]
fn Line(props: &ChatProps) -> Html {
    let banner = use_chat(&props.chat, |state| state.connection.banner(state.now));
    let chat = props.chat.clone();
    let is_kept = chat.is_keeping();
    html! { <ConnectionBanner {banner} {is_kept} on_retry={move |()| chat.wake()} /> }
}

/// What screen readers hear.
#[component]
fn Spoken(props: &ChatProps) -> Html {
    let text = use_chat(&props.chat, |state| state.announcements.text(&state.people));
    let on_spoken = use_callback(props.chat.clone(), |(): (), chat| {
        chat.dispatch(Action::Announced);
    });
    html! { <LiveRegion text={text.map(AttrValue::from)} {on_spoken} /> }
}

#[derive(Properties, PartialEq)]
struct PeopleProps {
    chat: Chat,
    is_open: bool,
    on_close: Callback<()>,
}

/// The people on the right.
#[component]
fn People(props: &PeopleProps) -> Html {
    let people = use_chat(&props.chat, |state| Rc::new(state.people.everybody()));
    let now = use_chat(&props.chat, |state| state.now / 60_000 * 60_000);
    let me = use_chat(&props.chat, State::my_id);
    let on_search = use_people_search(&props.chat);
    html! {
        <PeoplePanel
            {people}
            {me}
            {now}
            is_open={props.is_open}
            on_close={props.on_close.clone()}
            {on_search}
        />
    }
}

/// What is said about who is writing.
#[component]
fn TypingLine(props: &Props) -> Html {
    let room = props.room;
    let text = use_chat(&props.chat, move |state| {
        let names: Vec<String> = state
            .room(room)?
            .typing
            .who()
            .map(|user| state.people.name(user))
            .collect();
        typing_text(&names)
    });
    html! {
        <div class="typing" aria-live="off">
            if let Some(text) = text {
                <span data-testid="typing">{ text }</span>
            }
        </div>
    }
}
