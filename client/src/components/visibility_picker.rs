//! Choosing who can find a room.

use shared::Visibility;
use yew::prelude::*;

const CHOICES: [(Visibility, &str, &str); 2] = [
    (
        Visibility::Public,
        "Public",
        "Everybody finds it and can join.",
    ),
    (
        Visibility::Private,
        "Private",
        "Only those whom its admins bring in.",
    ),
];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub value: Visibility,
    pub on_change: Callback<Visibility>,
}

/// Public or private.
#[component]
pub fn VisibilityPicker(props: &Props) -> Html {
    let choice = |(visibility, label, note): (Visibility, &'static str, &'static str)| {
        let onchange = props.on_change.reform(move |_: Event| visibility);
        html! {
            <label class="choice" key={label}>
                <input
                    type="radio"
                    name="visibility"
                    value={label.to_lowercase()}
                    checked={props.value == visibility}
                    {onchange}
                />
                <span>
                    <span class="choice__label">{ label }</span>
                    <span class="choice__note">{ note }</span>
                </span>
            </label>
        }
    };
    html! {
        <fieldset class="choices">
            <legend class="field__label">{ "Who can find it" }</legend>
            { for CHOICES.into_iter().map(choice) }
        </fieldset>
    }
}
