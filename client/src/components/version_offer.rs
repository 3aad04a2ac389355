//! There is a newer page than this one.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub on_reload: Callback<()>,
    pub on_later: Callback<()>,
}

/// Offers it; nothing is lost by taking it, since what was begun is kept.
#[component]
pub fn VersionOffer(props: &Props) -> Html {
    html! {
        <div class="offer" role="status" data-testid="new-version">
            <span>{ "There is a new version of Parlor. What you have begun to write is kept." }</span>
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
