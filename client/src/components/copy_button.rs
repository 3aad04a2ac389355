//! The button that copies a message's address, or a text.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use shared::Message;
use yew::prelude::*;

use super::{Shape, icon};
use crate::browser;

/// The button says so long that it was done.
const SAID_MS: u32 = 2_000;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What it copies.
    pub text: AttrValue,
    /// Whether that is an address.
    #[prop_or_default]
    pub is_address: bool,
}

impl Props {
    /// For the message's address.
    pub fn of(message: &Message) -> Self {
        let path = format!("/rooms/{}/messages/{}", message.room, message.seq);
        Self {
            text: browser::address(&path).into(),
            is_address: true,
        }
    }
}

/// Copies, and says so for a moment.
#[component]
pub fn CopyButton(props: &Props) -> Html {
    let said = use_state_eq(|| None::<bool>);
    let timeout = use_mut_ref(|| None::<Timeout>);
    let onclick = {
        let (said, text) = (said.clone(), props.text.clone());
        move |_: MouseEvent| {
            let (said, timeout) = (said.clone(), Rc::clone(&timeout));
            browser::copy(&text, move |is_copied| {
                let quiet = said.clone();
                said.set(Some(is_copied));
                *timeout.borrow_mut() = Some(Timeout::new(SAID_MS, move || quiet.set(None)));
            });
        }
    };
    let (label, shape) = match (*said, props.is_address) {
        (None, true) => ("Copy link", Shape::Link),
        (None, false) => ("Copy text", Shape::Copy),
        (Some(true), true) => ("Link copied", Shape::Done),
        (Some(true), false) => ("Text copied", Shape::Done),
        (Some(false), _) => ("The browser does not allow to copy", Shape::Close),
    };
    html! {
        <>
            <button type="button" class="icon-button" aria-label={label} title={label} {onclick}>
                { icon(shape) }
            </button>
            <span class="hidden" role="status">{ said.map(|_| label) }</span>
        </>
    }
}
