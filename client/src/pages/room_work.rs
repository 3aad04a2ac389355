//! Doing to a message what somebody asked for: rewriting, deleting, answering, going there.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Timeout;
use shared::{Message, MessageId, RoomId};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    browser,
    components::{RowAction, Work},
    hooks::use_window_event,
    net::{Chat, Failure},
    state::Action,
};

/// A deletion can be undone for so long. On the server there is no way back: what is deleted there
/// is not kept.
const UNDO_MS: u32 = 7_000;

/// The deletion that can still be undone.
type Doomed = Rc<RefCell<Option<(MessageId, Timeout)>>>;

/// Whoever does it: one for each room on the screen.
#[derive(Clone)]
struct Worker {
    chat: Chat,
    room: RoomId,
    work: UseStateSetter<Work>,
    /// What was last set.
    latest: Rc<RefCell<Work>>,
    doomed: Doomed,
}

impl Worker {
    fn act(&self, action: RowAction) {
        let (chat, room) = (&self.chat, self.room);
        if let RowAction::Cancel = action {
            // Dropping the time-out is the undoing.
            if self.doomed.take().is_some() {
                browser::focus_class("composer__input");
            }
            return self.set(Work::default());
        }
        match action {
            RowAction::Edit(id) => {
                self.delete_doomed();
                self.set(Work::editing(id));
            }
            RowAction::Save(id, body) => {
                let worker = self.clone();
                spawn_local(async move {
                    let answer = worker.chat.api().edit(worker.room, id, body).await;
                    worker.show(answer, Work::editing(id));
                });
            }
            RowAction::Delete(id) => {
                self.delete_doomed();
                let worker = self.clone();
                let timeout = Timeout::new(UNDO_MS, move || worker.delete_doomed());
                *self.doomed.borrow_mut() = Some((id, timeout));
                self.set(Work::deleting(id));
            }
            RowAction::Answer(id) => chat.dispatch(Action::Answer {
                room,
                message: Some(id),
            }),
            RowAction::Jump(seq) => chat.dispatch(Action::Jump { room, seq }),
            RowAction::Cancel => {}
        }
    }

    /// Deletes what can be undone no longer.
    fn delete_doomed(&self) {
        let Some((id, timeout)) = self.doomed.take() else {
            return;
        };
        timeout.cancel();
        let worker = self.clone();
        spawn_local(async move {
            let answer = worker.chat.api().delete_message(worker.room, id).await;
            worker.show(answer, Work::deleting(id));
        });
    }

    fn set(&self, work: Work) {
        self.latest.borrow_mut().clone_from(&work);
        self.work.set(work);
    }

    /// Shows the changed message, or what went wrong beside it; unless something else is being
    /// done by now, which an answer must not end.
    fn show(&self, answer: Result<Message, Failure>, work: Work) {
        let is_latest = self.latest.borrow().is_on_the_same(&work);
        let next = match answer {
            Ok(message) => {
                self.chat.dispatch(Action::Changed(message));
                Work::default()
            }
            Err(failure) => work.failed(&failure.words()),
        };
        if is_latest {
            self.set(next);
        }
    }
}

/// What is being done to a message of the room, and the callback that does it.
#[hook]
pub fn use_work(chat: &Chat, room: RoomId) -> (Work, Callback<RowAction>) {
    let work = use_state_eq(Work::default);
    let doomed = use_mut_ref(|| None);
    let latest = use_mut_ref(Work::default);
    let worker = Worker {
        chat: chat.clone(),
        room,
        work: work.setter(),
        latest,
        doomed,
    };
    // Who leaves does not undo any more.
    let leaving = worker.clone();
    let on_leave = use_callback((), move |_: Event, ()| leaving.delete_doomed());
    use_window_event("pagehide", on_leave);
    let leaving = worker.clone();
    use_effect_with((), move |()| move || leaving.delete_doomed());
    use_effect_with(work.deleting, |deleting| {
        // The button that was pressed is gone.
        if deleting.is_some() {
            browser::focus_class("message__undo");
        }
    });
    let on_action = use_callback((chat.clone(), room), move |action, _| worker.act(action));
    ((*work).clone(), on_action)
}
