//! Deleting one's account.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::Props;
use crate::components::{Confirm, Notice};

/// Asks once more, since it can't be undone.
#[component]
pub fn DeleteCard(props: &Props) -> Html {
    let trouble = use_state_eq(|| None::<AttrValue>);
    let on_yes = {
        let (chat, trouble) = (props.chat.clone(), trouble.clone());
        move |()| {
            let (chat, trouble) = (chat.clone(), trouble.clone());
            spawn_local(async move {
                match chat.api().delete_account(chat.my_id()).await {
                    Ok(()) => chat.end(),
                    Err(failure) => trouble.set(Some(failure.words().into())),
                }
            });
        }
    };
    html! {
        <section class="card" aria-label="Delete account">
            <h2 class="card__title">{ "Delete your account" }</h2>
            <p class="card__line">
                { "Your messages stay, without your name. Your username stays taken." }
            </p>
            <Notice text={(*trouble).clone()} />
            <Confirm
                label="Delete account"
                question="Delete your account for ever?"
                yes="Yes, delete it"
                {on_yes}
            />
        </section>
    }
}
