//! What a message answers, in short.

use shared::MessageState;
use yew::prelude::*;

use crate::state::{People, Quote};

/// More of a quoted message is never shown, however wide the screen.
const EXCERPT_CHARS: usize = 160;

/// Who is quoted and with which words.
#[derive(Debug, Clone, PartialEq)]
pub struct Quoted {
    pub name: AttrValue,
    pub excerpt: AttrValue,
    /// Where it stands, once that is known.
    pub seq: Option<u64>,
}

impl Quoted {
    /// The quote in words.
    pub fn of(quote: &Quote, people: &People) -> Self {
        let Some(message) = &quote.message else {
            return Self {
                name: "Earlier message".into(),
                excerpt: "…".into(),
                seq: None,
            };
        };
        let excerpt = match &message.state {
            MessageState::Live { body, .. } => body
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .chars()
                .take(EXCERPT_CHARS)
                .collect::<String>(),
            MessageState::Deleted { .. } => "Message deleted".to_owned(),
        };
        Self {
            name: people.name(message.author).into(),
            excerpt: excerpt.into(),
            seq: Some(message.seq),
        }
    }
}

/// A quote above an answer; a click goes to the message.
pub fn quote(quoted: &Quoted, on_jump: &Callback<u64>) -> Html {
    let words = html! {
        <>
            <span class="quote__name"><bdi>{ &quoted.name }</bdi></span>
            <span class="quote__excerpt" dir="auto">{ &quoted.excerpt }</span>
        </>
    };
    let Some(seq) = quoted.seq else {
        return html! { <div class="quote" data-testid="quote">{ words }</div> };
    };
    let onclick = on_jump.reform(move |_: MouseEvent| seq);
    html! {
        <button type="button" class="quote" data-testid="quote" title="Go to this message" {onclick}>
            <span class="hidden">{ "Answer to " }</span>
            { words }
        </button>
    }
}
