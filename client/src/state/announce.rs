//! What a screen reader should hear: live messages of the open room, batched, never the backlog.

use shared::UserId;

use super::People;

/// Who has written since the last announcement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announcements {
    authors: Vec<UserId>,
}

impl Announcements {
    pub(super) fn add(&mut self, author: UserId) {
        self.authors.push(author);
    }

    pub(super) fn clear(&mut self) {
        self.authors.clear();
    }

    /// "4 new messages from Ana", or nothing.
    pub fn text(&self, people: &People) -> Option<String> {
        let first = *self.authors.first()?;
        let from = if self.authors.iter().all(|author| *author == first) {
            people.name(first)
        } else {
            "several people".to_owned()
        };
        Some(match self.authors.len() {
            1 => format!("New message from {from}"),
            n => format!("{n} new messages from {from}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::state::fixture::{ALICE, BOB, CAROL, message, posted};
    use crate::state::{Action, State};

    #[test]
    fn messages_are_announced_together_and_ones_own_never() {
        let mut state = State::in_lobby(3);
        let text = |state: &State| state.announcements.text(&state.people);
        state.hear(posted(message(4, ALICE)));
        assert_eq!(text(&state), None);
        state.hear(posted(message(5, BOB)));
        assert_eq!(text(&state).unwrap(), "New message from Somebody");
        state.hear(posted(message(6, BOB)));
        assert_eq!(text(&state).unwrap(), "2 new messages from Somebody");
        state.hear(posted(message(7, CAROL)));
        assert_eq!(text(&state).unwrap(), "3 new messages from several people");
        state.act(Action::Announced);
        assert_eq!(text(&state), None);
    }
}
