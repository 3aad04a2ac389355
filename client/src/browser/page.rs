//! The page itself: whether it is seen, where it came from, what it is called.

use std::time::Duration;

use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement, VisibilityState};
use yew::NodeRef;

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// Whether the page is on the screen.
pub fn is_visible() -> bool {
    document().is_some_and(|document| document.visibility_state() == VisibilityState::Visible)
}

/// Whether the page is on the screen and has the focus: only then something is read.
pub fn is_focused() -> bool {
    is_visible() && document().is_some_and(|document| document.has_focus().unwrap_or(false))
}

/// Whether the main pointer is a finger.
pub fn is_touch() -> bool {
    web_sys::window()
        .and_then(|window| window.match_media("(pointer: coarse)").ok().flatten())
        .is_some_and(|query| query.matches())
}

/// Names the tab.
pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Puts the keyboard's focus on an element.
pub fn focus(node: &NodeRef) {
    if let Some(element) = node
        .get()
        .and_then(|node| node.dyn_into::<HtmlElement>().ok())
    {
        let _ = element.focus();
    }
}

/// The host that the page came from.
fn host() -> String {
    web_sys::window()
        .and_then(|window| window.location().host().ok())
        .unwrap_or_default()
}

/// The origin for sockets: `ws://` or `wss://` as the page came.
pub fn origin_socket() -> String {
    let is_plain = web_sys::window()
        .and_then(|window| window.location().protocol().ok())
        .is_some_and(|protocol| protocol == "http:");
    format!("{}://{}", if is_plain { "ws" } else { "wss" }, host())
}

/// A random number from 0 to below 1.
pub fn jitter() -> f64 {
    js_sys::Math::random()
}

/// Waits.
pub async fn sleep(millis: u64) {
    gloo_timers::future::sleep(Duration::from_millis(millis)).await;
}
