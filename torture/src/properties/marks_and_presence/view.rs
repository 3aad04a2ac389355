//! What is seen of marks and presence: by one device, and by all together.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::{Marks, PresenceState, UserId};

use crate::counts::Counts;

/// A mark lower than one that was seen before.
pub(super) const BACKWARDS: &str = "marks backwards";

/// What one device shows.
#[derive(Debug, Default, Clone)]
pub(super) struct View {
    presence: HashMap<UserId, PresenceState>,
    marks: HashMap<UserId, Marks>,
}

impl View {
    /// Whether that person is shown as there.
    pub fn sees(&self, user: UserId) -> bool {
        self.presence
            .get(&user)
            .is_some_and(|state| *state != PresenceState::Offline)
    }

    /// How far that person is shown to have got.
    pub fn marks(&self, user: UserId) -> Marks {
        self.marks.get(&user).copied().unwrap_or_default()
    }

    pub fn set_presence(&mut self, user: UserId, state: PresenceState) {
        self.presence.insert(user, state);
    }

    pub fn set_marks(&mut self, user: UserId, marks: Marks) {
        self.marks.insert(user, marks);
    }

    /// After a reconnect.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

/// The furthest marks anybody has seen: nobody may see less from then on.
#[derive(Debug)]
pub(super) struct Floor {
    seen: Mutex<HashMap<UserId, Marks>>,
    counts: Arc<Counts>,
}

impl Floor {
    pub fn new(counts: Arc<Counts>) -> Self {
        Self {
            seen: Mutex::default(),
            counts,
        }
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<UserId, Marks>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a look at that person that begins now must show at least.
    pub fn of(&self, user: UserId) -> Marks {
        self.seen().get(&user).copied().unwrap_or_default()
    }

    /// As [`Floor::of`], of everybody.
    pub fn all(&self) -> HashMap<UserId, Marks> {
        self.seen().clone()
    }

    /// A look that began when `before` was known shows `marks`.
    pub fn see(&self, user: UserId, before: Marks, marks: Marks, how: &str) {
        self.counts.add("marks seen", 1);
        if marks.read < before.read || marks.delivered < before.delivered {
            self.counts.fault(BACKWARDS, || {
                format!("{how} shows {user} at {marks:?} after {before:?}")
            });
        }
        let mut seen = self.seen();
        let known = seen.entry(user).or_default();
        known.read = known.read.max(marks.read);
        known.delivered = known.delivered.max(marks.delivered);
    }
}
