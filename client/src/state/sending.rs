//! Writing: drafts, the outbox's way to the server, and what happens when it is refused.

use shared::{ClientFrame, ClientId, ErrorCode, MessageBody, MessageId, RoomId};

use super::{Ask, Effect, Pending, PendingState, State, typing};

/// How long to wait where the server names no time.
const RETRY_MS: u64 = 2_000;

impl State {
    pub(super) fn send(
        &mut self,
        room: RoomId,
        client_id: ClientId,
        body: MessageBody,
    ) -> Vec<Effect> {
        let at = self.now;
        let reply_to = self.answering.remove(&room);
        let outbox = self.outbox_mut();
        let number = outbox.next_number();
        outbox.push(Pending {
            client_id,
            room,
            body,
            reply_to,
            at,
            number,
            state: PendingState::Keeping,
        });
        self.drafts.remove(&room);
        self.typed_at.remove(&room);
        let mut effects = vec![Effect::KeepPending(client_id)];
        if let Some(state) = self.room_mut(room) {
            // Who writes goes on from here, at the end: what is above was seen.
            state.new_after = None;
            state.is_following = true;
            state.missed = 0;
            state.spot = None;
            if state.log.as_ref().is_some_and(|log| log.has_newer) {
                effects.extend(self.load(room, Ask::Newest));
            }
        }
        effects
    }

    pub(super) fn kept(&mut self, client_id: ClientId) -> Vec<Effect> {
        let is_new = self
            .outbox
            .find(client_id)
            .is_some_and(|pending| pending.state == PendingState::Keeping);
        if !is_new {
            // Another tab was faster, or it was kept again.
            return Vec::new();
        }
        self.outbox_mut().set(client_id, PendingState::Waiting);
        self.send_due()
    }

    /// The server has this message of one's own: it is forgotten here, and the next one may go.
    pub(super) fn settle(&mut self, client_id: ClientId) -> Vec<Effect> {
        if self.outbox_mut().settle(client_id).is_none() {
            return Vec::new();
        }
        let mut effects = vec![Effect::ForgetPending(client_id)];
        effects.extend(self.send_due());
        effects
    }

    /// Sends what can be sent; without a connection it waits for the next `ready`.
    pub(super) fn send_due(&mut self) -> Vec<Effect> {
        if !self.connection.is_open() || self.outbox.is_empty() {
            return Vec::new();
        }
        let now = self.now;
        let frames = self.outbox_mut().due(now);
        frames.into_iter().map(Effect::Send).collect()
    }

    pub(super) fn refused(
        &mut self,
        client_id: ClientId,
        code: ErrorCode,
        message: &str,
        retry_after_ms: Option<u64>,
    ) -> Vec<Effect> {
        let state = if code.is_worth_retrying() {
            let wait = retry_after_ms.unwrap_or(RETRY_MS);
            PendingState::BackingOff {
                until: self.now.saturating_add_unsigned(wait),
            }
        } else {
            PendingState::Failed {
                reason: reason(code, message),
            }
        };
        self.outbox_mut().set(client_id, state);
        // Where it has failed for good, the next one of its room need not wait.
        self.send_due()
    }

    pub(super) fn retry(&mut self, client_id: ClientId) -> Vec<Effect> {
        self.outbox_mut().set(client_id, PendingState::Waiting);
        self.send_due()
    }

    pub(super) fn discard(&mut self, client_id: ClientId) -> Vec<Effect> {
        // As settled: a copy that is being read from the browser must not bring it back.
        self.outbox_mut().settle(client_id);
        vec![Effect::ForgetPending(client_id)]
    }

    pub(super) fn draft(&mut self, room: RoomId, text: String) -> Vec<Effect> {
        if text.trim().is_empty() {
            self.drafts.remove(&room);
            if !self.rooms.contains_key(&room) {
                // Given up: nobody writes there any more.
                self.answering.remove(&room);
            }
        } else {
            self.drafts.insert(room, text);
        }
        vec![Effect::KeepDraft(room)]
    }

    pub(super) fn restored(
        &mut self,
        pending: Vec<Pending>,
        drafts: Vec<(RoomId, String)>,
        answers: Vec<(RoomId, MessageId)>,
    ) -> Vec<Effect> {
        let outbox = self.outbox_mut();
        for pending in pending {
            outbox.push(pending);
        }
        self.drafts.extend(drafts);
        self.answering.extend(answers);
        self.send_due()
    }

    pub(super) fn typed(&mut self, room: RoomId) -> Vec<Effect> {
        let may_say = typing::may_say(self.typed_at.get(&room).copied(), self.now);
        if !may_say || !self.connection.is_open() {
            return Vec::new();
        }
        self.typed_at.insert(room, self.now);
        vec![Effect::Send(ClientFrame::Typing { room })]
    }
}

fn reason(code: ErrorCode, message: &str) -> String {
    match code {
        ErrorCode::NotFound | ErrorCode::Forbidden => {
            "you are not in this room any more".to_owned()
        }
        ErrorCode::PayloadTooLarge => "it is too long".to_owned(),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use shared::{Message, ServerFrame, Timestamp};

    use super::*;
    use crate::state::Action;
    use crate::state::fixture::{ALICE, BOB, CLUB, LOBBY, client_id, message, page, posted, ready};

    /// Writes a message, which the browser keeps at once.
    fn write(state: &mut State, n: u128, room: RoomId) -> Vec<Effect> {
        let effects = state.act(Action::Send {
            room,
            client_id: client_id(n),
            body: format!("text {n}").parse().unwrap(),
        });
        assert_eq!(effects[0], Effect::KeepPending(client_id(n)));
        assert_eq!(sent(&effects), []);
        state.act(Action::Kept(client_id(n)))
    }

    fn accept(state: &mut State, n: u128, seq: u64) -> Vec<Effect> {
        state.hear(ServerFrame::MessageAccepted {
            room: LOBBY,
            client_id: client_id(n),
            id: own(n, seq).id,
            seq,
            created_at: Timestamp::from_millis(5),
        })
    }

    fn sent(effects: &[Effect]) -> Vec<ClientId> {
        effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Send(ClientFrame::SendMessage { client_id, .. }) => Some(*client_id),
                _ => None,
            })
            .collect()
    }

    fn refuse(state: &mut State, n: u128, code: ErrorCode, retry_after_ms: Option<u64>) {
        state.hear(ServerFrame::Error {
            code,
            message: "no".to_owned(),
            field: None,
            client_id: Some(client_id(n)),
            retry_after_ms,
        });
    }

    fn own(n: u128, seq: u64) -> Message {
        Message {
            client_id: client_id(n),
            ..message(seq, ALICE)
        }
    }

    #[test]
    fn a_message_is_kept_before_it_is_sent() {
        let mut state = State::in_lobby(3);
        let effects = state.act(Action::Send {
            room: LOBBY,
            client_id: client_id(1),
            body: "text".parse().unwrap(),
        });
        assert_eq!(effects[0], Effect::KeepPending(client_id(1)));
        assert_eq!(sent(&effects), []);
        assert_eq!(
            sent(&state.reduce(Action::Tick, 60_000)),
            [],
            "not kept yet"
        );
        let effects = state.act(Action::Kept(client_id(1)));
        assert_eq!(sent(&effects), [client_id(1)]);
        let effects = state.act(Action::Kept(client_id(1)));
        assert_eq!(sent(&effects), [], "kept twice is sent once");
    }

    #[test]
    fn an_accepted_message_stands_in_the_log_at_once_and_once() {
        let mut state = State::in_lobby(3);
        write(&mut state, 1, LOBBY);
        let effects = accept(&mut state, 1, 4);
        assert!(effects.contains(&Effect::ForgetPending(client_id(1))));
        assert_eq!(state.outbox.len(), 0);
        assert_eq!(state.bodies().last().unwrap(), "text 1");
        state.hear(posted(own(1, 4)));
        assert_eq!(state.bodies().len(), 4);
    }

    #[test]
    fn of_one_room_a_message_goes_when_the_one_before_has_arrived() {
        let mut state = State::in_lobby(3);
        assert_eq!(sent(&write(&mut state, 1, LOBBY)), [client_id(1)]);
        assert_eq!(sent(&write(&mut state, 2, LOBBY)), []);
        assert_eq!(sent(&write(&mut state, 3, CLUB)), [client_id(3)]);
        assert_eq!(sent(&accept(&mut state, 1, 4)), [client_id(2)]);
        refuse(&mut state, 2, ErrorCode::NotFound, None);
        assert_eq!(sent(&write(&mut state, 4, LOBBY)), [client_id(4)]);
    }

    #[test]
    fn another_tabs_copy_of_what_the_server_has_is_not_taken_in_again() {
        let mut state = State::in_lobby(3);
        write(&mut state, 1, LOBBY);
        let kept = (**state.outbox.find(client_id(1)).unwrap()).clone();
        accept(&mut state, 1, 4);
        state.hear(posted(own(2, 5)));
        let copies = [1, 2].map(|n| Pending {
            client_id: client_id(n),
            ..kept.clone()
        });
        let effects = state.act(Action::Restored {
            pending: copies.to_vec(),
            drafts: Vec::new(),
            answers: Vec::new(),
        });
        assert_eq!((sent(&effects).len(), state.outbox.len()), (0, 0));
    }

    #[test]
    fn a_page_that_has_the_message_already_ends_the_wait_for_it() {
        let mut state = State::in_lobby(3);
        write(&mut state, 1, LOBBY);
        let mut newest = page(&[1, 2, 3], 4);
        newest.messages.push(own(1, 4));
        let effects = state.act(Action::PageLoaded {
            room: LOBBY,
            ask: Ask::Newest,
            page: newest,
        });
        assert!(effects.contains(&Effect::ForgetPending(client_id(1))));
        assert!(state.outbox.is_empty());
    }

    #[test]
    fn a_posted_message_of_ours_needs_no_ack() {
        let mut state = State::in_lobby(3);
        write(&mut state, 1, LOBBY);
        state.hear(posted(own(1, 4)));
        assert_eq!(state.outbox.len(), 0);
    }

    #[test]
    fn another_ones_message_with_the_same_client_id_is_not_ours() {
        let mut state = State::in_lobby(3);
        write(&mut state, 1, LOBBY);
        state.hear(posted(Message {
            author: BOB,
            ..own(1, 4)
        }));
        assert_eq!(state.outbox.len(), 1);
    }

    #[test]
    fn what_was_written_offline_goes_after_ready_in_order_with_its_client_id() {
        let mut state = State::in_lobby(3);
        state.act(Action::Lost { retry_at: None });
        assert_eq!(sent(&write(&mut state, 1, LOBBY)), []);
        assert_eq!(sent(&write(&mut state, 2, LOBBY)), []);
        let effects = state.hear(ready(&[(LOBBY, 3)]));
        assert_eq!(sent(&effects), [client_id(1)]);
        assert_eq!(sent(&accept(&mut state, 1, 4)), [client_id(2)]);
    }

    #[test]
    fn what_was_on_its_way_when_the_line_broke_goes_again() {
        let mut state = State::in_lobby(3);
        write(&mut state, 1, LOBBY);
        state.act(Action::Lost { retry_at: None });
        assert_eq!(sent(&state.hear(ready(&[(LOBBY, 3)]))), [client_id(1)]);
    }

    #[test]
    fn a_rate_limited_message_is_tried_again_in_time_and_in_order() {
        let mut state = State::in_lobby(3);
        write(&mut state, 1, LOBBY);
        refuse(&mut state, 1, ErrorCode::RateLimited, Some(1_500));
        assert_eq!(sent(&write(&mut state, 2, LOBBY)), [], "2 waits for 1");
        assert_eq!(sent(&state.reduce(Action::Tick, 1_499)), []);
        assert_eq!(sent(&state.reduce(Action::Tick, 1_500)), [client_id(1)]);
        assert_eq!(sent(&accept(&mut state, 1, 4)), [client_id(2)]);
    }

    #[test]
    fn a_refused_message_fails_visibly_and_can_be_retried_or_discarded() {
        let mut state = State::in_lobby(3);
        write(&mut state, 1, LOBBY);
        refuse(&mut state, 1, ErrorCode::NotFound, None);
        let failed = state.outbox.find(client_id(1)).unwrap();
        assert!(matches!(failed.state, PendingState::Failed { .. }));
        assert_eq!(sent(&state.reduce(Action::Tick, 60_000)), []);
        assert_eq!(
            sent(&state.act(Action::Retry(client_id(1)))),
            [client_id(1)]
        );
        refuse(&mut state, 1, ErrorCode::NotFound, None);
        let effects = state.act(Action::Discard(client_id(1)));
        assert_eq!(effects, [Effect::ForgetPending(client_id(1))]);
        assert_eq!(state.outbox.len(), 0);
    }

    #[test]
    fn an_unanswered_message_is_sent_again() {
        let mut state = State::in_lobby(3);
        write(&mut state, 1, LOBBY);
        assert_eq!(sent(&state.reduce(Action::Tick, 9_999)), []);
        assert_eq!(sent(&state.reduce(Action::Tick, 10_000)), [client_id(1)]);
    }

    #[test]
    fn the_outbox_survives_a_reload() {
        let mut state = State::in_lobby(3);
        state.act(Action::Lost { retry_at: None });
        write(&mut state, 1, LOBBY);
        let kept = serde_json::to_string(&**state.outbox.find(client_id(1)).unwrap()).unwrap();

        let mut reloaded = State::of_alice();
        reloaded.act(Action::Restored {
            pending: vec![serde_json::from_str(&kept).unwrap()],
            drafts: Vec::new(),
            answers: Vec::new(),
        });
        assert_eq!(sent(&reloaded.hear(ready(&[(LOBBY, 3)]))), [client_id(1)]);
    }

    #[test]
    fn sending_empties_the_draft() {
        let mut state = State::in_lobby(3);
        state.act(Action::Draft {
            room: LOBBY,
            text: "text".to_owned(),
        });
        write(&mut state, 1, LOBBY);
        assert!(state.drafts.is_empty());
    }
}
