//! The scrolling log of a room.

use std::rc::Rc;

use shared::{ClientId, MessageId, UserId};
use yew::prelude::*;

use super::{
    MessageRow, PendingRow, Quoted, RowAction, Shape,
    drawn::Drawn,
    icon,
    message_row::Doing,
    scroll::{Sight, SizeWatch, Way, use_scroll},
};
use crate::{
    browser,
    hooks::{Same, use_window_event},
    state::{Ask, Log, People, Spot, Ticked},
    timeline::Row,
};

/// What is being done to which message, and what went wrong with it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Work {
    pub editing: Option<MessageId>,
    pub deleting: Option<MessageId>,
    pub error: Option<AttrValue>,
}

impl Work {
    /// The message is being rewritten.
    pub fn editing(message: MessageId) -> Self {
        Self {
            editing: Some(message),
            ..Self::default()
        }
    }

    /// The message is gone from the eye, and will be for everybody unless that is undone.
    pub fn deleting(message: MessageId) -> Self {
        Self {
            deleting: Some(message),
            ..Self::default()
        }
    }

    /// The same, with what went wrong.
    #[must_use]
    pub fn failed(self, words: &str) -> Self {
        Self {
            error: Some(words.to_owned().into()),
            ..self
        }
    }

    /// Whether both are about one message.
    pub fn is_on_the_same(&self, other: &Self) -> bool {
        (self.editing, self.deleting) == (other.editing, other.deleting)
    }

    fn on(&self, message: MessageId) -> Doing {
        let error = self.error.clone();
        if self.editing == Some(message) {
            Doing::Editing { error }
        } else if self.deleting == Some(message) {
            Doing::Deleting { error }
        } else {
            Doing::Nothing
        }
    }
}

/// The ends of what is loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ends {
    pub first: Option<u64>,
    pub last: Option<u64>,
    pub has_older: bool,
    pub has_newer: bool,
    pub is_loading: bool,
}

impl Ends {
    pub fn of(log: &Log) -> Self {
        Self {
            first: log.first_seq(),
            last: log.last_seq(),
            has_older: log.has_older,
            has_newer: log.has_newer,
            is_loading: log.loading.is_some(),
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub label: AttrValue,
    pub rows: Rc<Vec<Row>>,
    pub ends: Ends,
    pub people: Same<People>,
    pub me: UserId,
    pub ticked: Ticked,
    /// May delete the others' messages.
    pub is_moderator: bool,
    pub is_following: bool,
    pub missed: u32,
    pub opening: u32,
    /// Where the reader was last sent, once that is loaded.
    pub spot: Option<Spot>,
    pub work: Work,
    /// Drawn where there is no message.
    pub empty: Html,
    pub on_seen: Callback<u64>,
    pub on_following: Callback<bool>,
    pub on_load: Callback<Ask>,
    pub on_action: Callback<RowAction>,
    pub on_retry: Callback<ClientId>,
    pub on_discard: Callback<ClientId>,
}

fn row(props: &Props, row: &Row, now: i64) -> Html {
    match row {
        Row::Day(at) => html! {
            <li class="day-line" key={format!("day-{}", browser::day_of(*at))}>
                <span>{ browser::day_label(*at, now) }</span>
            </li>
        },
        Row::New => html! { <li class="new-line" key="new"><span>{ "New" }</span></li> },
        Row::Notice(notice) => {
            let name = props.people.name(notice.user);
            let what = if notice.has_come {
                "logged in"
            } else {
                "logged out"
            };
            html! {
                <li class="log-notice" data-testid="notice" key={format!("notice-{}", notice.number)}>
                    <bdi>{ name }</bdi>
                    { format!(" {what}") }
                </li>
            }
        }
        Row::Message {
            message,
            quote,
            is_mine,
            is_first,
        } => {
            // One's own row keeps its key from pending to posted: it is moved, not made anew.
            let key = if *is_mine {
                message.client_id.to_string()
            } else {
                message.id.to_string()
            };
            html! {
                <MessageRow
                    {key}
                    message={Rc::clone(message)}
                    author={props.people.profile(message.author).cloned()}
                    name={props.people.name(message.author)}
                    quoted={quote.as_ref().map(|quote| Quoted::of(quote, &props.people))}
                    is_first={*is_first}
                    is_spot={props.spot.is_some_and(|spot| spot.seq == message.seq)}
                    can_delete={props.is_moderator}
                    tick={is_mine.then(|| props.ticked.tick(message.seq))}
                    doing={props.work.on(message.id)}
                    on_action={props.on_action.clone()}
                />
            }
        }
        Row::Pending {
            pending,
            quote,
            is_first,
        } => html! {
            <PendingRow
                key={pending.client_id.to_string()}
                pending={Rc::clone(pending)}
                is_first={*is_first}
                quoted={quote.as_ref().map(|quote| Quoted::of(quote, &props.people))}
                on_jump={props.on_action.reform(RowAction::Jump)}
                on_retry={props.on_retry.clone()}
                on_discard={props.on_discard.clone()}
            />
        },
    }
}

fn pill_text(missed: u32) -> String {
    match missed {
        1 => "1 new message".to_owned(),
        n => format!("{n} new messages"),
    }
}

/// The log: lands on the first unread message, follows the end, holds still otherwise.
#[component]
pub fn MessageLog(props: &Props) -> Html {
    let view = use_node_ref();
    let list = use_node_ref();
    let scroll = use_scroll(view.clone(), list.clone());

    let drawn = use_mut_ref(Drawn::default);
    let redraw = use_force_update();
    let above = drawn
        .borrow_mut()
        .update(&props.rows, props.opening, props.spot);

    let look = {
        let (scroll, drawn) = (scroll.clone(), Rc::clone(&drawn));
        let (on_seen, on_following, on_load) = (
            props.on_seen.clone(),
            props.on_following.clone(),
            props.on_load.clone(),
        );
        use_callback(props.ends, move |(): (), ends| {
            for sight in scroll.look(ends.has_newer, browser::is_focused()) {
                match (sight, ends.first, ends.last) {
                    (Sight::Following(is_following), ..) => on_following.emit(is_following),
                    (Sight::Seen(seq), ..) => on_seen.emit(seq),
                    (Sight::NearStart, ..) if drawn.borrow_mut().more() => redraw.force_update(),
                    (Sight::FarFromStart, ..) if drawn.borrow_mut().fewer() => {
                        redraw.force_update();
                    }
                    (Sight::NearStart, Some(first), _) if ends.has_older && !ends.is_loading => {
                        on_load.emit(Ask::Before(first));
                    }
                    (Sight::NearEnd, _, Some(last)) if ends.has_newer && !ends.is_loading => {
                        on_load.emit(Ask::After(last));
                    }
                    (Sight::NearStart | Sight::FarFromStart | Sight::NearEnd, ..) => {}
                }
            }
        })
    };
    use_window_event("focus", look.reform(|_| ()));
    {
        let (scroll, look) = (scroll.clone(), look.clone());
        let deps = (
            (props.opening, props.is_following, props.spot),
            (Rc::clone(&props.rows), above),
            props.work.clone(),
        );
        use_effect_with(deps, move |((opening, is_following, spot), ..)| {
            if !spot.is_some_and(|spot| scroll.visit(*opening, spot)) {
                scroll.settle(*opening, *is_following);
            }
            look.emit(());
        });
    }
    {
        let scroll = scroll.clone();
        let opening = props.opening;
        use_effect_with(opening, move |_| {
            let settling = scroll.clone();
            let watch = SizeWatch::new(&scroll, move || settling.settle(opening, false));
            move || drop(watch)
        });
    }
    let jump = {
        let (scroll, has_newer) = (scroll.clone(), props.ends.has_newer);
        let (on_load, on_following) = (props.on_load.clone(), props.on_following.clone());
        move |_: MouseEvent| {
            scroll.jump_to_end();
            if has_newer {
                on_load.emit(Ask::Newest);
            } else {
                on_following.emit(true);
            }
        }
    };
    let onkeydown = {
        let scroll = scroll.clone();
        move |event: KeyboardEvent| {
            let way = match event.key().as_str() {
                "ArrowUp" => Way::Up,
                "ArrowDown" => Way::Down,
                _ => return,
            };
            let is_writing = event
                .target_dyn_into::<web_sys::HtmlTextAreaElement>()
                .is_some();
            if !is_writing && !event.alt_key() && !event.ctrl_key() && scroll.walk(way) {
                event.prevent_default();
            }
        }
    };
    let now = browser::now();
    let onscroll = look.reform(|_: Event| ());
    html! {
        <div class="log">
            <div
                ref={view}
                class="log__view"
                tabindex="0"
                role="region"
                aria-label={props.label.clone()}
                aria-description="The arrow keys go from message to message, Tab to what can be done with it."
                {onscroll}
                {onkeydown}
            >
                if props.ends.is_loading {
                    <p class="log__loading">{ "Loading…" }</p>
                }
                if props.rows.is_empty() {
                    { props.empty.clone() }
                }
                <ul ref={list} class="log__list">
                    { for props.rows[above..].iter().map(|each| row(props, each, now)) }
                </ul>
            </div>
            if !props.is_following && props.missed > 0 {
                <button type="button" class="log__pill" data-testid="new-pill" onclick={jump}>
                    { pill_text(props.missed) }
                    { icon(Shape::Down) }
                </button>
            } else if !props.is_following {
                <button
                    type="button"
                    class="log__pill log__pill--bare"
                    aria-label="Go to the newest message"
                    onclick={jump}
                >
                    { icon(Shape::Down) }
                </button>
            }
        </div>
    }
}
