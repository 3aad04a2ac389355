//! The app: which session this tab has, and which page that lets it see.

use std::rc::Rc;

use futures_util::future::{Either, select};
use shared::{LoggedIn, Profile, SessionId, User};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::{
    browser::{self, Database, Shelf, Store},
    components::logo,
    net::{self, Chat, Failure, Login},
    pages::{LEFT, LoginPage, NotFoundPage, RegisterPage, Shell},
    route::Route,
    state::History,
};

const WANTED: &str = "parlor.wanted";
/// A server that takes longer to confirm a login is waited for while one reads what was kept.
const PATIENCE_MS: u64 = 4_000;

/// What this tab knows of its session.
#[derive(Clone, PartialEq)]
enum Stage {
    /// Coming back; the trouble with it, if any.
    Restoring(Option<AttrValue>),
    SignedOut,
    SignedIn(Chat),
}

/// Everything.
#[component]
pub fn App() -> Html {
    html! { <BrowserRouter><Root /></BrowserRouter> }
}

/// What happens at the end of a session: the tab forgets it, and what could be read of it is erased.
fn on_ended(stage: &UseStateHandle<Stage>, session: SessionId) -> Callback<()> {
    let stage = stage.clone();
    Callback::from(move |()| {
        net::keep_session(None, Some(session));
        spawn_local(net::forget_history(session));
        stage.set(Stage::SignedOut);
    })
}

/// Makes the page of who has just logged in, with what they had written and not sent.
async fn sign_in(stage: &UseStateHandle<Stage>, logged_in: &LoggedIn) {
    let User::Live(me) = logged_in.user.clone() else {
        return stage.set(Stage::SignedOut);
    };
    let ended = on_ended(stage, logged_in.session.id);
    start(stage, Login::new(logged_in, ended), me, None).await;
}

/// Makes the page of a login that can't be confirmed now, if something was kept of it to read.
async fn read_on(stage: &UseStateHandle<Stage>, session: SessionId) -> bool {
    let Some((until, history)) = net::read_history(session).await else {
        return false;
    };
    let login = Login::unreached(session, until, on_ended(stage, session));
    let User::Live(me) = history.me.clone() else {
        return false;
    };
    start(stage, login, me, Some(history)).await;
    true
}

async fn start(
    stage: &UseStateHandle<Stage>,
    login: Rc<Login>,
    me: Profile,
    history: Option<History>,
) {
    net::keep_session(Some(login.session()), None);
    let database = Database::open().await;
    let unsent = net::read_unsent(&database, me.id).await;
    let chat = Chat::start(login, me, database, unsent, history);
    stage.set(Stage::SignedIn(chat));
}

/// Comes back with the session's cookie, however long the server takes to be there. Meanwhile one
/// reads what was kept.
async fn restore(stage: UseStateHandle<Stage>, session: SessionId) {
    loop {
        let refreshing = Box::pin(net::refresh(session));
        let patience = Box::pin(browser::sleep(PATIENCE_MS));
        let answer = match select(refreshing, patience).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) if read_on(&stage, session).await => return,
            Either::Right(((), refreshing)) => refreshing.await,
        };
        match answer {
            Ok(logged_in) => return sign_in(&stage, &logged_in).await,
            Err(failure) if failure.is_passing() => {
                if read_on(&stage, session).await {
                    return;
                }
                let words = match failure {
                    Failure::Unreachable => "The server can't be reached. Trying again…",
                    _ => "The server is busy. Trying again…",
                };
                stage.set(Stage::Restoring(Some(words.into())));
                browser::sleep(failure.retry_after_ms().unwrap_or(2_000)).await;
            }
            Err(_) => return on_ended(&stage, session).emit(()),
        }
    }
}

#[component]
fn Root() -> Html {
    let stage = use_state_eq(|| Stage::Restoring(None));
    let route = use_route::<Route>().unwrap_or(Route::NotFound);
    let path = use_location().map(|location| location.path().to_owned());
    {
        let stage = stage.clone();
        // Who opens /login in a new tab wants to be somebody else beside those who are there.
        let or_latest = !route.is_public();
        use_effect_with((), move |()| {
            spawn_local(net::sweep_history());
            match net::kept_session(or_latest) {
                Some(session) => spawn_local(restore(stage, session)),
                None => stage.set(Stage::SignedOut),
            }
        });
    }
    use_effect_with((*stage).clone(), |stage| {
        let chat = match stage {
            Stage::SignedIn(chat) => Some(chat.clone()),
            Stage::Restoring(_) | Stage::SignedOut => None,
        };
        move || {
            if let Some(chat) = chat {
                chat.stop();
            }
        }
    });
    let on_logged_in = {
        let stage = stage.clone();
        use_callback((), move |logged_in: LoggedIn, ()| {
            let stage = stage.clone();
            spawn_local(async move { sign_in(&stage, &logged_in).await });
        })
    };
    match (&*stage, route) {
        (_, Route::NotFound) => html! { <NotFoundPage /> },
        (Stage::Restoring(trouble), _) => html! {
            <main class="splash">
                { logo() }
                <p role="status">
                    { trouble.clone().unwrap_or(AttrValue::Static("Loading…")) }
                </p>
            </main>
        },
        (Stage::SignedOut, Route::Login) => html! { <LoginPage {on_logged_in} /> },
        (Stage::SignedOut, Route::Register) => html! { <RegisterPage {on_logged_in} /> },
        (Stage::SignedOut, _) => html! { <ToLogin wanted={path} /> },
        (Stage::SignedIn(_), route) if route.is_public() => html! { <ToWanted /> },
        (Stage::SignedIn(chat), route) => html! { <Shell chat={chat.clone()} {route} /> },
    }
}

#[derive(Properties, PartialEq)]
struct ToLoginProps {
    wanted: Option<String>,
}

/// Remembers the wanted page and goes to log in.
#[component]
fn ToLogin(props: &ToLoginProps) -> Html {
    let navigator = use_navigator();
    use_effect_with(props.wanted.clone(), move |wanted| {
        let shelf = Shelf::open(Store::Tab);
        // Who logs out by hand is done with the page; the next person begins elsewhere.
        let has_left = shelf.get(LEFT).is_some();
        shelf.remove(LEFT);
        if let Some(wanted) = wanted.as_ref().filter(|_| !has_left) {
            shelf.put(WANTED, wanted);
        }
        if let Some(navigator) = navigator {
            navigator.replace(&Route::Login);
        }
    });
    Html::default()
}

/// Goes to the page that was wanted before logging in.
#[component]
fn ToWanted() -> Html {
    let navigator = use_navigator();
    use_effect_with((), move |()| {
        let shelf = Shelf::open(Store::Tab);
        let wanted = shelf
            .get(WANTED)
            .and_then(|path| Route::recognize(&path))
            .filter(|route| !route.is_public() && *route != Route::NotFound);
        shelf.remove(WANTED);
        if let Some(navigator) = navigator {
            navigator.replace(&wanted.unwrap_or(Route::Home));
        }
    });
    Html::default()
}
