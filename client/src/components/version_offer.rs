//! There is a newer page than this one.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whether what is written outlives the page.
    pub is_kept: bool,
    pub on_reload: Callback<()>,
    pub on_later: Callback<()>,
}

/// Offers it; nothing is lost by taking it where what was begun is kept.
#[component]
pub fn VersionOffer(props: &Props) -> Html {
    let text = if props.is_kept {
        "There is a new version of Parlor. What you have begun to write is kept."
    } else {
        "There is a new version of Parlor. What you have not sent would be lost by a reload."
    };
    html! {
        <div class="offer" role="status" data-testid="new-version">
            <span>{ text }</span>
            <button
                type="button"
                class="button button--small"
                onclick={props.on_reload.reform(|_: MouseEvent| ())}
            >
                { "Reload" }
            </button>
            <button
                type="button"
                class="button button--small"
                onclick={props.on_later.reform(|_: MouseEvent| ())}
            >
                { "Later" }
            </button>
        </div>
    }
}
