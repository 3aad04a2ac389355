//! What others see of oneself, and one's e-mail address.

use shared::{DisplayName, Email, Gender, StatusText, User, UserUpdate};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::Props;
use crate::{
    components::{Field, GenderPicker, Notice},
    forms::{Progress, set, wrong},
    net::Chat,
    state::Action,
};

async fn save(chat: &Chat, update: UserUpdate) -> Progress {
    match chat.api().update_profile(chat.my_id(), &update).await {
        Ok(User::Live(me)) => {
            chat.dispatch(Action::Me(me));
            Progress::Done
        }
        Ok(User::Deleted(_)) => Progress::Idle,
        Err(failure) => Progress::Failed(failure),
    }
}

/// Display name, e-mail, gender, status.
#[component]
pub fn ProfileCard(props: &Props) -> Html {
    let me = props.chat.read(|state| (*state.me).clone());
    let username = me.username.to_string();
    let name = use_state_eq(|| me.display_name.clone());
    let email = use_state_eq(|| me.email.clone().unwrap_or_default());
    let status = use_state_eq(|| me.status_text.clone().unwrap_or_default());
    let gender = use_state_eq(|| me.gender);
    let progress = use_state_eq(Progress::default);
    let onsubmit = {
        let (chat, progress) = (props.chat.clone(), progress.clone());
        let (name, email, status) = (name.clone(), email.clone(), status.clone());
        let gender = *gender;
        move |event: SubmitEvent| {
            event.prevent_default();
            let parsed = (
                name.parse::<DisplayName>(),
                email.parse::<Email>(),
                status.parse::<StatusText>(),
            );
            let (Ok(name), Ok(email), Ok(status)) = parsed else {
                return;
            };
            progress.set(Progress::Busy);
            let (chat, progress) = (chat.clone(), progress.clone());
            let update = UserUpdate {
                display_name: Some(name),
                email: Some(email),
                gender: Some(gender),
                status_text: Some(status),
                role: None,
            };
            spawn_local(async move { progress.set(save(&chat, update).await) });
        }
    };
    let on_gender = {
        let gender = gender.clone();
        Callback::from(move |chosen: Gender| gender.set(chosen))
    };
    let news = (*progress == Progress::Done).then_some("Saved.");
    html! {
        <form class="card form" novalidate=true {onsubmit}>
            <h2 class="card__title">{ "Profile" }</h2>
            <p class="card__line">{ format!("You log in as {username}.") }</p>
            <Notice text={progress.error_beside(&["display_name", "email", "status_text"])} />
            <Field
                name="display_name"
                label="Display name"
                hint="What others see. Empty: your username."
                value={(*name).clone()}
                on_input={set(&name)}
                error={wrong::<DisplayName>(&name, true)
                    .or_else(|| progress.error_at("display_name"))}
                autocomplete="name"
            />
            <Field
                name="status_text"
                label="Status"
                placeholder="Working from home"
                value={(*status).clone()}
                on_input={set(&status)}
                error={wrong::<StatusText>(&status, true)
                    .or_else(|| progress.error_at("status_text"))}
                autocomplete="off"
            />
            <Field
                name="email"
                label="E-mail"
                kind="email"
                value={(*email).clone()}
                on_input={set(&email)}
                error={wrong::<Email>(&email, true).or_else(|| progress.error_at("email"))}
                autocomplete="email"
            />
            <GenderPicker value={*gender} {username} on_change={on_gender} />
            <Notice text={news.map(AttrValue::from)} is_good=true />
            <button class="button button--main" disabled={progress.is_busy()}>{ "Save profile" }</button>
        </form>
    }
}
