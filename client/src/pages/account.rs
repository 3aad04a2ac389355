//! `/account`: one's profile, password, logins, and the end of it all.

mod delete;
mod password;
mod profile;
mod sessions;

use yew::prelude::*;
use yew_router::prelude::Link;

use self::{
    delete::DeleteCard, password::PasswordCard, profile::ProfileCard, sessions::SessionsCard,
};
use crate::{
    components::{Shape, icon},
    hooks::use_title,
    net::Chat,
    route::Route,
};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub chat: Chat,
}

/// The cards of one's account.
#[component]
pub fn AccountPage(props: &Props) -> Html {
    use_title("Your account · Parlor");
    let chat = &props.chat;
    html! {
        <main class="page">
            <header class="page__head">
                <Link<Route> to={Route::Home} classes="icon-button">
                    { icon(Shape::Back) }
                    <span class="hidden">{ "Back to your rooms" }</span>
                </Link<Route>>
                <h1>{ "Your account" }</h1>
            </header>
            <div class="page__cards">
                <ProfileCard chat={chat.clone()} />
                <PasswordCard chat={chat.clone()} />
                <SessionsCard chat={chat.clone()} />
                <DeleteCard chat={chat.clone()} />
            </div>
        </main>
    }
}
