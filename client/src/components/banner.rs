//! What is wrong with the connection, once it is worth saying.

use yew::prelude::*;

use crate::state::Banner;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub banner: Option<Banner>,
    /// Whether what is written outlives the page.
    pub is_kept: bool,
    pub on_retry: Callback<()>,
}

/// A line above the log.
#[component]
pub fn ConnectionBanner(props: &Props) -> Html {
    let Some(banner) = props.banner else {
        return Html::default();
    };
    let kept = if props.is_kept {
        ""
    } else {
        " only while this tab is open"
    };
    let lost = |next: &str| format!("No connection. What you write is kept{kept}. {next}");
    let (text, can_retry) = match banner {
        Banner::Waiting { seconds } => (lost(&format!("Next try in {seconds} s.")), true),
        Banner::Connecting => (lost("Trying…"), false),
        Banner::CatchingUp => ("Connected. Fetching what you missed…".to_owned(), false),
    };
    let onclick = props.on_retry.reform(|_: MouseEvent| ());
    html! {
        <div class="banner" data-testid="banner" role="status">
            <span>{ text }</span>
            if can_retry {
                <button type="button" class="button button--small" {onclick}>{ "Retry now" }</button>
            }
        </div>
    }
}
