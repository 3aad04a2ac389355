//! The page itself: whether it is seen, where it came from, what it is called.

use std::time::Duration;

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Document, HtmlDocument, HtmlElement, HtmlTextAreaElement, VisibilityState};
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

/// Puts the keyboard's focus on the first element of that class, where there is one.
pub fn focus_class(class: &str) {
    let found = document().and_then(|document| document.get_elements_by_class_name(class).item(0));
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// The full address of a path.
pub fn address(path: &str) -> String {
    let origin = web_sys::window().and_then(|window| window.location().origin().ok());
    format!("{}{path}", origin.unwrap_or_default())
}

/// Copies a text, and says whether that worked.
///
/// Browsers have a clipboard on https and on this machine only; elsewhere the text is selected and
/// copied in the old way.
pub fn copy(text: &str, on_done: impl FnOnce(bool) + 'static) {
    let Some(window) = web_sys::window() else {
        return;
    };
    if !window.is_secure_context() {
        return on_done(copy_selected(text).unwrap_or(false));
    }
    let copied = window.navigator().clipboard().write_text(text);
    spawn_local(async move { on_done(JsFuture::from(copied).await.is_ok()) });
}

fn copy_selected(text: &str) -> Option<bool> {
    let document = document()?.dyn_into::<HtmlDocument>().ok()?;
    let before = document.active_element()?.dyn_into::<HtmlElement>().ok()?;
    let area = document.create_element("textarea").ok()?;
    let area = area.dyn_into::<HtmlTextAreaElement>().ok()?;
    area.set_class_name("hidden");
    area.set_value(text);
    before.append_child(&area).ok()?;
    area.select();
    let is_copied = document.exec_command("copy").ok();
    area.remove();
    let _ = before.focus();
    is_copied
}

/// The host that the page came from.
fn host() -> String {
    web_sys::window()
        .and_then(|window| window.location().host().ok())
        .unwrap_or_default()
}

/// The file that started this page, as the page names it.
pub fn boot_file() -> Option<String> {
    let script = document()?.query_selector("script[src]").ok()??;
    script.get_attribute("src")
}

/// Fetches the page anew.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        let _ = window.location().reload();
    }
}

/// The origin for sockets: `ws://` or `wss://` as the page came.
pub fn origin_socket() -> String {
    let is_plain = web_sys::window()
        .and_then(|window| window.location().protocol().ok())
        .is_some_and(|protocol| protocol == "http:");
    format!("{}://{}", if is_plain { "ws" } else { "wss" }, host())
}

/// Whether the person told the browser to save data. Not all browsers can tell.
pub fn saves_data() -> bool {
    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into());
    web_sys::window()
        .and_then(|window| get(&get(&window.navigator(), "connection").ok()?, "saveData").ok())
        .is_some_and(|saves| saves.is_truthy())
}

/// A random number from 0 to below 1.
pub fn jitter() -> f64 {
    js_sys::Math::random()
}

/// Waits.
pub async fn sleep(millis: u64) {
    gloo_timers::future::sleep(Duration::from_millis(millis)).await;
}
