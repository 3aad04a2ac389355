//! Being sent to one message: by a link, or from an answer to what it answers.

use shared::RoomId;

use super::{Ask, Effect, PageState, State};

/// A message that the reader wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    pub seq: u64,
    /// Counts: to be sent to the same message again is to go there again.
    pub number: u32,
    /// The log around it is still on its way.
    pub is_awaited: bool,
}

impl Spot {
    /// Whether there is something to go to already.
    pub fn is_here(&self) -> bool {
        !self.is_awaited
    }
}

impl State {
    /// Goes to a message, which may be deleted or no message at all: then to the next one.
    pub(super) fn jump(&mut self, room: RoomId, seq: u64) -> Vec<Effect> {
        let Some(state) = self.room_mut(room) else {
            return Vec::new();
        };
        let is_awaited = !state.log.as_ref().is_some_and(|log| log.holds(seq));
        state.spot = Some(Spot {
            seq,
            number: state.spot.map_or(0, |spot| spot.number) + 1,
            is_awaited,
        });
        state.is_following = false;
        if !is_awaited {
            return Vec::new();
        }
        state.page = PageState::Loading;
        vec![Effect::FetchPage {
            room,
            ask: Ask::Around(seq),
        }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Action;
    use crate::state::fixture::{BOB, LOBBY, message, my_room, page};
    use shared::MessagePage;

    const AROUND: Effect = Effect::FetchPage {
        room: LOBBY,
        ask: Ask::Around(5),
    };

    fn around(seqs: &[u64], head: u64) -> Action {
        Action::PageLoaded {
            room: LOBBY,
            ask: Ask::Around(5),
            page: MessagePage {
                has_more: true,
                has_newer: Some(true),
                ..page(seqs, head)
            },
        }
    }

    #[test]
    fn a_message_that_is_here_is_gone_to_at_once_and_again() {
        let mut state = State::in_lobby(9);
        assert_eq!(
            state.act(Action::Jump {
                room: LOBBY,
                seq: 5
            }),
            []
        );
        let first = state.lobby().spot.unwrap();
        assert!(first.is_here());
        assert!(!state.lobby().is_following);
        state.act(Action::Jump {
            room: LOBBY,
            seq: 5,
        });
        assert_ne!(state.lobby().spot.unwrap(), first);
    }

    #[test]
    fn a_linked_message_wins_over_the_newest_page_that_comes_late() {
        let mut state = State::of_alice();
        state.act(Action::RoomsLoaded(vec![my_room(LOBBY, "lobby", 90, 90)]));
        state.act(Action::Open(LOBBY));
        let effects = state.act(Action::Jump {
            room: LOBBY,
            seq: 5,
        });
        assert_eq!(effects, [AROUND]);
        assert!(!state.lobby().spot.unwrap().is_here());
        for _ in 0..2 {
            state.act(around(&[4, 5, 6], 90));
            assert!(state.lobby().spot.unwrap().is_here());
            state.act(Action::PageLoaded {
                room: LOBBY,
                ask: Ask::Newest,
                page: page(&[89, 90], 90),
            });
            assert_eq!(state.lobby().log.as_ref().unwrap().first_seq(), Some(4));
        }
    }

    #[test]
    fn who_goes_to_the_end_is_sent_nowhere_any_more() {
        let mut state = State::in_lobby(3);
        state.act(Action::Jump {
            room: LOBBY,
            seq: 70,
        });
        let ask = Ask::Newest;
        state.act(Action::Load { room: LOBBY, ask });
        let mut newest = page(&[99], 99);
        newest.messages.push(message(100, BOB));
        state.act(Action::PageLoaded {
            room: LOBBY,
            ask,
            page: newest,
        });
        assert_eq!(state.lobby().spot, None);
        assert_eq!(
            state.lobby().log.as_ref().unwrap().first_seq(),
            Some(99),
            "the end is here"
        );
    }
}
