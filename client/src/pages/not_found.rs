//! An address that leads nowhere.

use yew::prelude::*;
use yew_router::prelude::Link;

use crate::{components::logo, hooks::use_title, route::Route};

/// Says so, and where to go on.
#[component]
pub fn NotFoundPage() -> Html {
    use_title("Not found · Parlor");
    html! {
        <main class="splash">
            { logo() }
            <h1>{ "There is no page here" }</h1>
            <p>{ "The address may be mistyped, or the page is gone." }</p>
            <Link<Route> to={Route::Home} classes="button button--main">{ "Go to your rooms" }</Link<Route>>
        </main>
    }
}
