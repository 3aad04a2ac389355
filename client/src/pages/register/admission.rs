//! Who may register here, as the server says, and the code that a link of invitation carries.

use shared::Registration;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::Link;

use crate::{components::logo, net, route::Route};

/// Who may register; None until the server has answered, or where it does not.
#[hook]
pub fn use_registration() -> Option<Registration> {
    let registration = use_state_eq(|| None);
    {
        let registration = registration.clone();
        use_effect_with((), move |()| {
            spawn_local(async move {
                // Without an answer the form is shown: registering then says what is wrong.
                registration.set(net::registration().await.ok());
            });
        });
    }
    *registration
}

/// The code in the address of this page, or nothing.
pub fn invited_by_link() -> String {
    let hash = web_sys::window().and_then(|window| window.location().hash().ok());
    hash.as_deref()
        .and_then(code_in)
        .unwrap_or_default()
        .to_owned()
}

/// Behind `#`, which browsers tell no server: a code in a path or query ends up in logs.
fn code_in(hash: &str) -> Option<&str> {
    hash.strip_prefix("#invitation=")
}

/// In place of the form.
#[component]
pub fn Closed() -> Html {
    html! {
        <main class="door">
            { logo() }
            <div class="card form">
                <h1 class="card__title">{ "Create an account" }</h1>
                <p>{ "Registration is closed here. Whoever runs this Parlor can make you an account." }</p>
                <p class="form__aside">
                    { "Already have one? " }
                    <Link<Route> to={Route::Login}>{ "Log in" }</Link<Route>>
                </p>
            </div>
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_link_is_what_stands_behind_its_mark() {
        assert_eq!(code_in("#invitation=Ab_-9"), Some("Ab_-9"));
        assert_eq!(code_in("#other=1"), None);
        assert_eq!(code_in(""), None);
    }
}
