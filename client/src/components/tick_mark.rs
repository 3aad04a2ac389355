//! The ticks beside one's own messages.

use yew::prelude::*;

use crate::state::Tick;

/// ✓, ✓✓, or colored ✓✓.
pub fn tick_mark(tick: Tick) -> Html {
    let (class, label) = match tick {
        Tick::Sent => ("tick", "Sent"),
        Tick::Delivered => ("tick", "Delivered to everybody"),
        Tick::Read => ("tick tick--read", "Read by everybody"),
    };
    let is_double = tick != Tick::Sent;
    html! {
        <span {class} data-testid="tick" role="img" aria-label={label} title={label}>
            <svg viewBox="0 0 20 12" aria-hidden="true">
                <path d="M1.5 6.5l3.5 3.5 7-8" />
                if is_double {
                    <path d="M8.5 8.7l1.3 1.3 7-8" />
                }
            </svg>
        </span>
    }
}
