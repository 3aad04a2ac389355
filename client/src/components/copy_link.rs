//! The button that copies a message's address.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use shared::{Message, RoomId};
use yew::prelude::*;

use super::{Shape, icon};
use crate::browser;

/// The button says so long that it was done.
const SAID_MS: u32 = 2_000;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub room: RoomId,
    pub seq: u64,
}

impl Props {
    /// For the message.
    pub fn of(message: &Message) -> Self {
        Self {
            room: message.room,
            seq: message.seq,
        }
    }
}

/// Copies the address that opens the room around the message.
#[component]
pub fn CopyLink(props: &Props) -> Html {
    let said = use_state_eq(|| None::<bool>);
    let timeout = use_mut_ref(|| None::<Timeout>);
    let onclick = {
        let (said, seq) = (said.clone(), props.seq);
        let path = format!("/rooms/{}/messages/{seq}", props.room);
        move |_: MouseEvent| {
            let (said, timeout) = (said.clone(), Rc::clone(&timeout));
            browser::copy_address(&path, move |is_copied| {
                let quiet = said.clone();
                said.set(Some(is_copied));
                *timeout.borrow_mut() = Some(Timeout::new(SAID_MS, move || quiet.set(None)));
            });
        }
    };
    let (label, shape) = match *said {
        None => ("Copy link", Shape::Link),
        Some(true) => ("Link copied", Shape::Done),
        Some(false) => ("The browser does not allow to copy", Shape::Close),
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
