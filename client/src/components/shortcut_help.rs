//! All keyboard shortcuts.

use yew::prelude::*;

use super::{Dialog, dialog::close};

const SHORTCUTS: [(&[&str], &str); 10] = [
    (&["Ctrl", "K"], "Go to a room or a person"),
    (&["Alt", "↑"], "The room above"),
    (&["Alt", "↓"], "The room below"),
    (&["Ctrl", "/"], "These shortcuts"),
    (&["Enter"], "Send the message"),
    (&["Shift", "Enter"], "Break the line"),
    (&["↑"], "In the empty box: edit your last message"),
    (&["Escape"], "Cancel what you are editing or answering"),
    (&["↑", "↓"], "In the messages: from one to the next"),
    (
        &["Tab"],
        "In a message: answer, copy its link, edit, delete",
    ),
];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub on_closed: Callback<()>,
}

/// The list of shortcuts.
#[component]
pub fn ShortcutHelp(props: &Props) -> Html {
    let node = use_node_ref();
    let onclick = {
        let node = node.clone();
        move |_: MouseEvent| close(&node)
    };
    let rows = SHORTCUTS.iter().map(|(keys, what)| {
        html! {
            <div class="shortcut">
                <dt>{ for keys.iter().map(|key| html! { <kbd>{ *key }</kbd> }) }</dt>
                <dd>{ *what }</dd>
            </div>
        }
    });
    html! {
        <Dialog label="Keyboard shortcuts" class="shortcuts" {node} on_closed={props.on_closed.clone()}>
            <h2>{ "Keyboard shortcuts" }</h2>
            <dl>{ for rows }</dl>
            <button type="button" class="button" {onclick}>{ "Close" }</button>
        </Dialog>
    }
}
