//! One of one's messages that the server does not have yet.

use std::rc::Rc;

use shared::ClientId;
use yew::prelude::*;

use super::{Quoted, message_text::message_text, quote::quote};
use crate::{
    browser,
    state::{Pending, PendingState},
};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub pending: Rc<Pending>,
    pub is_first: bool,
    pub quoted: Option<Quoted>,
    pub on_jump: Callback<u64>,
    pub on_retry: Callback<ClientId>,
    pub on_discard: Callback<ClientId>,
}

fn failed(props: &Props, reason: &str) -> Html {
    let client_id = props.pending.client_id;
    let retry = props.on_retry.reform(move |_: MouseEvent| client_id);
    let discard = props.on_discard.reform(move |_: MouseEvent| client_id);
    html! {
        <div class="message__failure" role="alert">
            <span>{ format!("Not sent: {reason}.") }</span>
            <button type="button" class="button button--small" onclick={retry}>{ "Retry" }</button>
            <button type="button" class="button button--small" onclick={discard}>
                { "Discard" }
            </button>
        </div>
    }
}

/// A message on its way, or the reason why it is not.
#[component]
pub fn PendingRow(props: &Props) -> Html {
    let pending = &props.pending;
    let (name, label) = match &pending.state {
        PendingState::Keeping | PendingState::Waiting => ("waiting", "Waiting"),
        PendingState::Sending { .. } => ("sending", "Sending"),
        PendingState::BackingOff { .. } => ("waiting", "Will try again"),
        PendingState::Failed { .. } => ("failed", "Failed"),
    };
    let class = classes!(
        "message",
        "message--mine",
        format!("message--{name}"),
        props.is_first.then_some("message--first"),
    );
    html! {
        <li {class} data-testid="message" data-mine="true" data-state={name}>
            <div class="message__bubble">
                <span class="hidden">{ "You:" }</span>
                if let Some(quoted) = &props.quoted {
                    { quote(quoted, &props.on_jump) }
                }
                <div class="message__line">
                { message_text(pending.body.as_str()) }
                <p class="message__meta">
                    <time>{ browser::clock_time(pending.at) }</time>
                    <span class="tick tick--waiting" role="img" aria-label={label} title={label}>
                        <svg viewBox="0 0 20 12" aria-hidden="true">
                            <circle cx="10" cy="6" r="4.5" />
                            <path d="M10 3.5V6h2" />
                        </svg>
                    </span>
                </p>
                </div>
            </div>
            if let PendingState::Failed { reason } = &pending.state {
                { failed(props, reason) }
            }
        </li>
    }
}
