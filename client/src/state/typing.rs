//! Who is writing in a room, for five seconds each or until the message comes.

use shared::{TYPING_EVERY_MS, TYPING_SHOWN_MS, UserId};

/// Who is writing, the first first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typing {
    until: Vec<(UserId, i64)>,
}

impl Typing {
    pub(super) fn start(&mut self, user: UserId, now: i64) {
        let until = now + i64::from(TYPING_SHOWN_MS);
        match self.until.iter_mut().find(|(who, _)| *who == user) {
            Some((_, known)) => *known = until,
            None => self.until.push((user, until)),
        }
    }

    pub(super) fn stop(&mut self, user: UserId) {
        self.until.retain(|(who, _)| *who != user);
    }

    pub(super) fn has_expired(&self, now: i64) -> bool {
        self.until.iter().any(|(_, until)| *until <= now)
    }

    pub(super) fn expire(&mut self, now: i64) {
        self.until.retain(|(_, until)| *until > now);
    }

    /// Who is writing.
    pub fn who(&self) -> impl Iterator<Item = UserId> {
        self.until.iter().map(|(who, _)| *who)
    }
}

/// Whether `typing` may be said again.
pub(super) fn may_say(last: Option<i64>, now: i64) -> bool {
    last.is_none_or(|last| now - last >= i64::from(TYPING_EVERY_MS))
}

/// The line under the log, from the names of who is writing.
pub fn typing_text(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(format!("{one} is writing…")),
        [one, two] => Some(format!("{one} and {two} are writing…")),
        _ => Some("Several people are writing…".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use shared::{ClientFrame, ServerFrame};

    use super::*;
    use crate::state::fixture::{BOB, LOBBY, message, posted};
    use crate::state::{Action, Effect, State};

    fn bob_writes() -> State {
        let mut state = State::in_lobby(3);
        state.hear(ServerFrame::Typing {
            room: LOBBY,
            user: BOB,
        });
        assert_eq!(state.lobby().typing.who().collect::<Vec<_>>(), [BOB]);
        state
    }

    #[test]
    fn typing_is_gone_after_five_seconds() {
        let mut state = bob_writes();
        state.reduce(Action::Tick, 4_999);
        assert_eq!(state.lobby().typing.who().count(), 1);
        state.reduce(Action::Tick, 5_000);
        assert_eq!(state.lobby().typing.who().count(), 0);
    }

    #[test]
    fn typing_is_gone_with_the_message() {
        let mut state = bob_writes();
        state.hear(posted(message(4, BOB)));
        assert_eq!(state.lobby().typing.who().count(), 0);
    }

    #[test]
    fn one_says_that_one_is_writing_at_most_every_three_seconds() {
        let mut state = State::in_lobby(3);
        let said = Effect::Send(ClientFrame::Typing { room: LOBBY });
        assert_eq!(
            state.reduce(Action::Typed(LOBBY), 100),
            [said.clone()].to_vec()
        );
        assert_eq!(state.reduce(Action::Typed(LOBBY), 3_099), []);
        assert_eq!(state.reduce(Action::Typed(LOBBY), 3_100), [said]);
    }

    #[test]
    fn one_two_several_people() {
        let names: Vec<String> = ["Ana", "Bob", "Cy"].map(str::to_owned).to_vec();
        assert_eq!(typing_text(&[]), None);
        assert_eq!(typing_text(&names[..1]).unwrap(), "Ana is writing…");
        assert_eq!(
            typing_text(&names[..2]).unwrap(),
            "Ana and Bob are writing…"
        );
        assert_eq!(typing_text(&names).unwrap(), "Several people are writing…");
    }
}
