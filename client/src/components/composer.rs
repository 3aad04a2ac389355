//! The box to write in.

use shared::MessageBody;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::{Quoted, Shape, edit_box::area_of, icon, quote::quote};
use crate::browser;

/// The key code that browsers give while an input method composes.
const COMPOSING: u32 = 229;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whom or what one writes to.
    pub to: AttrValue,
    /// What was begun earlier.
    pub draft: AttrValue,
    pub is_offline: bool,
    /// The keyboard is wanted elsewhere: in a message that is being edited.
    pub is_resting: bool,
    /// What the next message answers.
    pub answering: Option<Quoted>,
    /// It answers nothing any more.
    pub on_answered: Callback<()>,
    pub on_send: Callback<MessageBody>,
    pub on_draft: Callback<String>,
    pub on_typed: Callback<()>,
    /// Up was pressed in the empty box.
    pub on_edit_last: Callback<()>,
}

/// Whether Enter belongs to an input method and not to us.
pub fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == COMPOSING
}

/// The box grows with its lines, up to eight.
fn fit(area: &HtmlTextAreaElement) {
    let lines = area.value().split('\n').count().clamp(1, 8);
    area.set_rows(u32::try_from(lines).unwrap_or(1));
}

/// The box and its button. The text is the browser's until it is sent: no key stroke draws the
/// page again.
#[component]
pub fn Composer(props: &Props) -> Html {
    let node = use_node_ref();
    let wrong = use_state_eq(|| None::<String>);
    {
        let node = node.clone();
        let deps = (props.is_resting, props.answering.is_some());
        use_effect_with(deps, move |(is_resting, _)| {
            if let Some(area) = node.cast::<HtmlTextAreaElement>() {
                fit(&area);
            }
            // A finger would get the keyboard unasked.
            if !is_resting && !browser::is_touch() {
                browser::focus(&node);
            }
        });
    }
    let send = {
        let (node, wrong, on_send) = (node.clone(), wrong.clone(), props.on_send.clone());
        Callback::from(move |()| {
            let Some(area) = node.cast::<HtmlTextAreaElement>() else {
                return;
            };
            let text = area.value();
            if text.trim().is_empty() {
                browser::focus(&node);
                return;
            }
            match text.trim_end().parse::<MessageBody>() {
                Ok(body) => {
                    area.set_value("");
                    fit(&area);
                    wrong.set(None);
                    on_send.emit(body);
                }
                Err(error) => wrong.set(Some(format!("Not sent: a message {error}."))),
            }
            browser::focus(&node);
        })
    };
    let oninput = {
        let (wrong, on_draft, on_typed) = (
            wrong.clone(),
            props.on_draft.clone(),
            props.on_typed.clone(),
        );
        move |event: InputEvent| {
            let Some(area) = area_of(&event) else { return };
            fit(&area);
            wrong.set(None);
            let text = area.value();
            if !text.trim().is_empty() {
                on_typed.emit(());
            }
            on_draft.emit(text);
        }
    };
    let onkeydown = {
        let (node, send, on_edit_last) = (node.clone(), send.clone(), props.on_edit_last.clone());
        let (is_answering, on_answered) = (props.answering.is_some(), props.on_answered.clone());
        move |event: KeyboardEvent| {
            if is_composing(&event) {
                return;
            }
            let is_empty = node
                .cast::<HtmlTextAreaElement>()
                .is_some_and(|area| area.value().is_empty());
            match event.key().as_str() {
                "Enter" if !event.shift_key() && !browser::is_touch() => {
                    event.prevent_default();
                    send.emit(());
                }
                "Escape" if is_answering => {
                    event.prevent_default();
                    on_answered.emit(());
                }
                "ArrowUp" if is_empty => {
                    event.prevent_default();
                    on_edit_last.emit(());
                }
                _ => {}
            }
        }
    };
    let onsubmit = move |event: SubmitEvent| {
        event.prevent_default();
        send.emit(());
    };
    let label = format!("Message to {}", props.to);
    html! {
        <form class="composer" {onsubmit}>
            if let Some(wrong) = &*wrong {
                <p class="composer__note composer__note--wrong" role="alert">{ wrong }</p>
            } else if props.is_offline {
                <p class="composer__note" role="status">
                    { "You are offline: will send when you are back." }
                </p>
            }
            if let Some(answering) = &props.answering {
                <div class="composer__answer" role="group" aria-label="Your answer">
                    { quote(&Quoted { seq: None, ..answering.clone() }, &Callback::noop()) }
                    <button
                        type="button"
                        class="icon-button"
                        aria-label="Do not answer"
                        title="Do not answer (Escape)"
                        onclick={props.on_answered.reform(|_: MouseEvent| ())}
                    >
                        { icon(Shape::Close) }
                    </button>
                </div>
            }
            <div class="composer__row">
                <textarea
                    ref={node}
                    class="composer__input"
                    data-testid="composer-input"
                    aria-label={label.clone()}
                    placeholder={label}
                    rows="1"
                    dir="auto"
                    autocomplete="off"
                    defaultvalue={props.draft.clone()}
                    {oninput}
                    {onkeydown}
                />
                <button
                    type="submit"
                    class="composer__send"
                    data-testid="composer-send"
                    aria-label="Send"
                    title="Send"
                >
                    { icon(Shape::Send) }
                </button>
            </div>
        </form>
    }
}
