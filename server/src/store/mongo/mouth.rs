//! What this server says to the others: written as soon as the last writing is done, of each
//! person the newest.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mongodb::Database;
use shared::{RoomId, UserId};
use tokio::{sync::Notify, time};

use super::presence;
use crate::bus::{Availability, Bus, ServerId};

/// Notices of writing that may wait. More in one go are nobody's reading.
const TYPING_WAITING: usize = 256;
/// People written at once.
const AT_ONCE: usize = 1_000;
/// Before what could not be written is written again.
const PAUSE: Duration = Duration::from_millis(500);

/// What is written in one go.
type Said = Vec<(UserId, Availability)>;

/// The bus of one server on a replica set.
#[derive(Default)]
pub struct Mouth {
    words: Mutex<Words>,
    more: Notify,
}

/// Bounded by the people who are connected here.
#[derive(Default)]
struct Words {
    /// Everybody who is connected here.
    shown: HashMap<UserId, Availability>,
    /// Whoever changed since it was last written.
    unsaid: HashMap<UserId, Availability>,
    typing: Vec<(RoomId, UserId)>,
}

impl Bus for Mouth {
    fn show(&self, user: UserId, availability: Availability) {
        let mut words = self.words();
        if availability == Availability::Offline {
            words.shown.remove(&user);
        } else {
            words.shown.insert(user, availability);
        }
        words.unsaid.insert(user, availability);
        drop(words);
        self.more.notify_one();
    }

    fn typing(&self, room: RoomId, user: UserId) {
        let mut words = self.words();
        if words.typing.len() < TYPING_WAITING {
            words.typing.push((room, user));
        }
        drop(words);
        self.more.notify_one();
    }
}

impl Mouth {
    /// The others have forgotten what was said.
    pub fn say_all_again(&self) {
        let mut words = self.words();
        let shown = words.shown.clone();
        for (user, availability) in shown {
            words.unsaid.entry(user).or_insert(availability);
        }
        drop(words);
        self.more.notify_one();
    }

    /// Writes what is said until the store is closed.
    pub async fn run(self: Arc<Self>, db: Database, me: ServerId) {
        loop {
            let (said, typing) = self.take();
            if said.is_empty() && typing.is_empty() {
                self.more.notified().await;
                continue;
            }
            if !typing.is_empty()
                && let Err(error) = presence::write_typing(&db, me, &typing).await
            {
                tracing::debug!(%error, "the other servers do not hear who is writing");
            }
            if let Err(error) = presence::write(&db, me, &said).await {
                tracing::warn!(%error, "the other servers do not hear who is connected");
                self.put_back(said);
                time::sleep(PAUSE).await;
            }
        }
    }

    fn take(&self) -> (Said, Vec<(RoomId, UserId)>) {
        let mut words = self.words();
        let some: Vec<UserId> = words.unsaid.keys().copied().take(AT_ONCE).collect();
        let said = some
            .into_iter()
            .filter_map(|user| Some((user, words.unsaid.remove(&user)?)))
            .collect();
        (said, std::mem::take(&mut words.typing))
    }

    /// What came meanwhile is newer.
    fn put_back(&self, said: Said) {
        let mut words = self.words();
        for (user, availability) in said {
            words.unsaid.entry(user).or_insert(availability);
        }
    }

    // The words are whole after every statement that changes them.
    fn words(&self) -> MutexGuard<'_, Words> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn user(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn of_several_words_on_one_person_the_last_is_said_once() {
        let mouth = Mouth::default();
        mouth.show(user(1), Availability::Online);
        mouth.show(user(1), Availability::Away);
        assert_eq!(mouth.take().0, [(user(1), Availability::Away)]);
        assert_eq!(mouth.take().0, []);
    }

    #[test]
    fn what_could_not_be_written_is_said_again_unless_it_is_old() {
        let mouth = Mouth::default();
        mouth.show(user(1), Availability::Online);
        mouth.show(user(2), Availability::Online);
        let (said, _) = mouth.take();
        mouth.show(user(1), Availability::Offline);
        mouth.put_back(said);
        let mut again = mouth.take().0;
        again.sort_by_key(|(user, _)| *user);
        assert_eq!(
            again,
            [
                (user(1), Availability::Offline),
                (user(2), Availability::Online)
            ]
        );
    }

    #[test]
    fn who_is_forgotten_by_the_others_says_everybody_who_is_here() {
        let mouth = Mouth::default();
        mouth.show(user(1), Availability::Away);
        mouth.show(user(2), Availability::Online);
        mouth.show(user(2), Availability::Offline);
        mouth.take();
        mouth.say_all_again();
        assert_eq!(mouth.take().0, [(user(1), Availability::Away)]);
    }

    #[test]
    fn notices_of_writing_beyond_the_bound_are_dropped() {
        let mouth = Mouth::default();
        for n in 0..1_000 {
            mouth.typing(RoomId::from_uuid(Uuid::from_u128(n)), user(1));
        }
        assert_eq!(mouth.take().1.len(), TYPING_WAITING);
    }
}
