//! Looking at the state from a component, drawn again only when what it looks at has changed.

use std::{ops::Deref, rc::Rc};

use yew::prelude::*;

use crate::{browser::Listener, net::Chat, state::State};

/// A shared value that counts as changed when it is another one, however alike: a glance at the
/// pointer in place of a walk through the contents.
#[derive(Debug)]
pub struct Same<T>(pub Rc<T>);

impl<T> Clone for Same<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Same<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

type HasChanged = Box<dyn Fn(&State) -> bool>;

/// What `look` sees in the state, kept up to date.
#[hook]
pub fn use_chat<T>(chat: &Chat, look: impl Fn(&State) -> T + 'static) -> T
where
    T: PartialEq + Clone + 'static,
{
    let seen = chat.read(&look);
    let last = seen.clone();
    use_watch(chat, Box::new(move |state| look(state) != last));
    seen
}

/// Draws again once `has_changed` says so. Without type parameters: every copy is downloaded.
#[hook]
fn use_watch(chat: &Chat, has_changed: HasChanged) {
    let update = use_force_update();
    let latest = use_mut_ref(|| None::<HasChanged>);
    *latest.borrow_mut() = Some(has_changed);
    use_effect_with(chat.clone(), move |chat| {
        let looking = chat.clone();
        let subscription = chat.subscribe(move || {
            let latest = latest.borrow();
            let has_changed = latest.as_ref();
            if has_changed.is_some_and(|has_changed| looking.read(has_changed)) {
                update.force_update();
            }
        });
        move || drop(subscription)
    });
}

/// Names the tab while the component is shown.
#[hook]
pub fn use_title(title: &str) {
    use_effect_with(title.to_owned(), |title| {
        crate::browser::set_title(title);
    });
}

/// Calls back at every `event` of the window while the component is shown.
#[hook]
pub fn use_window_event(event: &'static str, callback: Callback<Event>) {
    use_effect_with(callback, move |callback| {
        let callback = callback.clone();
        let listener = Listener::on_window(event, move |event| callback.emit(event));
        move || drop(listener)
    });
}
