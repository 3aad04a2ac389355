//! The signed-in page's one handle: it holds the state, lets actions change it, does what the
//! state asks for, and tells the components.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashSet},
    rc::Rc,
};

use futures_channel::{mpsc, oneshot};
use gloo_timers::callback::Interval;
use shared::{ClientFrame, Profile, RoomId, ServerFrame};
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::{Api, Login, Unsent, history::Written, live, presence::Watch};
use crate::{
    browser::{self, Database, Listener},
    state::{Action, History, State},
};

/// What the socket's loop is told.
#[derive(Debug)]
pub(super) enum Order {
    Say(ClientFrame),
    /// See whether the line still works.
    Check,
}

pub(super) struct Inner {
    state: RefCell<State>,
    listeners: RefCell<BTreeMap<u32, Rc<dyn Fn()>>>,
    next_listener: Cell<u32>,
    pub(super) api: Api,
    pub(super) database: Database,
    /// The rooms whose drafts changed while others are being written; none while nothing is.
    pub(super) drafts_to_keep: RefCell<Option<HashSet<RoomId>>>,
    pub(super) orders: RefCell<Option<mpsc::UnboundedSender<Order>>>,
    /// Ends the wait before the next try.
    pub(super) waiting: RefCell<Option<oneshot::Sender<()>>>,
    pub(super) is_over: Cell<bool>,
    /// Whether a socket was up since this page came from the server.
    was_ready: Cell<bool>,
    pub(super) is_flushing: Cell<bool>,
    pub(super) written: RefCell<Written>,
    /// None, one `GET /rooms` under way, or one with another to follow.
    pub(super) room_fetches: Cell<u8>,
    /// Whether rooms were fetched before they were opened: once for each page.
    pub(super) has_looked_ahead: Cell<bool>,
    watch: Cell<Watch>,
    held: RefCell<(Vec<Listener>, Option<Interval>)>,
}

/// A handle on the signed-in page.
#[derive(Clone)]
pub struct Chat(pub(super) Rc<Inner>);

impl PartialEq for Chat {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Is told of every change as long as it lives.
pub struct Subscription {
    chat: Chat,
    number: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.chat.0.listeners.borrow_mut().remove(&self.number);
    }
}

impl Chat {
    /// Starts the page of a login, with what was kept of its user, and connects. `history` is shown
    /// until the server can be reached.
    pub fn start(
        login: Rc<Login>,
        me: Profile,
        database: Database,
        unsent: Unsent,
        history: Option<History>,
    ) -> Self {
        let now = browser::now();
        let chat = Self(Rc::new(Inner {
            state: RefCell::new(State::new(me, now)),
            listeners: RefCell::default(),
            next_listener: Cell::new(0),
            api: Api::new(login),
            database,
            drafts_to_keep: RefCell::default(),
            written: RefCell::default(),
            orders: RefCell::default(),
            waiting: RefCell::default(),
            is_over: Cell::new(false),
            // Without a network it came from the browser, and may be an old one.
            was_ready: Cell::new(history.is_some()),
            is_flushing: Cell::new(false),
            room_fetches: Cell::new(0),
            has_looked_ahead: Cell::new(false),
            watch: Cell::new(Watch::new(now)),
            held: RefCell::default(),
        }));
        if let Some(history) = history {
            chat.dispatch(Action::Remembered(Box::new(history)));
        }
        chat.dispatch(Action::Restored {
            pending: unsent.pending,
            drafts: unsent.drafts,
            answers: unsent.answers,
        });
        chat.dispatch(Action::Focused(browser::is_focused()));
        let renewed = chat.clone();
        chat.0.api.login.on_renewed(Callback::from(move |token| {
            renewed.say(ClientFrame::Renew { token });
        }));
        chat.listen();
        spawn_local(chat.clone().begin_history());
        spawn_local(live::run(chat.clone()));
        chat
    }

    /// The server, for what is not a change of the state.
    pub fn api(&self) -> Api {
        self.0.api.clone()
    }

    /// Looks at the state.
    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.0.state.borrow())
    }

    /// Lets something happen.
    pub fn dispatch(&self, action: Action) {
        self.dispatch_all([action]);
    }

    /// Lets several things happen and tells the components once.
    pub(super) fn dispatch_all(&self, actions: impl IntoIterator<Item = Action>) {
        let now = browser::now();
        let mut effects = Vec::new();
        {
            let mut state = self.0.state.borrow_mut();
            for action in actions {
                effects.extend(state.reduce(action, now));
            }
        }
        for effect in effects {
            self.perform(effect);
        }
        let listeners: Vec<_> = self.0.listeners.borrow().values().cloned().collect();
        for listener in listeners {
            listener();
        }
    }

    /// Calls `on_change` after every change.
    pub fn subscribe(&self, on_change: impl Fn() + 'static) -> Subscription {
        let number = self.0.next_listener.get();
        self.0.next_listener.set(number + 1);
        self.0
            .listeners
            .borrow_mut()
            .insert(number, Rc::new(on_change));
        Subscription {
            chat: self.clone(),
            number,
        }
    }

    /// Says something on the socket, if there is one.
    pub(super) fn say(&self, frame: ClientFrame) {
        self.order(Order::Say(frame));
    }

    fn order(&self, order: Order) {
        if let Some(orders) = &*self.0.orders.borrow() {
            // The receiver is gone only while the loop ends: then `ready` says it again.
            let _ = orders.unbounded_send(order);
        }
    }

    /// Tries again now, and sees whether an open line still works.
    pub fn wake(&self) {
        if let Some(waiting) = self.0.waiting.borrow_mut().take() {
            let _ = waiting.send(());
        }
        self.order(Order::Check);
    }

    /// Ends the page: no socket, no timer, nothing more to come.
    pub fn stop(&self) {
        self.0.is_over.set(true);
        *self.0.held.borrow_mut() = (Vec::new(), None);
        *self.0.orders.borrow_mut() = None;
        if let Some(waiting) = self.0.waiting.borrow_mut().take() {
            let _ = waiting.send(());
        }
    }

    /// What a frame means for the connection beside the state.
    pub(super) fn heard(&self, frame: &ServerFrame) {
        if !matches!(frame, ServerFrame::Ready { .. }) {
            return;
        }
        if let Some(state) = self.0.watch.get().connected() {
            self.say(ClientFrame::SetPresence { state });
        }
        // A server that went away may come back as another.
        if self.0.was_ready.replace(true) {
            spawn_local(self.clone().compare_page());
        }
    }

    fn listen(&self) {
        let mut listeners = Vec::new();
        for event in ["keydown", "pointerdown", "wheel"] {
            let chat = self.clone();
            listeners.extend(Listener::on_window(event, move |_| chat.input()));
        }
        for event in ["focus", "blur"] {
            let chat = self.clone();
            listeners.extend(Listener::on_window(event, move |_| chat.look()));
        }
        for event in ["online", "offline"] {
            let chat = self.clone();
            listeners.extend(Listener::on_window(event, move |_| chat.wake()));
        }
        let chat = self.clone();
        listeners.extend(Listener::on_document("visibilitychange", move |_| {
            chat.look();
            if browser::is_visible() {
                chat.wake();
            } else {
                // The page may never come back.
                chat.keep_history();
            }
        }));
        let chat = self.clone();
        let interval = Interval::new(1_000, move || chat.tick());
        *self.0.held.borrow_mut() = (listeners, Some(interval));
    }

    fn look(&self) {
        self.dispatch(Action::Focused(browser::is_focused()));
        self.input();
    }

    fn input(&self) {
        let mut watch = self.0.watch.get();
        let said = watch.input(browser::now());
        self.0.watch.set(watch);
        if let Some(state) = said {
            self.say(ClientFrame::SetPresence { state });
        }
    }

    fn tick(&self) {
        let mut watch = self.0.watch.get();
        let said = watch.tick(browser::now());
        self.0.watch.set(watch);
        if let Some(state) = said {
            self.say(ClientFrame::SetPresence { state });
        }
        let login = &self.0.api.login;
        if browser::now() >= login.until() {
            return login.end();
        }
        if login.is_due() {
            let login = Rc::clone(login);
            spawn_local(async move {
                let token = login.token();
                // A failed try is repeated by a later tick.
                let _ = login.refresh(token.as_deref()).await;
            });
        }
        self.dispatch(Action::Tick);
        self.keep_history();
    }
}
