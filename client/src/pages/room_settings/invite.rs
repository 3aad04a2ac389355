//! Bringing somebody into the room.

use shared::{UserId, Username};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{RoomProps, members::reload};
use crate::{
    components::{Field, Notice},
    forms::set,
    net::{Api, Failure},
};

async fn find(api: &Api, username: &Username) -> Result<Option<UserId>, Failure> {
    let found = api.people(username.as_str(), None).await?.users;
    let profiles = found.iter().filter_map(shared::User::profile);
    let mut matching = profiles.filter(|profile| profile.username == *username);
    Ok(matching.next().map(|profile| profile.id))
}

async fn invite(props: &RoomProps, username: &Username) -> Result<String, String> {
    let api = props.chat.api();
    let words = |failure: Failure| failure.words();
    let Some(user) = find(&api, username).await.map_err(words)? else {
        return Err(format!("Nobody is called {username}. Check the spelling."));
    };
    api.add_member(props.id(), user).await.map_err(words)?;
    reload(&props.chat, props.id()).await;
    Ok(format!("{username} is in the room now."))
}

/// By username.
#[component]
pub fn InviteCard(props: &RoomProps) -> Html {
    let username = use_state_eq(String::new);
    let news = use_state_eq(|| None::<Result<String, String>>);
    let onsubmit = {
        let (props, username, news) = (props.clone(), username.clone(), news.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let name = match username.trim().parse::<Username>() {
                Ok(name) => name,
                Err(error) => return news.set(Some(Err(format!("A username {error}.")))),
            };
            let (props, username, news) = (props.clone(), username.clone(), news.clone());
            spawn_local(async move {
                let done = invite(&props, &name).await;
                if done.is_ok() {
                    username.set(String::new());
                }
                news.set(Some(done));
            });
        }
    };
    let (good, bad) = match &*news {
        Some(Ok(good)) => (Some(AttrValue::from(good.clone())), None),
        Some(Err(bad)) => (None, Some(AttrValue::from(bad.clone()))),
        None => (None, None),
    };
    html! {
        <form class="card form" novalidate=true {onsubmit}>
            <h2 class="card__title">{ "Invite somebody" }</h2>
            <Field
                name="invite"
                label="Invite by username"
                value={(*username).clone()}
                on_input={set(&username)}
                error={bad}
                autocomplete="off"
            />
            <Notice text={good} is_good=true />
            <button class="button button--main">{ "Invite" }</button>
        </form>
    }
}
