//! Where one is logged in.

use shared::{Session, SessionId};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::Props;
use crate::{
    browser,
    components::{Confirm, Notice},
    net::Failure,
};

type Listed = Option<Result<Vec<Session>, Failure>>;

fn row(session: &Session, on_end: &Callback<SessionId>) -> Html {
    let id = session.id;
    let agent = if session.user_agent.is_empty() {
        "A program without a name"
    } else {
        &session.user_agent
    };
    let times = format!(
        "Logged in {}, last used {}",
        browser::full_time(session.created_at.as_millis()),
        browser::full_time(session.last_used_at.as_millis()),
    );
    let onclick = on_end.reform(move |_: MouseEvent| id);
    html! {
        <li class="line" key={id.to_string()}>
            <div class="line__text">
                <span class="line__name">
                    { agent }
                    if session.current { <strong>{ " — this one" }</strong> }
                </span>
                <span class="line__note">{ times }</span>
            </div>
            if !session.current {
                <button type="button" class="button button--small" {onclick}>{ "Log out" }</button>
            }
        </li>
    }
}

/// The list, with the means to end each login or all of them.
#[component]
pub fn SessionsCard(props: &Props) -> Html {
    let listed = use_state_eq(|| Listed::None);
    let load = {
        let (chat, listed) = (props.chat.clone(), listed.clone());
        use_callback((), move |(): (), ()| {
            let (chat, listed) = (chat.clone(), listed.clone());
            spawn_local(async move { listed.set(Some(chat.api().sessions().await)) });
        })
    };
    {
        let load = load.clone();
        use_effect_with((), move |()| load.emit(()));
    }
    let on_end = {
        let chat = props.chat.clone();
        Callback::from(move |session| {
            let (chat, load) = (chat.clone(), load.clone());
            spawn_local(async move {
                // Whatever came of it, the list shows it.
                let _ = chat.api().end_session(session).await;
                load.emit(());
            });
        })
    };
    let on_end_all = {
        let (chat, listed) = (props.chat.clone(), listed.clone());
        move |()| {
            let (chat, listed) = (chat.clone(), listed.clone());
            spawn_local(async move {
                match chat.api().end_all_sessions().await {
                    Ok(()) => chat.end(),
                    Err(failure) => listed.set(Some(Err(failure))),
                }
            });
        }
    };
    let list = match &*listed {
        None => html! { <p class="empty">{ "Loading…" }</p> },
        Some(Err(failure)) => html! { <Notice text={Some(AttrValue::from(failure.words()))} /> },
        Some(Ok(sessions)) => html! {
            <ul class="lines">{ for sessions.iter().map(|session| row(session, &on_end)) }</ul>
        },
    };
    html! {
        <section class="card" aria-label="Sessions">
            <h2 class="card__title">{ "Where you are logged in" }</h2>
            { list }
            <Confirm
                label="Log out everywhere"
                question="Log out in all browsers and programs, this one too?"
                yes="Log out everywhere"
                on_yes={on_end_all}
            />
        </section>
    }
}
