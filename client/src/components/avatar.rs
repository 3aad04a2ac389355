//! A person's picture: drawn, by gender, in colors that the username chooses; and a room's.

use shared::{Gender, Profile};
use yew::prelude::*;

/// Looks in the style sheet: grounds with clothes, skins, colors of hair.
const TONES: u32 = 8;
const SKINS: u32 = 4;
const HAIRS: u32 = 5;

/// The same person looks the same everywhere, and seldom like somebody else.
fn look(username: &str) -> (u32, u32, u32) {
    let hash = username.bytes().fold(7_u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    let rest = hash / TONES;
    (hash % TONES, rest % SKINS, rest / SKINS % HAIRS)
}

/// The square of a room, with its first letter.
pub fn room_mark(title: &str) -> Html {
    let (tone, ..) = look(title);
    let initial = title.chars().next().unwrap_or('#').to_uppercase();
    html! {
        <span class={format!("room-mark tone-{tone}")} aria-hidden="true">
            { initial.to_string() }
        </span>
    }
}

fn hair(gender: Gender) -> Html {
    match gender {
        Gender::Female => html! {
            <path
                class="avatar__hair"
                d="M8.4 27c-1.7-9-1.3-20.6 11.6-20.6S33.3 18 31.6 27h-4.2c.9-3.2.9-6.3.4-9.3-4.3-.2-8.3-1.9-10.9-4.9-.9 2.7-2.5 4.6-4.7 5.6-.4 2.9-.3 5.7.4 8.6z"
            />
        },
        Gender::Male => html! {
            <path
                class="avatar__hair"
                d="M11.3 17.6c-1-6.5 2.7-10.8 8.9-10.8 5.9 0 9.5 4 8.5 10.8l-1.3-.1c-.1-2-.8-3.5-2.1-4.5-3.3 1.2-7.3 1.2-10.3-.1-1.4 1.1-2.2 2.7-2.4 4.7z"
            />
        },
        Gender::Other => html! {
            <path
                class="avatar__hair"
                d="M10.7 19.5c-2.3-7 .9-13 9.1-13 6.8 0 10.7 4.6 9.5 11.1-3.6.6-8.2-.7-10.6-3.7-1.7 3-4.3 5-8 5.6z"
            />
        },
        Gender::Unspecified => Html::default(),
    }
}

/// Head and shoulders, or the first letter of who does not say.
fn face(gender: Gender, person: Option<&Profile>) -> Html {
    if let (Gender::Unspecified, Some(person)) = (gender, person) {
        let initial = person.display_name.chars().next().unwrap_or('?');
        return html! {
            <text class="avatar__initial" x="20" y="27" text-anchor="middle">
                { initial.to_uppercase().to_string() }
            </text>
        };
    }
    html! {
        <>
            <path class="avatar__body" d="M6.5 36.5C8 29.5 13 26.5 20 26.5s12 3 13.5 10A20 20 0 0 1 6.5 36.5z" />
            <circle class="avatar__head" cx="20" cy="17.5" r="7.8" />
            { hair(gender) }
        </>
    }
}

/// A round picture, without a person for a deleted or unknown account; decoration, since the name
/// stands beside it.
pub fn avatar(person: Option<&Profile>) -> Html {
    let gender = person.map_or(Gender::Unspecified, |person| person.gender);
    let (tone, skin, hair) = person.map_or((7, 0, 0), |person| look(person.username.as_str()));
    let kind = match gender {
        Gender::Female => "female",
        Gender::Male => "male",
        Gender::Other => "other",
        Gender::Unspecified => "unspecified",
    };
    let class =
        format!("avatar avatar--{kind} tone-{tone} avatar--skin-{skin} avatar--hair-{hair}");
    html! {
        <svg {class} viewBox="0 0 40 40" aria-hidden="true" data-gender={kind}>
            <circle class="avatar__ground" cx="20" cy="20" r="20" />
            { face(gender, person) }
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_person_keeps_their_look_and_has_it_almost_alone() {
        assert_eq!(look("alice"), look("alice"));
        let names: Vec<_> = ('a'..='z').map(|c| format!("{c}nna")).collect();
        let looks: HashSet<_> = names.iter().map(|name| look(name)).collect();
        assert!(looks.len() > 20, "{} looks of 26", looks.len());
    }
}
