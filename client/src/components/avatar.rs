//! A person's picture: drawn, by gender, in a tone that the username chooses.

use shared::{Gender, Profile};
use yew::prelude::*;

/// Tones in the style sheet.
const TONES: u32 = 8;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// None for a deleted or unknown account.
    pub person: Option<std::rc::Rc<Profile>>,
    #[prop_or_default]
    pub is_large: bool,
}

/// The same person has the same tone everywhere.
fn tone(username: &str) -> u32 {
    username.bytes().fold(7_u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(byte))
    }) % TONES
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

/// A round picture; decoration, since the name stands beside it.
#[component]
pub fn Avatar(props: &Props) -> Html {
    let gender = props
        .person
        .as_ref()
        .map_or(Gender::Unspecified, |person| person.gender);
    let tone = props
        .person
        .as_ref()
        .map_or(0, |person| tone(person.username.as_str()));
    let kind = match gender {
        Gender::Female => "female",
        Gender::Male => "male",
        Gender::Other => "other",
        Gender::Unspecified => "unspecified",
    };
    let class = classes!(
        "avatar",
        format!("avatar--tone-{tone}"),
        format!("avatar--{kind}"),
        props.is_large.then_some("avatar--large"),
    );
    html! {
        <svg {class} viewBox="0 0 40 40" aria-hidden="true" data-gender={kind}>
            <circle class="avatar__ground" cx="20" cy="20" r="20" />
            <path class="avatar__body" d="M6.5 36.5C8 29.5 13 26.5 20 26.5s12 3 13.5 10A20 20 0 0 1 6.5 36.5z" />
            <circle class="avatar__head" cx="20" cy="17.5" r="7.8" />
            { hair(gender) }
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_keeps_their_tone() {
        assert_eq!(tone("alice"), tone("alice"));
        assert_ne!(tone("alice"), tone("bob"));
        assert!(tone("alice") < TONES);
    }
}
