//! Which sessions live, in memory: asked at every request, told by every end.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use shared::{ACCESS_TOKEN_MS, SessionId, Timestamp, UserId};

use crate::store::Login;

/// Sessions remembered. Past it the memory starts afresh and the store is asked again.
const MAX_SESSIONS: usize = 200_000;

#[derive(Debug, Clone, Copy)]
enum Known {
    Live {
        user: UserId,
        expires_at: Timestamp,
    },
    /// Kept until no access token of it can be in time, so that a slow read of the store cannot
    /// bring it back.
    Ended {
        at: Timestamp,
    },
}

/// What is known of sessions.
#[derive(Debug, Default)]
pub(super) struct LiveSessions(RwLock<Memory>);

#[derive(Debug, Default)]
struct Memory {
    sessions: HashMap<SessionId, Known>,
    /// How often ends may have been missed.
    gaps: u64,
}

/// When a read of the store began: what it finds is remembered unless ends may have been missed
/// since.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    gaps: u64,
}

impl LiveSessions {
    /// Whether the session lives and is that person's; None where it was never seen.
    pub fn is_live(&self, session: SessionId, user: UserId, now: Timestamp) -> Option<bool> {
        match *self.read().sessions.get(&session)? {
            Known::Live {
                user: owner,
                expires_at,
            } => Some(owner == user && now < expires_at),
            Known::Ended { .. } => Some(false),
        }
    }

    /// To be called before the store is read.
    pub fn begin_read(&self) -> Reading {
        Reading {
            gaps: self.read().gaps,
        }
    }

    /// Remembers a login read from the store, unless it was ended meanwhile; whether it lives.
    pub fn admit(&self, login: &Login, reading: Reading) -> bool {
        let mut memory = self.write();
        let is_whole = memory.gaps == reading.gaps;
        let known = &mut memory.sessions;
        if !is_whole {
            // Good for the request that asked, which came before; the next one reads again.
            return !matches!(known.get(&login.id), Some(Known::Ended { .. }));
        }
        if known.len() >= MAX_SESSIONS {
            known.retain(|_, known| matches!(known, Known::Ended { .. }));
        }
        let live = Known::Live {
            user: login.user,
            expires_at: login.expires_at,
        };
        matches!(known.entry(login.id).or_insert(live), Known::Live { .. })
    }

    /// The session is dead from now on.
    pub fn end(&self, session: SessionId, now: Timestamp) {
        let mut memory = self.write();
        memory.sessions.insert(session, Known::Ended { at: now });
    }

    /// Ends may have been missed: whoever was thought to live is looked up again.
    pub fn forget_live(&self) {
        let mut memory = self.write();
        memory.gaps += 1;
        let is_ended = |known: &Known| matches!(known, Known::Ended { .. });
        memory.sessions.retain(|_, known| is_ended(known));
    }

    /// Every session of that person but `keep` is dead from now on, as far as it was seen; the
    /// store says the same of the others.
    pub fn end_all(&self, user: UserId, keep: Option<SessionId>, now: Timestamp) {
        for (session, known) in &mut self.write().sessions {
            let is_theirs = matches!(known, Known::Live { user: owner, .. } if *owner == user);
            if is_theirs && Some(*session) != keep {
                *known = Known::Ended { at: now };
            }
        }
    }

    /// How many are remembered.
    pub fn len(&self) -> usize {
        self.read().sessions.len()
    }

    /// Forgets what can do no harm any more.
    pub fn purge(&self, now: Timestamp) {
        let mut memory = self.write();
        memory.sessions.retain(|_, known| match known {
            Known::Live { expires_at, .. } => now < *expires_at,
            Known::Ended { at } => now < at.plus_millis(2 * ACCESS_TOKEN_MS),
        });
    }

    // The map is whole after every statement that changes it, so a panic elsewhere spoils nothing.
    fn read(&self) -> RwLockReadGuard<'_, Memory> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Memory> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn login(session: u128, user: u128) -> Login {
        Login {
            id: SessionId::from_uuid(Uuid::from_u128(session)),
            user: UserId::from_uuid(Uuid::from_u128(user)),
            created_at: at(0),
            last_used_at: at(0),
            expires_at: at(1_000),
            user_agent: String::new(),
        }
    }

    #[test]
    fn an_ended_session_is_not_brought_back_by_a_slow_read() {
        let sessions = LiveSessions::default();
        let login = login(1, 1);
        let reading = sessions.begin_read();
        sessions.end(login.id, at(5));
        assert!(!sessions.admit(&login, reading));
        assert_eq!(sessions.is_live(login.id, login.user, at(6)), Some(false));
    }

    #[test]
    fn where_ends_may_have_been_missed_all_but_the_ended_are_looked_up_again() {
        let sessions = LiveSessions::default();
        let (live, ended, slow) = (login(1, 1), login(2, 1), login(3, 1));
        assert!(sessions.admit(&live, sessions.begin_read()));
        sessions.end(ended.id, at(5));
        let reading = sessions.begin_read();
        sessions.forget_live();
        assert!(sessions.admit(&slow, reading));
        assert_eq!(sessions.is_live(slow.id, slow.user, at(6)), None);
        assert_eq!(sessions.is_live(live.id, live.user, at(6)), None);
        assert_eq!(sessions.is_live(ended.id, ended.user, at(6)), Some(false));
        assert!(!sessions.admit(&ended, reading));
    }

    #[test]
    fn a_session_is_its_owners_until_it_expires() {
        let sessions = LiveSessions::default();
        let (mine, other) = (login(1, 1), login(2, 2));
        assert!(sessions.admit(&mine, sessions.begin_read()));
        assert_eq!(sessions.is_live(mine.id, mine.user, at(999)), Some(true));
        assert_eq!(sessions.is_live(mine.id, other.user, at(999)), Some(false));
        assert_eq!(sessions.is_live(mine.id, mine.user, at(1_000)), Some(false));
        assert_eq!(sessions.is_live(other.id, other.user, at(0)), None);
    }

    #[test]
    fn logging_out_everywhere_keeps_one_and_spares_others() {
        let sessions = LiveSessions::default();
        let (kept, ended, other) = (login(1, 1), login(2, 1), login(3, 2));
        for login in [&kept, &ended, &other] {
            sessions.admit(login, sessions.begin_read());
        }
        sessions.end_all(kept.user, Some(kept.id), at(5));
        assert_eq!(sessions.is_live(kept.id, kept.user, at(6)), Some(true));
        assert_eq!(sessions.is_live(ended.id, ended.user, at(6)), Some(false));
        assert_eq!(sessions.is_live(other.id, other.user, at(6)), Some(true));
    }
}
