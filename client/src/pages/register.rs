//! Making an account, and straight into the chat.

mod admission;

use shared::{Email, Gender, LoggedIn, NewUser, Password, Registration, Username};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::Link;

use crate::{
    components::{Field, GenderPicker, Notice, PasswordMeter, logo},
    forms::{Progress, set, use_password_score, wrong},
    hooks::use_title,
    net::{self, Failure},
    route::Route,
};
use admission::{Closed, invited_by_link, use_registration};

const FIELDS: [&str; 4] = ["username", "email", "password", "invitation"];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub on_logged_in: Callback<LoggedIn>,
}

/// Which fields were left once: before that nobody is told that they are wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Left {
    username: bool,
    email: bool,
    password: bool,
}

async fn enter(new: NewUser) -> Result<LoggedIn, Failure> {
    let password = new.password.reveal().to_owned();
    net::register(&new).await?;
    net::log_in(new.username.as_str(), &password).await
}

/// Username, e-mail, gender, password.
#[component]
pub fn RegisterPage(props: &Props) -> Html {
    use_title("Create an account · Parlor");
    let username = use_state_eq(String::new);
    let email = use_state_eq(String::new);
    let password = use_state_eq(String::new);
    let gender = use_state_eq(|| Gender::Unspecified);
    let left = use_state_eq(Left::default);
    let progress = use_state_eq(Progress::default);
    let registration = use_registration();
    let invitation = use_state_eq(invited_by_link);
    let score = use_password_score(&password, &username, &email);

    let leave = |change: fn(&mut Left)| {
        let left = left.clone();
        Callback::from(move |()| {
            let mut now_left = *left;
            change(&mut now_left);
            left.set(now_left);
        })
    };
    let onsubmit = {
        let (username, email, password) = (username.clone(), email.clone(), password.clone());
        let (gender, left) = (*gender, left.clone());
        let invitation = Some(invitation.trim().to_owned()).filter(|code| !code.is_empty());
        let (progress, on_logged_in) = (progress.clone(), props.on_logged_in.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            left.set(Left {
                username: true,
                email: true,
                password: true,
            });
            let parsed = (
                username.trim().parse::<Username>(),
                email.parse::<Email>(),
                Password::try_from((*password).clone()),
            );
            let (Ok(username), Ok(email), Ok(password)) = parsed else {
                return;
            };
            if progress.is_busy() {
                return;
            }
            progress.set(Progress::Busy);
            let new = NewUser {
                username,
                email,
                password,
                gender,
                display_name: None,
                invitation: invitation.clone(),
            };
            let (progress, on_logged_in) = (progress.clone(), on_logged_in.clone());
            spawn_local(async move {
                match enter(new).await {
                    Ok(logged_in) => on_logged_in.emit(logged_in),
                    Err(failure) => progress.set(Progress::Failed(failure)),
                }
            });
        }
    };
    let on_gender = {
        let gender = gender.clone();
        Callback::from(move |chosen| gender.set(chosen))
    };
    let is_odd = |text: &str| text.chars().any(|c| !c.is_ascii_alphanumeric() && c != '_');
    let username_wrong = wrong::<Username>(&username, left.username || is_odd(&username));
    let password_wrong =
        wrong::<Password>(&password, left.password).or_else(|| progress.error_at("password"));
    // It would say the same once more.
    let has_password_error = password_wrong.is_some();
    if registration == Some(Registration::Closed) {
        return html! { <Closed /> };
    }
    html! {
        <main class="door">
            { logo() }
            <form class="card form" novalidate=true {onsubmit}>
                <h1 class="card__title">{ "Create an account" }</h1>
                <Notice text={progress.error_beside(&FIELDS)} />
                if registration == Some(Registration::Invitation) {
                    <Field
                        name="invitation"
                        label="Invitation"
                        hint="The code you were given. Here one registers by invitation."
                        value={(*invitation).clone()}
                        on_input={set(&invitation)}
                        error={progress.error_at("invitation")}
                        autocomplete="off"
                        is_required=true
                    />
                }
                <Field
                    name="username"
                    label="Username"
                    hint="3 to 32 letters, digits or _. It can't be changed later."
                    value={(*username).clone()}
                    on_input={set(&username)}
                    on_leave={leave(|left| left.username = true)}
                    error={username_wrong.or_else(|| progress.error_at("username"))}
                    autocomplete="username"
                    is_required=true
                />
                <Field
                    name="email"
                    label="E-mail"
                    kind="email"
                    hint="Only you and the administrators see it."
                    value={(*email).clone()}
                    on_input={set(&email)}
                    on_leave={leave(|left| left.email = true)}
                    error={wrong::<Email>(&email, left.email)
                        .or_else(|| progress.error_at("email"))}
                    autocomplete="email"
                    is_required=true
                />
                <GenderPicker
                    value={*gender}
                    username={(*username).clone()}
                    on_change={on_gender}
                />
                <Field
                    name="password"
                    label="Password"
                    kind="password"
                    value={(*password).clone()}
                    on_input={set(&password)}
                    on_leave={leave(|left| left.password = true)}
                    error={password_wrong}
                    autocomplete="new-password"
                    is_required=true
                />
                if !has_password_error {
                    <PasswordMeter {score} />
                }
                <button class="button button--main" disabled={progress.is_busy()}>
                    { if progress.is_busy() { "Creating…" } else { "Create account" } }
                </button>
                <p class="form__aside">
                    { "Already here? " }
                    <Link<Route> to={Route::Login}>{ "Log in" }</Link<Route>>
                </p>
            </form>
        </main>
    }
}
