//! Starting a room.

use shared::{NewRoom, RoomName, Title, Topic, Visibility};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use super::Props;
use crate::{
    components::{Field, Notice, VisibilityPicker},
    forms::{Progress, set, wrong},
    route::Route,
    state::Action,
};

/// Name, title, topic, and who can find it.
#[component]
pub fn NewRoomCard(props: &Props) -> Html {
    let name = use_state_eq(String::new);
    let title = use_state_eq(String::new);
    let topic = use_state_eq(String::new);
    let visibility = use_state_eq(|| Visibility::Public);
    let progress = use_state_eq(Progress::default);
    let navigator = use_navigator();
    let onsubmit = {
        let (chat, progress) = (props.chat.clone(), progress.clone());
        let (name, title, topic) = (name.clone(), title.clone(), topic.clone());
        let visibility = *visibility;
        move |event: SubmitEvent| {
            event.prevent_default();
            let parsed = (
                name.parse::<RoomName>(),
                title.parse::<Title>(),
                topic.parse::<Topic>(),
            );
            let (Ok(name), Ok(title), Ok(topic)) = parsed else {
                return;
            };
            progress.set(Progress::Busy);
            let new = NewRoom {
                name,
                title: Some(title).filter(|title| !title.as_str().is_empty()),
                topic: Some(topic).filter(|topic| !topic.as_str().is_empty()),
                visibility,
            };
            let (chat, progress, navigator) = (chat.clone(), progress.clone(), navigator.clone());
            spawn_local(async move {
                match chat.api().create_room(&new).await {
                    Ok(room) => {
                        let id = room.id();
                        chat.dispatch(Action::RoomKnown(room));
                        if let Some(navigator) = navigator {
                            navigator.push(&Route::room(id));
                        }
                    }
                    Err(failure) => progress.set(Progress::Failed(failure)),
                }
            });
        }
    };
    let on_visibility = {
        let visibility = visibility.clone();
        Callback::from(move |chosen| visibility.set(chosen))
    };
    html! {
        <form class="card form" novalidate=true {onsubmit}>
            <h2 class="card__title">{ "Start a room" }</h2>
            <Notice text={progress.error_beside(&["name", "title", "topic"])} />
            <Field
                name="name"
                label="Name"
                hint="2 to 48 letters, digits, _ or -."
                placeholder="book-club"
                value={(*name).clone()}
                on_input={set(&name)}
                error={wrong::<RoomName>(&name, !name.is_empty())
                    .or_else(|| progress.error_at("name"))}
                autocomplete="off"
                is_required=true
            />
            <Field
                name="title"
                label="Title (optional)"
                value={(*title).clone()}
                on_input={set(&title)}
                error={wrong::<Title>(&title, true).or_else(|| progress.error_at("title"))}
                autocomplete="off"
            />
            <Field
                name="topic"
                label="Topic (optional)"
                value={(*topic).clone()}
                on_input={set(&topic)}
                error={wrong::<Topic>(&topic, true).or_else(|| progress.error_at("topic"))}
                autocomplete="off"
            />
            <VisibilityPicker value={*visibility} on_change={on_visibility} />
            <button class="button button--main" disabled={progress.is_busy()}>
                { "Create room" }
            </button>
        </form>
    }
}
