//! Choosing a gender, which chooses the picture.

use shared::{Gender, Profile, Timestamp, UserId, Username};
use yew::prelude::*;

use super::avatar;

const CHOICES: [(Gender, &str, &str); 4] = [
    (Gender::Female, "female", "Female"),
    (Gender::Male, "male", "Male"),
    (Gender::Other, "other", "Other"),
    (Gender::Unspecified, "unspecified", "Rather not say"),
];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub value: Gender,
    /// The picture's tone follows it.
    pub username: AttrValue,
    pub on_change: Callback<Gender>,
}

fn example(gender: Gender, username: &str) -> Option<Profile> {
    let username: Username = username.parse().or_else(|_| "somebody".parse()).ok()?;
    Some(Profile {
        id: UserId::from_uuid(uuid::Uuid::nil()),
        display_name: username.as_str().to_owned(),
        username,
        gender,
        status_text: None,
        created_at: Timestamp::from_millis(0),
        last_seen_at: None,
        presence: None,
        email: None,
        role: None,
    })
}

/// Four pictures to choose from.
#[component]
pub fn GenderPicker(props: &Props) -> Html {
    let choice = |(gender, value, label): (Gender, &'static str, &'static str)| {
        let onchange = props.on_change.reform(move |_: Event| gender);
        html! {
            <label class="gender-picker__choice" key={value}>
                <input
                    type="radio"
                    name="gender"
                    {value}
                    checked={props.value == gender}
                    {onchange}
                />
                { avatar(example(gender, &props.username).as_ref()) }
                <span>{ label }</span>
            </label>
        }
    };
    html! {
        <fieldset class="gender-picker">
            <legend class="field__label">{ "Gender" }</legend>
            <div class="gender-picker__choices">{ for CHOICES.into_iter().map(choice) }</div>
        </fieldset>
    }
}
