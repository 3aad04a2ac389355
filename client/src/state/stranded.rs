//! What was written for rooms that one is in no longer: it can't be sent, and is nobody's to throw
//! away but its author's.

use shared::{ClientId, RoomId};

use super::{PendingState, State};

/// One such text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranded {
    pub room: RoomId,
    /// The message that was refused; none where it is a draft.
    pub client_id: Option<ClientId>,
    pub text: String,
}

impl State {
    /// All of them, in the order of writing, the drafts last. None before the list of rooms is here.
    pub fn stranded(&self) -> Vec<Stranded> {
        if !self.has_rooms {
            return Vec::new();
        }
        let mut stranded = Vec::new();
        let mut add = |room: RoomId, client_id, text: &str| {
            if !self.rooms.contains_key(&room) {
                stranded.push(Stranded {
                    room,
                    client_id,
                    text: text.to_owned(),
                });
            }
        };
        for pending in self.outbox.iter() {
            if matches!(pending.state, PendingState::Failed { .. }) {
                add(pending.room, Some(pending.client_id), pending.body.as_str());
            }
        }
        for (room, text) in &self.drafts {
            add(*room, None, text);
        }
        stranded
    }
}

#[cfg(test)]
mod tests {
    use shared::{ErrorCode, ServerFrame};

    use super::*;
    use crate::state::fixture::{BOB, CLUB, LOBBY, client_id, message_in, my_room};
    use crate::state::{Action, Effect};

    fn texts(state: &State) -> Vec<String> {
        let stranded = state.stranded().into_iter();
        stranded.map(|stranded| stranded.text).collect()
    }

    /// Alice is in the lobby and has written a message and a draft for a room that she left.
    fn stranded() -> State {
        let mut state = State::in_lobby(3);
        state.act(Action::Send {
            room: CLUB,
            client_id: client_id(1),
            body: "too late".parse().unwrap(),
        });
        state.act(Action::Kept(client_id(1)));
        state.act(Action::Draft {
            room: CLUB,
            text: "half a".to_owned(),
        });
        state.act(Action::Draft {
            room: LOBBY,
            text: "here".to_owned(),
        });
        state
    }

    #[test]
    fn a_message_is_stranded_once_the_server_has_refused_it_and_a_draft_at_once() {
        let mut state = stranded();
        assert_eq!(texts(&state), ["half a"]);
        state.hear(ServerFrame::Error {
            code: ErrorCode::NotFound,
            message: "no such room".to_owned(),
            field: None,
            client_id: Some(client_id(1)),
            retry_after_ms: None,
        });
        assert_eq!(texts(&state), ["too late", "half a"]);
    }

    #[test]
    fn nothing_is_stranded_before_the_list_of_rooms_is_here_or_once_one_is_back() {
        let mut state = stranded();
        state.has_rooms = false;
        assert_eq!(texts(&state), [""; 0]);
        state.act(Action::RoomsLoaded(vec![
            my_room(LOBBY, "lobby", 3, 3),
            my_room(CLUB, "club", 4, 2),
        ]));
        assert_eq!(texts(&state), [""; 0]);
    }

    #[test]
    fn what_is_discarded_is_forgotten_with_what_it_answered() {
        let mut state = stranded();
        state.act(Action::Answer {
            room: CLUB,
            message: Some(message_in(CLUB, 1, BOB).id),
        });
        let effects = state.act(Action::Draft {
            room: CLUB,
            text: String::new(),
        });
        assert_eq!(effects, [Effect::KeepDraft(CLUB)]);
        assert_eq!(state.answering.len(), 0);
        assert_eq!(texts(&state), [""; 0]);
    }
}
