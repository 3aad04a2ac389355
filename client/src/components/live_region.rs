//! What screen readers hear of new messages: in batches, never the backlog.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

/// Messages that come within so long are one announcement.
const BATCH_MS: u32 = 1_500;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What gathered since the last announcement.
    pub text: Option<AttrValue>,
    /// It was spoken: gather anew.
    pub on_spoken: Callback<()>,
}

/// An invisible log that speaks.
#[component]
pub fn LiveRegion(props: &Props) -> Html {
    let spoken = use_state_eq(|| None::<AttrValue>);
    let latest = use_mut_ref(|| None::<AttrValue>);
    latest.borrow_mut().clone_from(&props.text);
    let has_news = props.text.is_some();
    {
        let (spoken, on_spoken) = (spoken.clone(), props.on_spoken.clone());
        use_effect_with(has_news, move |has_news| {
            let timeout = has_news.then(|| {
                Timeout::new(BATCH_MS, move || {
                    spoken.set(latest.borrow().clone());
                    on_spoken.emit(());
                })
            });
            move || drop(timeout)
        });
    }
    html! {
        <div class="hidden" role="log" aria-live="polite">
            if let Some(text) = &*spoken {
                <p>{ text }</p>
            }
        </div>
    }
}
