//! Keeping a long list still under the reader's eye, whatever is added, edited or let go.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    Element, HtmlCollection, HtmlElement, MutationObserver, MutationObserverInit, ResizeObserver,
};
use yew::prelude::*;

use crate::state::Spot;

/// The end is followed from so near.
const NEAR_PX: i32 = 100;
/// More is drawn and loaded when the reader comes so near an end of what is here.
const AHEAD_PX: i32 = 800;
/// What is so far above the end is let go again while the reader stays there.
const FAR_PX: i32 = 3 * AHEAD_PX;

/// What the view came upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// The reader is at the end, or not any more.
    Following(bool),
    /// The start of what is drawn is near.
    NearStart,
    /// The reader is at the end, and the start of what is drawn far away.
    FarFromStart,
    /// The end of what is loaded is near.
    NearEnd,
    /// The last message in view.
    Seen(u64),
}

/// From one message to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Up,
    Down,
}

#[derive(Default)]
struct Memory {
    /// The opening that has landed.
    landed: Option<u32>,
    /// The number of the spot that was visited.
    visited: u32,
    is_following: bool,
    /// How far the view was scrolled.
    top: i32,
    /// The first row in view and how far it was from the top of the list.
    anchor: Option<(HtmlElement, i32)>,
    seen: u64,
}

impl Memory {
    /// Whether the reader has gone up from the end since the view was last looked at.
    fn has_left(&self, view: &HtmlElement) -> bool {
        view.scroll_top() < self.top && distance(view) >= NEAR_PX
    }
}

/// The scrolling of one list.
#[derive(Clone)]
pub struct Scroll {
    view: NodeRef,
    list: NodeRef,
    memory: Rc<RefCell<Memory>>,
}

impl PartialEq for Scroll {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.memory, &other.memory)
    }
}

/// The scrolling of `view`, whose rows are the children of `list`.
#[hook]
pub fn use_scroll(view: NodeRef, list: NodeRef) -> Scroll {
    let memory = use_mut_ref(Memory::default);
    Scroll { view, list, memory }
}

impl Scroll {
    fn view(&self) -> Option<HtmlElement> {
        self.view.cast()
    }

    fn rows(&self) -> Vec<HtmlElement> {
        let rows = self.list.cast::<Element>().map(|list| list.children());
        let rows = rows.iter();
        rows.flat_map(|rows| (0..rows.length()).filter_map(|index| row_at(rows, index)))
            .collect()
    }

    /// Of the rows, which begin with those that `is_before`, the first one that is not; and where.
    fn first_not(&self, is_before: impl Fn(&HtmlElement) -> bool) -> Option<(HtmlCollection, u32)> {
        let rows = self.list.cast::<Element>()?.children();
        // Asked one by one, each is a call out of here: half of what is left goes with each.
        let (mut first, mut end) = (0, rows.length());
        while first < end {
            let middle = first.midpoint(end);
            if is_before(&row_at(&rows, middle)?) {
                first = middle + 1;
            } else {
                end = middle;
            }
        }
        Some((rows, first))
    }

    /// Puts the view where it belongs after the list was drawn: an opening lands on the first row
    /// of class `new-line` or at the end; later the end is followed, or the line under the eye
    /// stays. `is_following` says that the state wants the end: somebody has just sent something.
    ///
    /// A reader may have gone up by the keyboard a moment ago, which browsers tell one frame later:
    /// that is left to [`Self::look`].
    pub fn settle(&self, opening: u32, is_following: bool) {
        let Some(view) = self.view() else { return };
        let mut memory = self.memory.borrow_mut();
        if memory.landed != Some(opening) {
            memory.landed = Some(opening);
            memory.seen = 0;
            let new_line = view.query_selector(".new-line").ok().flatten();
            let new_line = new_line.and_then(|line| line.dyn_into::<HtmlElement>().ok());
            if let Some(line) = new_line {
                view.set_scroll_top(line.offset_top() - view.client_height() / 4);
                memory.is_following = distance(&view) < NEAR_PX;
            } else {
                view.set_scroll_top(view.scroll_height());
                memory.is_following = true;
            }
        } else if memory.is_following && memory.has_left(&view) {
            return;
        } else if memory.is_following || is_following {
            memory.is_following = true;
            view.set_scroll_top(view.scroll_height());
        } else if let Some((row, stood)) = memory.anchor.as_ref().filter(|(r, _)| r.is_connected())
        {
            let top = view.scroll_top();
            // Where the list has become too short for it the browser has moved the view itself.
            let is_cut = distance(&view) <= 0;
            let was_at = if is_cut { top.max(memory.top) } else { top };
            let wanted = was_at + row.offset_top() - stood;
            if wanted != top {
                view.set_scroll_top(wanted);
            }
        }
        drop(memory);
        self.remember_anchor(&view);
    }

    /// Goes to the message at the spot, or the next one there is; once for each time that the
    /// reader was sent. False where that was done, and where it is not loaded.
    pub fn visit(&self, opening: u32, spot: Spot) -> bool {
        let Some(view) = self.view() else {
            return false;
        };
        if self.memory.borrow().visited == spot.number {
            return false;
        }
        let rows = self.rows();
        let Some(row) = rows
            .iter()
            .find(|row| seq_of(row).is_some_and(|seq| seq >= spot.seq))
        else {
            return false;
        };
        {
            let mut memory = self.memory.borrow_mut();
            memory.landed = Some(opening);
            memory.visited = spot.number;
            memory.is_following = false;
        }
        // Who listens to the page is brought along.
        let _ = row.focus();
        view.set_scroll_top(row.offset_top() - view.client_height() / 3);
        self.remember_anchor(&view);
        true
    }

    /// Moves the focus from message to message, from the view to the last one that is to be seen.
    /// False where there is none.
    pub fn walk(&self, way: Way) -> bool {
        let (Some(view), rows) = (self.view(), self.rows()) else {
            return false;
        };
        let rows: Vec<_> = rows
            .iter()
            .filter(|row| row.has_attribute("tabindex"))
            .collect();
        let current = rows
            .iter()
            .position(|row| row.matches(":focus-within").unwrap_or(false));
        let bottom = view.scroll_top() + view.client_height();
        let next = match (current, way) {
            (Some(at), Way::Up) => at.checked_sub(1),
            (Some(at), Way::Down) => Some(at + 1),
            (None, _) => rows
                .partition_point(|row| row.offset_top() < bottom)
                .checked_sub(1),
        };
        let Some(row) = next.and_then(|next| rows.get(next)) else {
            return false;
        };
        let _ = row.focus();
        true
    }

    /// Remembers where the view stands. At the end no row is looked for: each thing that is asked
    /// of the browser counts.
    fn remember_anchor(&self, view: &HtmlElement) {
        let top = view.scroll_top();
        let is_following = self.memory.borrow().is_following;
        let first = (!is_following)
            .then(|| self.first_not(|row| row.offset_top() + row.offset_height() <= top));
        let row = first
            .flatten()
            .and_then(|(rows, first)| row_at(&rows, first));
        let mut memory = self.memory.borrow_mut();
        memory.top = top;
        memory.anchor = row.map(|row| {
            let stands = row.offset_top();
            (row, stands)
        });
    }

    /// Goes to the end and stays there.
    pub fn jump_to_end(&self) {
        self.memory.borrow_mut().is_following = true;
        if let Some(view) = self.view() {
            view.set_scroll_top(view.scroll_height());
        }
    }

    /// Looks where the reader is. `has_newer` says that the end of the list is not the end.
    pub fn look(&self, has_newer: bool, is_focused: bool) -> Vec<Sight> {
        let Some(view) = self.view() else {
            return Vec::new();
        };
        let mut sights = Vec::new();
        let to_end = distance(&view);
        let is_following = {
            let mut memory = self.memory.borrow_mut();
            // Who does not go up does not leave: it is the end that has moved away, and the view
            // comes after it.
            let stays = memory.is_following && !memory.has_left(&view);
            memory.is_following = (stays || to_end < NEAR_PX) && !has_newer;
            memory.is_following
        };
        self.remember_anchor(&view);
        sights.push(Sight::Following(is_following));
        if view.scroll_top() < AHEAD_PX {
            sights.push(Sight::NearStart);
        } else if is_following && view.scroll_top() > FAR_PX {
            sights.push(Sight::FarFromStart);
        }
        if to_end < AHEAD_PX {
            sights.push(Sight::NearEnd);
        }
        if is_focused && let Some(seq) = self.last_in_view(&view) {
            let mut memory = self.memory.borrow_mut();
            if seq > memory.seen {
                memory.seen = seq;
                sights.push(Sight::Seen(seq));
            }
        }
        sights
    }

    fn last_in_view(&self, view: &HtmlElement) -> Option<u64> {
        let bottom = view.scroll_top() + view.client_height();
        // A row counts once more than its first line is to be seen.
        let is_seen = |row: &HtmlElement| row.offset_top() + row.offset_height().min(32) <= bottom;
        let rows = self.list.cast::<Element>()?.children();
        let last = rows.length().checked_sub(1)?;
        let end = if is_seen(&row_at(&rows, last)?) {
            last + 1
        } else {
            self.first_not(is_seen)?.1
        };
        (0..end)
            .rev()
            .find_map(|index| seq_of(&row_at(&rows, index)?))
    }
}

fn row_at(rows: &HtmlCollection, index: u32) -> Option<HtmlElement> {
    // There is nothing but list items in the list.
    rows.item(index).map(JsCast::unchecked_into)
}

fn seq_of(row: &HtmlElement) -> Option<u64> {
    row.get_attribute("data-seq")?.parse().ok()
}

fn distance(view: &HtmlElement) -> i32 {
    view.scroll_height() - view.scroll_top() - view.client_height()
}

/// Calls back whenever the view or its list changes its size or what its rows consist of, as long
/// as it lives.
pub struct SizeWatch {
    observer: Option<ResizeObserver>,
    rows: Option<MutationObserver>,
    _closure: Closure<dyn FnMut(JsValue)>,
}

impl SizeWatch {
    /// Watches both.
    pub fn new(scroll: &Scroll, on_change: impl Fn() + 'static) -> Self {
        let closure = Closure::<dyn FnMut(JsValue)>::new(move |_| on_change());
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok();
        for node in [&scroll.view, &scroll.list] {
            if let (Some(observer), Some(element)) = (&observer, node.cast::<Element>()) {
                observer.observe(&element);
            }
        }
        // Rows that come while as many go change no size, and a slow machine paints them before an
        // effect is run; what changes within a row, such as a header that the older message above
        // it takes over, it draws later still.
        let rows = MutationObserver::new(closure.as_ref().unchecked_ref()).ok();
        if let (Some(rows), Some(list)) = (&rows, scroll.list.cast::<Element>()) {
            let init = MutationObserverInit::new();
            init.set_child_list(true);
            init.set_subtree(true);
            let _ = rows.observe_with_options(&list, &init);
        }
        Self {
            observer,
            rows,
            _closure: closure,
        }
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
        if let Some(rows) = &self.rows {
            rows.disconnect();
        }
    }
}
