//! `/rooms/:room/settings`: what the room is, who is in it, who may not be, and how to leave.

mod bans;
mod details;
mod invite;
mod leave;
mod members;

use shared::{NamedRoom, RoomId, RoomRole, ServerRole, Visibility};
use yew::prelude::*;
use yew_router::prelude::Link;

use self::{
    bans::BansCard, details::DetailsCard, invite::InviteCard, leave::LeaveCard,
    members::MembersCard,
};
use super::{doorway::Doorway, room::find};
use crate::{
    components::{Shape, icon},
    hooks::{use_chat, use_title},
    net::Chat,
    route::Route,
    state::State,
};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub chat: Chat,
    /// An id or a public name.
    pub room: String,
}

/// The room whose settings these are, and what one may do there.
#[derive(Clone, PartialEq, Properties)]
pub struct RoomProps {
    pub chat: Chat,
    pub room: NamedRoom,
    pub my_role: RoomRole,
}

impl RoomProps {
    /// Which.
    pub fn id(&self) -> RoomId {
        self.room.id
    }

    /// Whether one may invite, remove, ban and change the settings.
    pub fn is_admin(&self) -> bool {
        self.my_role >= RoomRole::Admin
    }
}

/// One's role; a server admin acts as an admin of public rooms.
fn role(state: &State, room: &NamedRoom, role: RoomRole) -> RoomRole {
    let is_server_admin = state.me.role == Some(ServerRole::Admin);
    if is_server_admin && room.visibility == Visibility::Public {
        role.max(RoomRole::Admin)
    } else {
        role
    }
}

/// The cards of a room's settings.
#[component]
pub fn RoomSettingsPage(props: &Props) -> Html {
    let wanted = props.room.clone();
    let (seen, has_rooms) = use_chat(&props.chat, move |state| {
        let seen = find(state, &wanted).and_then(|id| {
            let room = state.room(id)?;
            let named = room.room.named()?.clone();
            let my_role = role(state, &named, room.my_role);
            let title = state.title_of(&room.room);
            Some((named, my_role, title))
        });
        (seen, state.has_rooms)
    });
    let title = seen.as_ref().map(|(.., title)| title.clone());
    let title = title.unwrap_or_else(|| "Room".to_owned());
    use_title(&format!("{title}: settings · Parlor"));
    let Some((room, my_role, _)) = seen else {
        return if has_rooms {
            html! { <Doorway chat={props.chat.clone()} id_or_name={props.room.clone()} /> }
        } else {
            html! { <main class="page"><p class="empty">{ "Loading…" }</p></main> }
        };
    };
    let id = room.id;
    let with = RoomProps {
        chat: props.chat.clone(),
        room,
        my_role,
    };
    html! {
        <main class="page">
            <header class="page__head">
                <Link<Route> to={Route::room(id)} classes="icon-button">
                    { icon(Shape::Back) }
                    <span class="hidden">{ "Back to the room" }</span>
                </Link<Route>>
                <h1>{ format!("{title}: settings") }</h1>
            </header>
            <div class="page__cards">
                <DetailsCard key={id.to_string()} ..with.clone() />
                if with.is_admin() {
                    <InviteCard ..with.clone() />
                }
                <MembersCard ..with.clone() />
                if with.is_admin() {
                    <BansCard ..with.clone() />
                }
                <LeaveCard ..with />
            </div>
        </main>
    }
}
