//! Changing one's password.

use shared::Password;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::Props;
use crate::{
    components::{Field, Notice, PasswordMeter},
    forms::{Progress, set, use_password_score, wrong},
};

/// The old one and the new one.
#[component]
pub fn PasswordCard(props: &Props) -> Html {
    let current = use_state_eq(String::new);
    let new = use_state_eq(String::new);
    let progress = use_state_eq(Progress::default);
    let username = props.chat.read(|state| state.me.username.to_string());
    let score = use_password_score(&new, &username, "");
    let onsubmit = {
        let (chat, progress) = (props.chat.clone(), progress.clone());
        let (current, new) = (current.clone(), new.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let Ok(password) = Password::try_from((*new).clone()) else {
                return;
            };
            progress.set(Progress::Busy);
            let (chat, progress) = (chat.clone(), progress.clone());
            let (current, new) = (current.clone(), new.clone());
            spawn_local(async move {
                match chat.api().change_password(&current, password).await {
                    Ok(()) => {
                        current.set(String::new());
                        new.set(String::new());
                        progress.set(Progress::Done);
                    }
                    Err(failure) => progress.set(Progress::Failed(failure)),
                }
            });
        }
    };
    let news = (*progress == Progress::Done)
        .then_some("Password changed. All your other sessions have ended.");
    html! {
        <form class="card form" novalidate=true {onsubmit}>
            <h2 class="card__title">{ "Password" }</h2>
            <Notice text={progress.error_beside(&["current", "new", "password"])} />
            <input class="hidden" type="text" name="username" autocomplete="username"
                tabindex="-1" aria-hidden="true" readonly=true value={username} />
            <Field
                name="current"
                label="Current password"
                kind="password"
                value={(*current).clone()}
                on_input={set(&current)}
                error={progress.error_at("current")}
                autocomplete="current-password"
            />
            <Field
                name="new"
                label="New password"
                kind="password"
                value={(*new).clone()}
                on_input={set(&new)}
                error={wrong::<Password>(&new, !new.is_empty())
                    .or_else(|| progress.error_at("new"))
                    .or_else(|| progress.error_at("password"))}
                autocomplete="new-password"
            />
            <PasswordMeter {score} />
            <Notice text={news.map(AttrValue::from)} is_good=true />
            <button class="button button--main" disabled={progress.is_busy()}>
                { "Change password" }
            </button>
        </form>
    }
}
