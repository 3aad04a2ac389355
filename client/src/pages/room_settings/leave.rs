//! Leaving the room, or deleting it.

use shared::RoomRole;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use super::RoomProps;
use crate::{
    components::{Confirm, Notice},
    net::Failure,
    route::Route,
    state::Action,
};

async fn part(props: &RoomProps, is_deleting: bool) -> Result<(), Failure> {
    let api = props.chat.api();
    if is_deleting {
        api.delete_room(props.id()).await
    } else {
        api.remove_member(props.id(), props.chat.my_id()).await
    }
}

/// Both ask once more.
#[component]
pub fn LeaveCard(props: &RoomProps) -> Html {
    let trouble = use_state_eq(|| None::<AttrValue>);
    let navigator = use_navigator();
    let go = |is_deleting: bool| {
        let (props, trouble, navigator) = (props.clone(), trouble.clone(), navigator.clone());
        Callback::from(move |()| {
            let (props, trouble, navigator) = (props.clone(), trouble.clone(), navigator.clone());
            spawn_local(async move {
                match part(&props, is_deleting).await {
                    Ok(()) => {
                        props.chat.dispatch(Action::RoomGone(props.id()));
                        if let Some(navigator) = navigator {
                            navigator.replace(&Route::Home);
                        }
                    }
                    Err(failure) => trouble.set(Some(failure.words().into())),
                }
            });
        })
    };
    html! {
        <section class="card" aria-label="Leave">
            <h2 class="card__title">{ "Leave" }</h2>
            <Notice text={(*trouble).clone()} />
            <div class="card__buttons">
                <Confirm
                    label="Leave the room"
                    question="Leave the room? In a private one you need an invitation to come back."
                    yes="Leave"
                    on_yes={go(false)}
                />
                if props.my_role == RoomRole::Owner {
                    <Confirm
                        label="Delete the room"
                        question="Delete the room with all its messages, for everybody?"
                        yes="Yes, delete it"
                        on_yes={go(true)}
                    />
                }
            </div>
        </section>
    }
}
