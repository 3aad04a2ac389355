//! What answers quote: messages of the log, or fetched alone where they are long ago.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use shared::{Message, MessageId, MessageState, RoomId};

use super::{Effect, Log, RoomState, State};

/// Messages beyond the log that are quoted in it; none where one is on its way or can't be had.
pub(super) type Quoted = HashMap<MessageId, Option<Rc<Message>>>;

/// What an answer shows of the message that it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The message, where it is known.
    pub message: Option<Rc<Message>>,
}

/// What a message answers.
fn answered(message: &Message) -> Option<MessageId> {
    match &message.state {
        MessageState::Live { reply_to, .. } => *reply_to,
        MessageState::Deleted { .. } => None,
    }
}

impl RoomState {
    /// The message with that id, in the log or quoted in it.
    pub fn message(&self, id: MessageId) -> Option<&Rc<Message>> {
        let in_log = self.log.as_ref().and_then(|log| log.find(id));
        in_log.or_else(|| self.quoted.get(&id)?.as_ref())
    }

    /// What a message quotes.
    pub fn quote_of(&self, message: &Message) -> Option<Quote> {
        answered(message).map(|id| self.quote(id))
    }

    /// A message as a quote.
    pub fn quote(&self, id: MessageId) -> Quote {
        Quote {
            message: self.message(id).cloned(),
        }
    }

    /// What the log, or `draft` below it, quotes from beyond and was not asked for yet.
    fn unasked(&self, log: &Log, draft: Option<MessageId>) -> Vec<MessageId> {
        let said = log.messages().filter_map(|each| answered(each));
        let answered: HashSet<_> = said.chain(draft).collect();
        if answered.is_empty() {
            return Vec::new();
        }
        let here: HashSet<_> = log.messages().map(|message| message.id).collect();
        let unasked = answered
            .into_iter()
            .filter(|id| !here.contains(id) && !self.quoted.contains_key(id));
        unasked.collect()
    }
}

impl State {
    /// Sets what the next message of the room answers.
    pub(super) fn answer(&mut self, room: RoomId, message: Option<MessageId>) -> Vec<Effect> {
        match message {
            Some(message) => self.answering.insert(room, message),
            None => self.answering.remove(&room),
        };
        vec![Effect::KeepDraft(room)]
    }

    /// Asks for what the room's log or its draft quotes and the log does not hold.
    pub(super) fn fetch_quotes(&mut self, room: RoomId) -> Vec<Effect> {
        let draft = self.answering.get(&room).copied();
        let Some(state) = self.room_mut(room) else {
            return Vec::new();
        };
        let Some(log) = &state.log else {
            return Vec::new();
        };
        let unasked = state.unasked(log, draft);
        if !unasked.is_empty() {
            let quoted = Rc::make_mut(&mut state.quoted);
            quoted.extend(unasked.iter().map(|id| (*id, None)));
        }
        let fetch = |message| Effect::FetchQuote { room, message };
        unasked.into_iter().map(fetch).collect()
    }

    pub(super) fn quote_loaded(&mut self, room: RoomId, message: Message) -> Vec<Effect> {
        let effects = self.ask_for(message.author).into_iter().collect();
        if let Some(state) = self.room_mut(room) {
            keep(state, message);
        }
        effects
    }

    /// A change of a message that is quoted from beyond the log.
    pub(super) fn requote(&mut self, message: &Message) {
        if let Some(state) = self.room_mut(message.room)
            && state.quoted.contains_key(&message.id)
        {
            keep(state, message.clone());
        }
    }
}

/// The later state stays, whatever the order.
fn keep(state: &mut RoomState, message: Message) {
    let quoted = Rc::make_mut(&mut state.quoted);
    let known = quoted.get(&message.id).and_then(Option::as_ref);
    if known.is_none_or(|known| known.rev < message.rev) {
        quoted.insert(message.id, Some(Rc::new(message)));
    }
}

#[cfg(test)]
mod tests {
    use shared::{ServerFrame, Timestamp};

    use super::*;
    use crate::state::fixture::{
        ALICE, BOB, LOBBY, client_id, deleted, edited, message, page, posted,
    };
    use crate::state::{Action, Ask};

    fn answer_to(seq: u64, to: u64) -> Message {
        let mut answer = message(seq, BOB);
        if let MessageState::Live { reply_to, .. } = &mut answer.state {
            *reply_to = Some(message(to, ALICE).id);
        }
        answer
    }

    fn quoted_in(state: &State, answer: &Message) -> Option<Rc<Message>> {
        state.lobby().quote_of(answer).unwrap().message
    }

    #[test]
    fn what_the_log_holds_is_quoted_without_asking_and_kept_up_to_date() {
        let mut state = State::in_lobby(3);
        let answer = answer_to(4, 2);
        assert!(!fetches(&state.hear(posted(answer.clone()))));
        assert_eq!(quoted_in(&state, &answer).unwrap().seq, 2);
        state.act(Action::Changed(edited(2, 5, "better", ALICE)));
        assert_eq!(
            quoted_in(&state, &answer).unwrap().body(),
            Some("better"),
            "as it is now"
        );
    }

    fn fetches(effects: &[Effect]) -> bool {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::FetchQuote { .. }))
    }

    #[test]
    fn what_is_long_ago_is_asked_for_once() {
        let mut state = State::in_lobby(3);
        let mut newest = page(&[90], 91);
        newest.has_more = true;
        let answer = answer_to(91, 7);
        newest.messages.push(answer.clone());
        let load = |page| Action::PageLoaded {
            room: LOBBY,
            ask: Ask::Newest,
            page,
        };
        assert!(fetches(&state.act(load(newest))));
        assert_eq!(quoted_in(&state, &answer), None);
        assert!(!fetches(&state.hear(posted(answer_to(92, 7)))));

        state.act(Action::QuoteLoaded {
            room: LOBBY,
            message: message(7, ALICE),
        });
        assert_eq!(quoted_in(&state, &answer).unwrap().seq, 7);
        state.act(Action::Changed(deleted(7, 93, ALICE)));
        assert_eq!(quoted_in(&state, &answer).unwrap().body(), None);
        state.act(Action::QuoteLoaded {
            room: LOBBY,
            message: message(7, ALICE),
        });
        assert_eq!(
            quoted_in(&state, &answer).unwrap().body(),
            None,
            "an answer from before the deletion"
        );
    }

    #[test]
    fn a_message_answers_what_was_chosen_and_the_next_one_does_not() {
        let mut state = State::in_lobby(3);
        let chosen = message(2, ALICE).id;
        state.act(Action::Answer {
            room: LOBBY,
            message: Some(chosen),
        });
        for n in [1, 2] {
            state.act(Action::Send {
                room: LOBBY,
                client_id: client_id(n),
                body: "yes".parse().unwrap(),
            });
        }
        let replies: Vec<_> = state.outbox.of(LOBBY).map(|each| each.reply_to).collect();
        assert_eq!(replies, [Some(chosen), None]);

        state.hear(ServerFrame::MessageAccepted {
            room: LOBBY,
            client_id: client_id(1),
            id: message(4, ALICE).id,
            seq: 4,
            created_at: Timestamp::from_millis(4_000),
        });
        let posted = state.lobby().message(message(4, ALICE).id).unwrap();
        assert_eq!(quoted_in(&state, posted).unwrap().seq, 2, "and goes on to");
    }
}
