//! One message of the log.

use std::rc::Rc;

use shared::{Message, MessageBody, MessageId, MessageState, Profile};
use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::{
    CopyButton, EditBox, Quoted, Shape, avatar, copy_button, icon, message_text::message_text,
    quote::quote, tick_mark,
};
use crate::{browser, state::Tick};

/// What somebody wants to do with a message.
#[derive(Debug, Clone, PartialEq)]
pub enum RowAction {
    Edit(MessageId),
    Save(MessageId, MessageBody),
    /// Gone from the eye at once, from the server a little later.
    Delete(MessageId),
    /// The rewriting or the deletion is called off.
    Cancel,
    Answer(MessageId),
    Jump(u64),
}

/// What is being done to a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Doing {
    Nothing,
    Editing { error: Option<AttrValue> },
    Deleting { error: Option<AttrValue> },
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub message: Rc<Message>,
    pub author: Option<Rc<Profile>>,
    pub name: AttrValue,
    pub quoted: Option<Quoted>,
    pub is_first: bool,
    /// The reader was sent here.
    pub is_spot: bool,
    pub can_delete: bool,
    /// Only for one's own.
    pub tick: Option<Tick>,
    pub doing: Doing,
    pub on_action: Callback<RowAction>,
}

impl Props {
    fn is_mine(&self) -> bool {
        self.tick.is_some()
    }
}

fn state_name(tick: Tick) -> &'static str {
    match tick {
        Tick::Sent => "sent",
        Tick::Delivered => "delivered",
        Tick::Read => "read",
    }
}

fn gone(words: &str, more: Html) -> Html {
    html! {
        <p class="message__body message__body--deleted" data-testid="message-body">
            { words }
            { more }
        </p>
    }
}

fn body(props: &Props) -> Html {
    let id = props.message.id;
    match (&props.message.state, &props.doing) {
        (MessageState::Deleted { .. }, _) => gone("Message deleted", Html::default()),
        (MessageState::Live { .. }, Doing::Deleting { error }) => {
            let onclick = props.on_action.reform(|_: MouseEvent| RowAction::Cancel);
            let words = error.as_ref().map_or("Message deleted", AttrValue::as_str);
            let label = if error.is_some() { "Keep" } else { "Undo" };
            let undo = html! {
                <button type="button" class="link-button message__undo" {onclick}>{ label }</button>
            };
            gone(words, undo)
        }
        (MessageState::Live { body, .. }, Doing::Editing { error }) => html! {
            <EditBox
                body={body.clone()}
                error={error.clone()}
                on_save={props.on_action.reform(move |body| RowAction::Save(id, body))}
                on_cancel={props.on_action.reform(|()| RowAction::Cancel)}
            />
        },
        (MessageState::Live { body, .. }, Doing::Nothing) => message_text(body),
    }
}

fn menu(props: &Props) -> Html {
    let id = props.message.id;
    let item = |label: &'static str, shape: Shape, action: RowAction| {
        let onclick = props.on_action.reform(move |_: MouseEvent| action.clone());
        html! {
            <button type="button" class="icon-button" aria-label={label} title={label} {onclick}>
                { icon(shape) }
            </button>
        }
    };
    html! {
        <div class="message__menu" role="group" aria-label="What to do with this message">
            { item("Answer message", Shape::Answer, RowAction::Answer(id)) }
            <CopyButton ..copy_button::Props::of(&props.message) />
            if props.is_mine() {
                { item("Edit message", Shape::Edit, RowAction::Edit(id)) }
            }
            if props.is_mine() || props.can_delete {
                { item("Delete message", Shape::Delete, RowAction::Delete(id)) }
            }
        </div>
    }
}

/// Whether the focus goes to something within the element that it leaves something of.
fn stays_within(event: &FocusEvent) -> bool {
    let row = event
        .target_dyn_into::<web_sys::Element>()
        .and_then(|element| element.closest(".message").ok().flatten());
    let next = event
        .related_target()
        .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    row.is_some_and(|row| next.is_some_and(|next| row.contains(Some(&next))))
}

/// A message with its author, time and ticks. Its menu is there while a pointer or the focus is.
#[component]
pub fn MessageRow(props: &Props) -> Html {
    let message = &props.message;
    let at = message.created_at.as_millis();
    let is_live = message.body().is_some();
    let (is_hovered, is_focused) = (use_state_eq(|| false), use_state_eq(|| false));
    let hover = |to: bool| {
        let is_hovered = is_hovered.clone();
        move |_: PointerEvent| is_hovered.set(to)
    };
    let onfocusin = {
        let is_focused = is_focused.clone();
        move |_: FocusEvent| is_focused.set(true)
    };
    let onfocusout = {
        let is_focused = is_focused.clone();
        move |event: FocusEvent| is_focused.set(stays_within(&event))
    };
    let is_edited = matches!(
        message.state,
        MessageState::Live {
            edited_at: Some(_),
            ..
        }
    );
    let has_menu = is_live && props.doing == Doing::Nothing && (*is_hovered || *is_focused);
    let is_editing = matches!(props.doing, Doing::Editing { .. });
    let class = classes!(
        "message",
        if props.is_mine() {
            "message--mine"
        } else {
            "message--theirs"
        },
        props.is_first.then_some("message--first"),
        props.is_spot.then_some("message--spot"),
        has_menu.then_some("message--menu"),
        is_editing.then_some("message--editing"),
    );
    let on_jump = props.on_action.reform(RowAction::Jump);
    html! {
        <li
            {class}
            tabindex="-1"
            data-testid="message"
            data-mine={props.is_mine().to_string()}
            data-seq={message.seq.to_string()}
            data-state={props.tick.map(state_name)}
            onpointerenter={hover(true)}
            onpointerleave={hover(false)}
            {onfocusin}
            {onfocusout}
        >
            if props.is_first && !props.is_mine() {
                { avatar(props.author.as_deref()) }
            }
            <div class="message__bubble">
                if props.is_first && !props.is_mine() {
                    <p class="message__author"><bdi>{ &props.name }</bdi></p>
                } else {
                    <span class="hidden">
                        { if props.is_mine() { "You:" } else { props.name.as_str() } }
                    </span>
                }
                if let Some(quoted) = props.quoted.as_ref().filter(|_| is_live) {
                    { quote(quoted, &on_jump) }
                }
                <div class="message__line">
                { body(props) }
                <p class="message__meta">
                    if is_edited {
                        <span class="message__edited">{ "edited" }</span>
                    }
                    <time title={browser::full_time(at)}>{ browser::clock_time(at) }</time>
                    if let Some(tick) = props.tick.filter(|_| is_live) {
                        { tick_mark(tick) }
                    }
                </p>
                </div>
                if has_menu {
                    { menu(props) }
                }
            </div>
        </li>
    }
}
