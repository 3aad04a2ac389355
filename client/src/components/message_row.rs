//! One message of the log.

use std::rc::Rc;

use shared::{Message, MessageBody, MessageId, MessageState, Profile};
use yew::prelude::*;

use super::{Avatar, EditBox, Icon, Shape, TickMark};
use crate::{browser, state::Tick};

/// What somebody wants to do with a message.
#[derive(Debug, Clone, PartialEq)]
pub enum RowAction {
    Edit(MessageId),
    Save(MessageId, MessageBody),
    AskDelete(MessageId),
    Delete(MessageId),
    Cancel,
}

/// What is being done to a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Doing {
    Nothing,
    Editing { error: Option<AttrValue> },
    AskingToDelete { error: Option<AttrValue> },
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub message: Rc<Message>,
    pub author: Option<Rc<Profile>>,
    pub name: AttrValue,
    pub is_mine: bool,
    pub is_first: bool,
    pub can_delete: bool,
    pub tick: Option<Tick>,
    pub doing: Doing,
    pub on_action: Callback<RowAction>,
}

fn state_name(tick: Tick) -> &'static str {
    match tick {
        Tick::Sent => "sent",
        Tick::Delivered => "delivered",
        Tick::Read => "read",
    }
}

fn body(props: &Props) -> Html {
    let id = props.message.id;
    match (&props.message.state, &props.doing) {
        (MessageState::Deleted { .. }, _) => html! {
            <p class="message__body message__body--deleted" data-testid="message-body">
                { "Message deleted" }
            </p>
        },
        (MessageState::Live { body, .. }, Doing::Editing { error }) => html! {
            <EditBox
                body={body.clone()}
                error={error.clone()}
                on_save={props.on_action.reform(move |body| RowAction::Save(id, body))}
                on_cancel={props.on_action.reform(|()| RowAction::Cancel)}
            />
        },
        (MessageState::Live { body, .. }, _) => html! {
            <p class="message__body" data-testid="message-body" dir="auto">{ body }</p>
        },
    }
}

fn question(props: &Props, error: Option<&AttrValue>) -> Html {
    let id = props.message.id;
    let yes = props
        .on_action
        .reform(move |_: MouseEvent| RowAction::Delete(id));
    let no = props.on_action.reform(|_: MouseEvent| RowAction::Cancel);
    html! {
        <div class="message__question" role="group" aria-label="Delete this message?">
            <span>{ error.map_or("Delete this message for everybody?", AttrValue::as_str) }</span>
            <button type="button" class="button button--small button--danger" onclick={yes}>
                { "Delete" }
            </button>
            <button type="button" class="button button--small" onclick={no}>{ "Keep" }</button>
        </div>
    }
}

fn menu(props: &Props) -> Html {
    let id = props.message.id;
    let edit = props
        .on_action
        .reform(move |_: MouseEvent| RowAction::Edit(id));
    let delete = props
        .on_action
        .reform(move |_: MouseEvent| RowAction::AskDelete(id));
    html! {
        <div class="message__menu">
            if props.is_mine {
                <button type="button" class="icon-button" aria-label="Edit message" title="Edit"
                    onclick={edit}>
                    <Icon shape={Shape::Edit} />
                </button>
            }
            <button type="button" class="icon-button" aria-label="Delete message" title="Delete"
                onclick={delete}>
                <Icon shape={Shape::Delete} />
            </button>
        </div>
    }
}

/// A message with its author, time and ticks.
#[component]
pub fn MessageRow(props: &Props) -> Html {
    let message = &props.message;
    let at = message.created_at.as_millis();
    let is_live = message.body().is_some();
    let is_edited = matches!(
        message.state,
        MessageState::Live {
            edited_at: Some(_),
            ..
        }
    );
    let class = classes!(
        "message",
        if props.is_mine {
            "message--mine"
        } else {
            "message--theirs"
        },
        props.is_first.then_some("message--first"),
    );
    let has_menu = is_live && (props.is_mine || props.can_delete) && props.doing == Doing::Nothing;
    html! {
        <li
            {class}
            data-testid="message"
            data-mine={props.is_mine.to_string()}
            data-seq={message.seq.to_string()}
            data-state={props.tick.map(state_name)}
        >
            if props.is_first && !props.is_mine {
                <Avatar person={props.author.clone()} />
            }
            <div class="message__bubble">
                if props.is_first && !props.is_mine {
                    <p class="message__author"><bdi>{ &props.name }</bdi></p>
                } else {
                    <span class="hidden">
                        { if props.is_mine { "You:" } else { props.name.as_str() } }
                    </span>
                }
                { body(props) }
                <p class="message__meta">
                    if is_edited {
                        <span class="message__edited">{ "edited" }</span>
                    }
                    <time title={browser::full_time(at)}>{ browser::clock_time(at) }</time>
                    if let Some(tick) = props.tick.filter(|_| is_live) {
                        <TickMark {tick} />
                    }
                </p>
            </div>
            if let Doing::AskingToDelete { error } = &props.doing {
                { question(props, error.as_ref()) }
            }
            if has_menu {
                { menu(props) }
            }
        </li>
    }
}
