//! What to do when the feed has lost something: nobody can tell what, so everybody comes anew and
//! resumes from the store, which has it all.

use shared::CloseCode;

use super::{ConnId, Effect, Hub, Knowledge, Millis, Stage, people::GRACE};

impl Hub {
    /// Ends every connection, with a close that brings its client back, and reads anew the rooms
    /// of those who are connected elsewhere. Nobody is announced as gone who is back in time.
    pub(super) fn start_afresh(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        let mut open: Vec<ConnId> = Vec::new();
        for (id, conn) in &mut self.conns {
            match &mut conn.stage {
                Stage::Joining { has_missed, .. } => *has_missed = true,
                Stage::Ready => open.push(*id),
            }
        }
        open.sort_unstable();
        for conn in open {
            let code = CloseCode::Restarting;
            effects.push(Effect::End { conn, code });
            self.forget(conn, now, GRACE, effects);
        }
        self.elsewhere.distrust();
        for (user, person) in &mut self.people {
            if person.knowledge == Knowledge::Current {
                person.knowledge = Knowledge::Stale;
            }
            // Whoever was connected here brings their rooms when they come back.
            if !person.is_here() {
                self.elsewhere.want(*user);
            }
        }
        self.read_rooms(now, effects);
    }
}
