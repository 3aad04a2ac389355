//! A message's text as it is read: line breaks kept, links to follow, a few emoji large.

use yew::prelude::*;

use crate::rich_text::{Part, is_emoji_only, parts};

/// A paragraph with the text.
///
/// A link's page learns nothing of ours and has no handle on it. The text is never markup.
pub fn message_text(text: &str) -> Html {
    let part = |part: Part<'_>| match part {
        Part::Words(words) => html! { { words } },
        Part::Link(address) => html! {
            <a href={address.to_owned()} target="_blank" rel="noopener noreferrer">{ address }</a>
        },
    };
    let class = classes!(
        "message__body",
        is_emoji_only(text).then_some("message__body--large"),
    );
    html! {
        <p {class} data-testid="message-body" dir="auto">
            { for parts(text).into_iter().map(part) }
        </p>
    }
}
