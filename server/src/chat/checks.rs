//! When each session of a worker is looked at next: a session costs nothing until then.

use std::{collections::BTreeMap, rc::Rc};

use super::session::Session;
use crate::hub::{ConnId, Millis};

/// Sessions that are due in the same so many ms are looked at together.
const TOGETHER: Millis = 500;

/// Who is due when. A session has one time, its own `check_at`; entries of other times are old and
/// are passed over.
#[derive(Debug, Default)]
pub(super) struct Checks(BTreeMap<Millis, Vec<ConnId>>);

impl Checks {
    /// From now on the session is due then.
    pub fn set(&mut self, session: &Session, at: Millis) {
        let at = at.div_euclid(TOGETHER) * TOGETHER + TOGETHER;
        if session.check_at.replace(at) != at {
            self.0.entry(at).or_default().push(session.id);
        }
    }

    /// As [`set`](Self::set), where that is sooner than it was due.
    pub fn bring_forward(&mut self, session: &Session, at: Millis) {
        if at < session.check_at.get() {
            self.set(session, at);
        }
    }

    /// Takes those out that are due; `find` knows the sessions that are still there.
    pub fn take_due<'a>(
        &mut self,
        now: Millis,
        find: impl Fn(ConnId) -> Option<&'a Rc<Session>>,
    ) -> Vec<Rc<Session>> {
        let later = self.0.split_off(&(now + 1));
        let due = std::mem::replace(&mut self.0, later);
        let mut sessions = Vec::new();
        for (at, ids) in due {
            for session in ids.into_iter().filter_map(&find) {
                if session.check_at.get() == at {
                    sessions.push(Rc::clone(session));
                }
            }
        }
        sessions
    }
}
