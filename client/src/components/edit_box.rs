//! Rewriting a message in its place.

use shared::MessageBody;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::composer::is_composing;
use crate::browser;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub body: AttrValue,
    pub error: Option<AttrValue>,
    pub on_save: Callback<MessageBody>,
    pub on_cancel: Callback<()>,
}

/// A box with the message's text: Enter saves, Escape cancels.
#[component]
pub fn EditBox(props: &Props) -> Html {
    let node = use_node_ref();
    let wrong = use_state_eq(|| None::<String>);
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            browser::focus(&node);
            if let Some(area) = node.cast::<HtmlTextAreaElement>() {
                let end = u32::try_from(area.value().encode_utf16().count()).unwrap_or(0);
                let _ = area.set_selection_range(end, end);
            }
        });
    }
    let save = {
        let (node, wrong, on_save) = (node.clone(), wrong.clone(), props.on_save.clone());
        Callback::from(move |()| {
            let Some(area) = node.cast::<HtmlTextAreaElement>() else {
                return;
            };
            match area.value().parse::<MessageBody>() {
                Ok(body) => on_save.emit(body),
                Err(error) => wrong.set(Some(format!("The message {error}."))),
            }
        })
    };
    let onkeydown = {
        let (save, on_cancel) = (save.clone(), props.on_cancel.clone());
        move |event: KeyboardEvent| match event.key().as_str() {
            "Escape" => {
                event.prevent_default();
                event.stop_propagation();
                on_cancel.emit(());
            }
            "Enter" if !event.shift_key() && !is_composing(&event) && !browser::is_touch() => {
                event.prevent_default();
                save.emit(());
            }
            _ => {}
        }
    };
    let onclick = save.reform(|_: MouseEvent| ());
    let cancel = props.on_cancel.reform(|_: MouseEvent| ());
    let error = (*wrong)
        .clone()
        .map(AttrValue::from)
        .or_else(|| props.error.clone());
    html! {
        <div class="edit-box">
            <textarea
                ref={node}
                class="edit-box__input"
                aria-label="Edit message"
                rows={props.body.lines().count().clamp(1, 8).to_string()}
                dir="auto"
                defaultvalue={props.body.clone()}
                {onkeydown}
            />
            if let Some(error) = error {
                <p class="edit-box__error" role="alert">{ error }</p>
            }
            <div class="edit-box__buttons">
                <button type="button" class="button button--small button--main" {onclick}>
                    { "Save" }
                </button>
                <button type="button" class="button button--small" onclick={cancel}>
                    { "Cancel" }
                </button>
            </div>
        </div>
    }
}

/// The box in which an event happened.
pub fn area_of(event: &Event) -> Option<HtmlTextAreaElement> {
    event.target()?.dyn_into().ok()
}
