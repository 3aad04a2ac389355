//! What the server says, frame by frame.

use shared::{
    ClientId, Message, MessageId, MessageState, RoomId, ServerFrame, Ticks, Timestamp, UserId,
};

use super::{Effect, State, log::is_live};

impl State {
    pub(super) fn take_frame(&mut self, frame: ServerFrame) -> Vec<Effect> {
        match frame {
            ServerFrame::Ready {
                user,
                epoch,
                rooms,
                online,
                ..
            } => self.ready(user, epoch, &rooms, online),
            ServerFrame::MessageAccepted {
                room,
                client_id,
                id,
                seq,
                created_at,
            } => self.accepted(room, client_id, id, seq, created_at),
            ServerFrame::MessagePosted { message } | ServerFrame::MessageChanged { message } => {
                self.take_message(message, false)
            }
            ServerFrame::CaughtUp { room, head } => self.caught_up(room, head),
            ServerFrame::Behind { room, .. } => self.behind(room),
            ServerFrame::Reset { room, reason } => self.reset(room, reason),
            ServerFrame::TicksChanged {
                room,
                delivered,
                read,
            } => {
                if let Some(room) = self.room_mut(room) {
                    room.ticks = Some(Ticks { delivered, read });
                }
                Vec::new()
            }
            ServerFrame::MarksChanged { .. }
            | ServerFrame::MemberJoined { .. }
            | ServerFrame::MemberLeft { .. } => self.take_member_frame(&frame),
            ServerFrame::PresenceChanged { .. } | ServerFrame::PresenceBatch { .. } => {
                self.take_presence_frame(frame)
            }
            ServerFrame::Typing { room, user } => self.typing(room, user),
            ServerFrame::UserChanged { user } => self.user_changed(user),
            ServerFrame::RoomChanged { room } => self.room_known(room),
            ServerFrame::RoomJoined { room } => self.joined(room),
            ServerFrame::RoomDeleted { room } => self.room_gone(room),
            ServerFrame::Error {
                code,
                message,
                client_id: Some(client_id),
                retry_after_ms,
                ..
            } => self.refused(client_id, code, &message, retry_after_ms),
            // An error without a message of ours, a stop, a pong: the socket's business.
            ServerFrame::Error { .. }
            | ServerFrame::Draining { .. }
            | ServerFrame::Pong {}
            | ServerFrame::Unknown => Vec::new(),
        }
    }

    /// Our message as the server took it; `message_posted` follows and changes nothing more.
    fn accepted(
        &mut self,
        room: RoomId,
        client_id: ClientId,
        id: MessageId,
        seq: u64,
        created_at: Timestamp,
    ) -> Vec<Effect> {
        let Some(pending) = self.outbox.find(client_id).cloned() else {
            return Vec::new();
        };
        let mut effects = self.settle(client_id);
        effects.extend(self.take_message(
            Message {
                id,
                room,
                seq,
                rev: seq,
                author: self.my_id(),
                client_id,
                created_at,
                state: MessageState::Live {
                    body: pending.body.as_str().to_owned(),
                    reply_to: pending.reply_to,
                    edited_at: None,
                },
            },
            false,
        ));
        effects
    }

    /// A change of a message, live or resumed, or (`is_answer`) the answer to one's own request,
    /// which may overtake the socket and then says nothing about a gap.
    pub(super) fn take_message(&mut self, message: Message, is_answer: bool) -> Vec<Effect> {
        let (me, room, author) = (self.my_id(), message.room, message.author);
        let mut effects = Vec::new();
        self.requote(&message);
        if author == me {
            effects.extend(self.settle(message.client_id));
        }
        let (is_open, is_focused) = (self.open == Some(room), self.is_focused);
        let Some(state) = self.room_mut(room) else {
            effects.push(Effect::FetchRooms);
            return effects;
        };
        let was_read = state.unread(me) == 0;
        let is_news = author != me && is_live(&message);
        let is_new = state.account(me, &message);
        let is_ahead = state.merge(message);
        if is_new {
            state.typing.stop(author);
            if is_news && !state.is_following {
                state.missed += 1;
            }
            if is_news && is_open && was_read && !is_focused {
                state.new_after = Some(state.marks.read);
            }
        }
        state.mark_delivered();
        let is_catching_up = state.log.as_ref().is_some_and(|log| log.is_catching_up);
        if is_new && is_news && is_open && !is_catching_up {
            self.announcements.add(author);
        }
        if is_ahead && !is_answer {
            effects.extend(self.resume_room(room));
        }
        effects.extend(self.ask_for(author));
        effects.extend(self.fetch_quotes(room));
        effects.push(Effect::FlushMarksSoon);
        effects
    }

    /// A change from a page of changes: the page moves the cursor, not the change.
    pub(super) fn take_change(&mut self, message: Message) -> Vec<Effect> {
        let me = self.my_id();
        let mut effects = Vec::new();
        self.requote(&message);
        if message.author == me {
            effects.extend(self.settle(message.client_id));
        }
        if let Some(state) = self.room_mut(message.room) {
            state.account(me, &message);
            if let Some(log) = &mut state.log {
                log.merge(message);
            }
        }
        effects
    }

    fn typing(&mut self, room: RoomId, user: UserId) -> Vec<Effect> {
        let now = self.now;
        if user == self.my_id() {
            return Vec::new();
        }
        if let Some(state) = self.room_mut(room) {
            state.typing.start(user, now);
        }
        self.ask_for(user).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Action;
    use crate::state::fixture::{ALICE, BOB, CLUB, LOBBY, edited, message, message_in, posted};

    #[test]
    fn a_message_for_an_unknown_room_asks_for_the_rooms() {
        let mut state = State::in_lobby(3);
        let effects = state.hear(posted(message_in(CLUB, 1, BOB)));
        assert_eq!(effects, [Effect::FetchRooms]);
    }

    #[test]
    fn the_answer_to_an_edit_shows_before_its_frame_and_asks_for_nothing() {
        let mut state = State::in_lobby(3);
        let effects = state.act(Action::Changed(edited(2, 9, "better", ALICE)));
        assert_eq!(effects, [Effect::FlushMarksSoon]);
        assert_eq!(state.bodies()[1], "better");
        assert_eq!(state.lobby().log.as_ref().unwrap().cursor, 3);
    }

    #[test]
    fn a_message_that_comes_while_one_looks_elsewhere_is_marked_new() {
        let mut state = State::in_lobby(3);
        state.hear(posted(message(4, BOB)));
        assert_eq!(state.lobby().new_after, None);
        state.act(Action::Seen {
            room: LOBBY,
            seq: 4,
        });
        state.act(Action::Focused(false));
        state.hear(posted(message(5, BOB)));
        state.hear(posted(message(6, BOB)));
        assert_eq!(state.lobby().new_after, Some(4));
    }
}
