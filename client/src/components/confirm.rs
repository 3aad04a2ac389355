//! A button for what can't be undone: it asks once more, in its own place.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub label: AttrValue,
    /// What will happen, as a question.
    pub question: AttrValue,
    /// What the second button says.
    pub yes: AttrValue,
    pub on_yes: Callback<()>,
}

/// Asks before it calls back.
#[component]
pub fn Confirm(props: &Props) -> Html {
    let is_asking = use_state_eq(|| false);
    let set = |to: bool| {
        let is_asking = is_asking.clone();
        Callback::from(move |_: MouseEvent| is_asking.set(to))
    };
    if !*is_asking {
        return html! {
            <button type="button" class="button button--danger" onclick={set(true)}>
                { &props.label }
            </button>
        };
    }
    let yes = {
        let (is_asking, on_yes) = (is_asking.clone(), props.on_yes.clone());
        move |_: MouseEvent| {
            is_asking.set(false);
            on_yes.emit(());
        }
    };
    html! {
        <div class="confirm" role="group" aria-label={props.question.clone()}>
            <p class="confirm__question">{ &props.question }</p>
            <button type="button" class="button button--danger" onclick={yes}>{ &props.yes }</button>
            <button type="button" class="button" onclick={set(false)}>{ "Cancel" }</button>
        </div>
    }
}
