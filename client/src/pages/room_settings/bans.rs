//! Who may not join the room.

use shared::{Ban, User, UserId};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::RoomProps;
use crate::{browser, components::Notice, net::Failure};

fn row(ban: &Ban, on_unban: &Callback<UserId>) -> Html {
    let id = ban.user.id();
    let name = match &ban.user {
        User::Live(profile) => profile.display_name.clone(),
        User::Deleted(_) => "Deleted account".to_owned(),
    };
    let onclick = on_unban.reform(move |_: MouseEvent| id);
    html! {
        <li class="line" key={id.to_string()}>
            <div class="line__text">
                <span class="line__name">{ &name }</span>
                <span class="line__note">
                    { format!("since {}", browser::full_time(ban.created_at.as_millis())) }
                </span>
            </div>
            <button
                type="button"
                class="button button--small"
                aria-label={format!("Lift the ban on {name}")}
                {onclick}
            >
                { "Lift ban" }
            </button>
        </li>
    }
}

/// The list, fetched again when the members have changed.
#[component]
pub fn BansCard(props: &RoomProps) -> Html {
    let bans = use_state_eq(|| None::<Result<Vec<Ban>, Failure>>);
    let room = props.id();
    let members = crate::hooks::use_chat(&props.chat, move |state| {
        state.room(room).map(|room| room.members.count())
    });
    let load = {
        let (chat, bans) = (props.chat.clone(), bans.clone());
        use_callback(room, move |(): (), room| {
            let (chat, bans, room) = (chat.clone(), bans.clone(), *room);
            spawn_local(async move { bans.set(Some(chat.api().bans(room).await)) });
        })
    };
    {
        let load = load.clone();
        use_effect_with((room, members), move |_| load.emit(()));
    }
    let on_unban = {
        let chat = props.chat.clone();
        Callback::from(move |user| {
            let (chat, load) = (chat.clone(), load.clone());
            spawn_local(async move {
                // Whatever came of it, the list shows it.
                let _ = chat.api().unban(room, user).await;
                load.emit(());
            });
        })
    };
    let list = match &*bans {
        None => html! { <p class="empty">{ "Loading…" }</p> },
        Some(Err(failure)) => html! { <Notice text={Some(AttrValue::from(failure.words()))} /> },
        Some(Ok(bans)) if bans.is_empty() => html! {
            <p class="empty">{ "Nobody is banned. Ban a member above to keep them out." }</p>
        },
        Some(Ok(bans)) => html! {
            <ul class="lines">{ for bans.iter().map(|ban| row(ban, &on_unban)) }</ul>
        },
    };
    html! {
        <section class="card" aria-label="Bans">
            <h2 class="card__title">{ "Bans" }</h2>
            { list }
        </section>
    }
}
