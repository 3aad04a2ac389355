//! What the other servers say, on its way to the live side: of each person the newest, so that
//! who is slow to read is told less and not late.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::{RoomId, UserId};
use tokio::sync::{Notify, mpsc};

use crate::bus::{Availability, ServerId, Signal};

/// Notices of writing that may wait.
const TYPING_WAITING: usize = 256;

/// Everything heard. Bounded by the people who are connected elsewhere.
#[derive(Default)]
pub struct Ear {
    heard: Mutex<Heard>,
    more: Notify,
}

#[derive(Default)]
struct Heard {
    /// What was told of whom, or will be.
    known: HashMap<(ServerId, UserId), Availability>,
    untold: HashMap<(ServerId, UserId), Availability>,
    gone: Vec<ServerId>,
    typing: Vec<(RoomId, UserId)>,
}

impl Ear {
    /// A server says this of somebody.
    pub fn presence(&self, server: ServerId, user: UserId, availability: Availability) {
        self.heard().note(server, user, availability);
        self.more.notify_one();
    }

    /// Everything that all of them say: whom they do not name has no connection to them.
    pub fn everything(&self, all: Vec<(ServerId, UserId, Availability)>) {
        let mut heard = self.heard();
        let named: HashSet<_> = all
            .iter()
            .map(|(server, user, _)| (*server, *user))
            .collect();
        let unnamed: Vec<_> = heard
            .known
            .keys()
            .filter(|at| !named.contains(*at))
            .copied()
            .collect();
        for (server, user) in unnamed {
            heard.note(server, user, Availability::Offline);
        }
        for (server, user, availability) in all {
            heard.note(server, user, availability);
        }
        drop(heard);
        self.more.notify_one();
    }

    /// A server is gone, and everybody with it.
    pub fn gone(&self, server: ServerId) {
        let mut heard = self.heard();
        heard.known.retain(|(at, _), _| *at != server);
        heard.untold.retain(|(at, _), _| *at != server);
        heard.gone.push(server);
        drop(heard);
        self.more.notify_one();
    }

    /// Somebody elsewhere is writing.
    pub fn typing(&self, room: RoomId, user: UserId) {
        let mut heard = self.heard();
        if heard.typing.len() < TYPING_WAITING {
            heard.typing.push((room, user));
        }
        drop(heard);
        self.more.notify_one();
    }

    /// The servers that somebody is connected to.
    pub fn servers(&self) -> HashSet<ServerId> {
        self.heard()
            .known
            .keys()
            .map(|(server, _)| *server)
            .collect()
    }

    /// Tells what is heard until nobody listens any more.
    pub async fn run(self: Arc<Self>, signals: mpsc::Sender<Vec<Signal>>) {
        loop {
            // First a place, then the news: what comes while there is none is told together.
            let Ok(place) = signals.reserve().await else {
                return;
            };
            let news = loop {
                let news = self.heard().take();
                if !news.is_empty() {
                    break news;
                }
                self.more.notified().await;
            };
            place.send(news);
        }
    }

    // What is heard is whole after every statement that changes it.
    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    fn note(&mut self, server: ServerId, user: UserId, availability: Availability) {
        let at = (server, user);
        let before = if availability == Availability::Offline {
            self.known.remove(&at)
        } else {
            self.known.insert(at, availability)
        };
        if before.unwrap_or(Availability::Offline) != availability {
            self.untold.insert(at, availability);
        }
    }

    /// Who is gone first: what follows was said afterwards.
    fn take(&mut self) -> Vec<Signal> {
        let gone = self.gone.drain(..).map(Signal::ServerGone);
        let presence = self
            .untold
            .drain()
            .map(|((server, user), availability)| Signal::Presence {
                server,
                user,
                availability,
            });
        let typing = self
            .typing
            .drain(..)
            .map(|(room, user)| Signal::Typing { room, user });
        gone.chain(presence).chain(typing).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn server(n: u128) -> ServerId {
        ServerId(Uuid::from_u128(n))
    }

    fn user(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    fn presence(at: u128, who: u128, availability: Availability) -> Signal {
        Signal::Presence {
            server: server(at),
            user: user(who),
            availability,
        }
    }

    #[test]
    fn of_each_person_the_newest_is_told() {
        let ear = Ear::default();
        ear.presence(server(1), user(1), Availability::Online);
        ear.presence(server(1), user(1), Availability::Away);
        let told = ear.heard().take();
        assert_eq!(told, [presence(1, 1, Availability::Away)]);
        ear.presence(server(1), user(1), Availability::Away);
        assert_eq!(ear.heard().take(), []);
    }

    #[test]
    fn whoever_is_not_named_any_more_has_left() {
        let ear = Ear::default();
        ear.presence(server(1), user(1), Availability::Online);
        ear.heard().take();
        ear.everything(vec![(server(1), user(2), Availability::Online)]);
        let told = ear.heard().take();
        assert!(
            told.contains(&presence(1, 1, Availability::Offline)),
            "{told:?}"
        );
        assert!(
            told.contains(&presence(1, 2, Availability::Online)),
            "{told:?}"
        );
    }

    #[test]
    fn a_server_that_is_gone_takes_its_people_with_it() {
        let ear = Ear::default();
        ear.presence(server(1), user(1), Availability::Online);
        ear.gone(server(1));
        ear.presence(server(1), user(2), Availability::Online);
        assert_eq!(
            ear.heard().take(),
            [
                Signal::ServerGone(server(1)),
                presence(1, 2, Availability::Online)
            ]
        );
        assert_eq!(ear.servers(), HashSet::from([server(1)]));
    }
}
