//! Who is in the room, and what admins may do about it.

use std::rc::Rc;

use shared::{Profile, RoomRole, UserId};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::RoomProps;
use crate::{
    components::{Notice, avatar},
    hooks::use_chat,
    net::{Chat, Failure},
    order::sorted,
    state::{Action, State},
};

/// What an admin does to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Promote,
    Demote,
    Remove,
    Ban,
}

impl Deed {
    fn label(self) -> &'static str {
        match self {
            Self::Promote => "Make admin",
            Self::Demote => "Make member",
            Self::Remove => "Remove",
            Self::Ban => "Ban",
        }
    }
}

/// What one may do to somebody with that role: only the owner acts on admins, nobody on the owner.
fn deeds(mine: RoomRole, theirs: RoomRole) -> Vec<Deed> {
    match (mine, theirs) {
        (RoomRole::Owner, RoomRole::Member) => vec![Deed::Promote, Deed::Remove, Deed::Ban],
        (RoomRole::Owner, RoomRole::Admin) => vec![Deed::Demote, Deed::Remove, Deed::Ban],
        (RoomRole::Admin, RoomRole::Member) => vec![Deed::Remove, Deed::Ban],
        _ => Vec::new(),
    }
}

async fn perform(props: &RoomProps, user: UserId, deed: Deed) -> Result<(), Failure> {
    let (api, room) = (props.chat.api(), props.id());
    match deed {
        Deed::Promote => {
            api.set_role(room, user, RoomRole::Admin).await?;
        }
        Deed::Demote => {
            api.set_role(room, user, RoomRole::Member).await?;
        }
        Deed::Remove => api.remove_member(room, user).await?,
        Deed::Ban => api.ban(room, user).await?,
    }
    Ok(())
}

/// Fetches the members anew.
pub async fn reload(chat: &Chat, room: shared::RoomId) {
    if let Ok(members) = chat.api().members(room).await {
        chat.dispatch(Action::MembersLoaded { room, members });
    }
}

type Listed = (UserId, RoomRole, Option<Rc<Profile>>, String);

fn listed(state: &State, room: shared::RoomId) -> Option<Rc<Vec<Listed>>> {
    let members = &state.room(room)?.members;
    if !members.is_loaded() {
        return None;
    }
    let people = &state.people;
    let listed: Vec<Listed> = members
        .roles()
        .map(|(user, role)| (user, role, people.profile(user).cloned(), people.name(user)))
        .collect();
    let by_role_and_name = |a: &Listed, b: &Listed| {
        (b.1, a.3.to_lowercase(), a.0).cmp(&(a.1, b.3.to_lowercase(), b.0))
    };
    Some(Rc::new(sorted(listed, by_role_and_name)))
}

fn role_word(role: RoomRole) -> &'static str {
    match role {
        RoomRole::Owner => "Owner",
        RoomRole::Admin => "Admin",
        RoomRole::Member => "Member",
    }
}

/// The list.
#[component]
pub fn MembersCard(props: &RoomProps) -> Html {
    let room = props.id();
    let trouble = use_state_eq(|| None::<AttrValue>);
    let members = use_chat(&props.chat, move |state| listed(state, room));
    let me = props.chat.my_id();
    {
        let chat = props.chat.clone();
        use_effect_with(room, move |room| {
            let room = *room;
            spawn_local(async move { reload(&chat, room).await });
        });
    }
    let on_deed = {
        let (props, trouble) = (props.clone(), trouble.clone());
        Callback::from(move |(user, deed)| {
            let (props, trouble) = (props.clone(), trouble.clone());
            spawn_local(async move {
                let done = perform(&props, user, deed).await;
                trouble.set(done.err().map(|failure| failure.words().into()));
                reload(&props.chat, props.id()).await;
            });
        })
    };
    let row = |(user, role, profile, name): &Listed| {
        let user = *user;
        let buttons = deeds(props.my_role, *role).into_iter().map(|deed| {
            let onclick = on_deed.reform(move |_: MouseEvent| (user, deed));
            html! {
                <button
                    type="button"
                    class="button button--small"
                    aria-label={format!("{} {name}", deed.label())}
                    {onclick}
                >
                    { deed.label() }
                </button>
            }
        });
        html! {
            <li class="line" key={user.to_string()} data-testid="member">
                { avatar(profile.as_deref()) }
                <div class="line__text">
                    <span class="line__name">
                        { name }
                        if user == me { { " (you)" } }
                    </span>
                    <span class="line__note">{ role_word(*role) }</span>
                </div>
                if user != me {
                    <div class="line__buttons">{ for buttons }</div>
                }
            </li>
        }
    };
    html! {
        <section class="card" aria-label="Members">
            <h2 class="card__title">{ "Members" }</h2>
            <Notice text={(*trouble).clone()} />
            if let Some(members) = members {
                <ul class="lines">{ for members.iter().map(row) }</ul>
            } else {
                <p class="empty">{ "Loading…" }</p>
            }
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owner_acts_on_admins_and_nobody_on_the_owner() {
        use RoomRole::{Admin, Member, Owner};
        assert!(deeds(Owner, Admin).contains(&Deed::Demote));
        assert_eq!(deeds(Admin, Admin), []);
        assert_eq!(deeds(Admin, Owner), []);
        assert_eq!(deeds(Member, Member), []);
        assert_eq!(deeds(Admin, Member), [Deed::Remove, Deed::Ban]);
    }
}
