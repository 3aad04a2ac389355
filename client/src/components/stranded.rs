//! What was written for rooms that one is in no longer, to be copied or thrown away.

use yew::prelude::*;

use super::{CopyButton, Shape, icon};
use crate::state::Stranded;

/// Nothing where there is nothing.
pub fn stranded(all: &[Stranded], on_discard: &Callback<Stranded>) -> Html {
    if all.is_empty() {
        return Html::default();
    }
    let line = |each: &Stranded| {
        let discarded = each.clone();
        let onclick = on_discard.reform(move |_: MouseEvent| discarded.clone());
        let text = AttrValue::from(each.text.clone());
        let key = each
            .client_id
            .map_or_else(|| each.room.to_string(), |id| id.to_string());
        html! {
            <li class="stranded__line" {key}>
                <p class="stranded__text" dir="auto" data-testid="stranded">{ &text }</p>
                <CopyButton {text} />
                <button
                    type="button"
                    class="icon-button"
                    aria-label="Discard"
                    title="Discard"
                    {onclick}
                >
                    { icon(Shape::Delete) }
                </button>
            </li>
        }
    };
    html! {
        <section class="stranded" aria-label="Not sent">
            <p class="stranded__why">
                { "Not sent: you are not in the room any more for which you wrote this." }
            </p>
            <ul>{ for all.iter().map(line) }</ul>
        </section>
    }
}
