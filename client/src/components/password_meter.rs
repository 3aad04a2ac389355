//! How strong a password is, as the server judged it.

use shared::PasswordScore;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub score: Option<PasswordScore>,
}

const WORDS: [&str; 5] = ["very weak", "weak", "nearly", "strong", "very strong"];

/// A bar of four, the verdict, and what would make it stronger.
#[component]
pub fn PasswordMeter(props: &Props) -> Html {
    let Some(PasswordScore { score, advice }) = &props.score else {
        return Html::default();
    };
    let score = usize::from((*score).min(4));
    html! {
        <div class={classes!("meter", format!("meter--{score}"))} role="status">
            <meter class="meter__value" min="0" max="4" value={score.to_string()}
                aria-label="Password strength" />
            <div class="meter__bar" aria-hidden="true">
                { for (1..=4).map(|n| html! {
                    <span class={classes!("meter__part", (n <= score).then_some("meter__part--on"))} />
                }) }
            </div>
            <p class="meter__text">
                { format!("Password is {}.", WORDS[score]) }
                { for advice.iter().map(|line| format!(" {line}")) }
            </p>
        </div>
    }
}
