//! Parlor's sign: two speech bubbles that share a corner.

use yew::prelude::*;

/// The sign alone.
pub fn sign() -> Html {
    html! {
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
    }
}

/// The sign and the name.
pub fn logo() -> Html {
    html! {
        <span class="logo">
            { sign() }
            <span class="logo__name">{ "Parlor" }</span>
        </span>
    }
}
