//! Parlor's sign: two speech bubbles that share a corner.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Without the name beside it.
    #[prop_or_default]
    pub is_bare: bool,
}

/// The sign, with the name unless it is bare.
#[component]
pub fn Logo(props: &Props) -> Html {
    html! {
        <span class="logo">
            <svg class="logo__sign" viewBox="0 0 32 32" aria-hidden="true">
                <path
                    class="logo__back"
                    d="M12 3h12a5 5 0 0 1 5 5v8a5 5 0 0 1-5 5h-1v5l-6-5h-5a5 5 0 0 1-5-5V8a5 5 0 0 1 5-5z"
                />
                <path
                    class="logo__front"
                    d="M8 10h9a5 5 0 0 1 5 5v4a5 5 0 0 1-5 5h-4l-5 5v-5a5 5 0 0 1-5-5v-4a5 5 0 0 1 5-5z"
                />
            </svg>
            if !props.is_bare {
                <span class="logo__name">{ "Parlor" }</span>
            }
        </span>
    }
}
