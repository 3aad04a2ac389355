//! What the room is called, what it is about, who finds it.

use shared::{RoomName, RoomUpdate, Title, Topic, Visibility};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::RoomProps;
use crate::{
    components::{Field, Notice, VisibilityPicker},
    forms::{Progress, set, wrong},
    state::Action,
};

/// A form for admins, a description for the others.
#[component]
pub fn DetailsCard(props: &RoomProps) -> Html {
    let room = &props.room;
    let name = use_state_eq(|| room.name.to_string());
    let title = use_state_eq(|| room.title.clone().unwrap_or_default());
    let topic = use_state_eq(|| room.topic.clone().unwrap_or_default());
    let visibility = use_state_eq(|| room.visibility);
    let progress = use_state_eq(Progress::default);
    if !props.is_admin() {
        return html! {
            <section class="card" aria-label="The room">
                <h2 class="card__title">{ "The room" }</h2>
                <p class="card__line">{ format!("Name: {}", room.name) }</p>
                <p class="card__line">
                    { room.topic.clone().unwrap_or_else(|| "It has no topic.".to_owned()) }
                </p>
                <p class="card__line">
                    { if room.visibility == Visibility::Public {
                        "Public: everybody finds it and can join."
                    } else {
                        "Private: only whom its admins invite."
                    } }
                </p>
                <p class="card__line">{ format!("Id: {}", room.id) }</p>
            </section>
        };
    }
    let onsubmit = {
        let (chat, id, progress) = (props.chat.clone(), props.id(), progress.clone());
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
            let update = RoomUpdate {
                name: Some(name),
                title: Some(title),
                topic: Some(topic),
                visibility: Some(visibility),
            };
            let (chat, progress) = (chat.clone(), progress.clone());
            spawn_local(async move {
                match chat.api().update_room(id, &update).await {
                    Ok(room) => {
                        chat.dispatch(Action::RoomKnown(room));
                        progress.set(Progress::Done);
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
    let news = (*progress == Progress::Done).then_some("Saved.");
    html! {
        <form class="card form" novalidate=true {onsubmit}>
            <h2 class="card__title">{ "The room" }</h2>
            <Notice text={progress.error_beside(&["name", "title", "topic"])} />
            <Field
                name="name"
                label="Name"
                hint={format!("Its id is {}", props.id())}
                value={(*name).clone()}
                on_input={set(&name)}
                error={wrong::<RoomName>(&name, true).or_else(|| progress.error_at("name"))}
                autocomplete="off"
            />
            <Field
                name="title"
                label="Title"
                value={(*title).clone()}
                on_input={set(&title)}
                error={wrong::<Title>(&title, true).or_else(|| progress.error_at("title"))}
                autocomplete="off"
            />
            <Field
                name="topic"
                label="Topic"
                value={(*topic).clone()}
                on_input={set(&topic)}
                error={wrong::<Topic>(&topic, true).or_else(|| progress.error_at("topic"))}
                autocomplete="off"
            />
            <VisibilityPicker value={*visibility} on_change={on_visibility} />
            <Notice text={news.map(AttrValue::from)} is_good=true />
            <button class="button button--main" disabled={progress.is_busy()}>
                { "Save settings" }
            </button>
        </form>
    }
}
