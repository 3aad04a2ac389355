//! Logging in.

use shared::LoggedIn;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::Link;

use crate::{
    components::{Field, Notice, logo},
    forms::{Progress, set},
    hooks::use_title,
    net,
    route::Route,
};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub on_logged_in: Callback<LoggedIn>,
}

/// Username and password.
#[component]
pub fn LoginPage(props: &Props) -> Html {
    use_title("Log in · Parlor");
    let username = use_state_eq(String::new);
    let password = use_state_eq(String::new);
    let progress = use_state_eq(Progress::default);
    let onsubmit = {
        let (username, password) = (username.clone(), password.clone());
        let (progress, on_logged_in) = (progress.clone(), props.on_logged_in.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            if progress.is_busy() {
                return;
            }
            progress.set(Progress::Busy);
            let (username, password) = ((*username).clone(), (*password).clone());
            let (progress, on_logged_in) = (progress.clone(), on_logged_in.clone());
            spawn_local(async move {
                match net::log_in(username.trim(), &password).await {
                    Ok(logged_in) => on_logged_in.emit(logged_in),
                    Err(failure) => progress.set(Progress::Failed(failure)),
                }
            });
        }
    };
    html! {
        <main class="door">
            { logo() }
            <form class="card form" {onsubmit}>
                <h1 class="card__title">{ "Log in" }</h1>
                <Notice text={progress.error_beside(&[])} />
                <Field
                    name="username"
                    label="Username"
                    value={(*username).clone()}
                    on_input={set(&username)}
                    autocomplete="username"
                    is_required=true
                />
                <Field
                    name="password"
                    label="Password"
                    kind="password"
                    value={(*password).clone()}
                    on_input={set(&password)}
                    autocomplete="current-password"
                    is_required=true
                />
                <button class="button button--main" disabled={progress.is_busy()}>
                    { if progress.is_busy() { "Logging in…" } else { "Log in" } }
                </button>
                <p class="form__aside">
                    { "New here? " }
                    <Link<Route> to={Route::Register}>{ "Create an account" }</Link<Route>>
                </p>
            </form>
        </main>
    }
}
