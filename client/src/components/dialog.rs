//! A window over the page: the browser keeps the focus in it and gives it back afterwards.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub label: AttrValue,
    pub class: &'static str,
    /// By Escape, by a click beside it, or by [`close`].
    pub on_closed: Callback<()>,
    pub node: NodeRef,
    pub children: Html,
}

/// Closes it, which gives the focus back to where it was.
pub fn close(node: &NodeRef) {
    if let Some(dialog) = node.cast::<HtmlDialogElement>() {
        dialog.close();
    }
}

/// The window; open as long as it is drawn.
#[component]
pub fn Dialog(props: &Props) -> Html {
    {
        let node = props.node.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                // Refused only where it is open already.
                let _ = dialog.show_modal();
            }
        });
    }
    let onclick = {
        let node = props.node.clone();
        move |event: MouseEvent| {
            // The window's own ground is covered by its content: this was the veil around it.
            if event.target() == node.get().map(Into::into) {
                close(&node);
            }
        }
    };
    html! {
        <dialog
            ref={props.node.clone()}
            class={classes!("dialog", props.class)}
            aria-label={props.label.clone()}
            onclose={props.on_closed.reform(|_: Event| ())}
            {onclick}
        >
            <div class="dialog__content">{ props.children.clone() }</div>
        </dialog>
    }
}
