//! From everybody's marks to the ticks beside one's own messages.

use shared::{MAX_MARKED_MEMBERS, UserId};

use super::RoomState;

/// What stands beside one's own message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tick {
    /// The server has it.
    Sent,
    /// All the others have it.
    Delivered,
    /// All the others have read it.
    Read,
}

/// Up to where all others have the room's messages, and up to where they have read them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    delivered: u64,
    read: u64,
}

impl Ticked {
    /// The ticks of the message with that `seq`.
    pub fn tick(self, seq: u64) -> Tick {
        if seq <= self.read {
            Tick::Read
        } else if seq <= self.delivered {
            Tick::Delivered
        } else {
            Tick::Sent
        }
    }
}

impl RoomState {
    /// How far all members but `me` have got; nowhere while one is alone or does not know them.
    pub fn ticked(&self, me: UserId) -> Ticked {
        let told = self
            .room
            .named()
            .map_or(0, |room| room.member_count as usize);
        let is_large = told.max(self.members.count()) > MAX_MARKED_MEMBERS as usize;
        match self.ticks {
            Some(ticks) if is_large || !self.members.is_loaded() => Ticked {
                delivered: ticks.delivered.without(me),
                read: ticks.read.without(me),
            },
            _ if self.members.is_loaded() => {
                let others = || self.members.marks().filter(|(user, _)| *user != me);
                Ticked {
                    delivered: others().map(|(_, m)| m.delivered).min().unwrap_or(0),
                    read: others().map(|(_, m)| m.read).min().unwrap_or(0),
                }
            }
            _ => Ticked::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::{Lowest, ServerFrame, Ticks};

    use super::*;
    use crate::state::fixture::{ALICE, BOB, CAROL, LOBBY, member, my_room};
    use crate::state::{Action, State};

    fn with_members() -> State {
        let mut state = State::in_lobby(9);
        state.act(Action::MembersLoaded {
            room: LOBBY,
            members: vec![
                member(ALICE, "alice", 0, 0),
                member(BOB, "bob", 8, 3),
                member(CAROL, "carol", 5, 5),
            ],
        });
        state
    }

    #[test]
    fn two_ticks_need_all_the_others_and_not_oneself() {
        let ticked = with_members().lobby().ticked(ALICE);
        assert_eq!(ticked.tick(3), Tick::Read);
        assert_eq!(ticked.tick(5), Tick::Delivered);
        assert_eq!(ticked.tick(6), Tick::Sent, "Carol does not have it");
    }

    #[test]
    fn a_mark_that_moves_moves_the_ticks() {
        let mut state = with_members();
        state.hear(ServerFrame::MarksChanged {
            room: LOBBY,
            user: CAROL,
            delivered: 9,
            read: 9,
        });
        assert_eq!(state.lobby().ticked(ALICE).tick(8), Tick::Delivered);
        state.hear(ServerFrame::MarksChanged {
            room: LOBBY,
            user: BOB,
            delivered: 9,
            read: 9,
        });
        assert_eq!(state.lobby().ticked(ALICE).tick(9), Tick::Read);
    }

    #[test]
    fn alone_there_is_one_tick() {
        let mut state = State::in_lobby(9);
        state.act(Action::MembersLoaded {
            room: LOBBY,
            members: vec![member(ALICE, "alice", 9, 9)],
        });
        assert_eq!(state.lobby().ticked(ALICE).tick(1), Tick::Sent);
    }

    #[test]
    fn who_left_is_not_waited_for() {
        let mut state = with_members();
        state.hear(ServerFrame::MemberLeft {
            room: LOBBY,
            user: CAROL,
        });
        assert_eq!(state.lobby().ticked(ALICE).tick(8), Tick::Delivered);
    }

    #[test]
    fn a_large_room_tells_its_lowest_marks() {
        let mut my = my_room(LOBBY, "lobby", 9, 9);
        let lowest = |lowest, user, rest| Lowest { lowest, user, rest };
        my.ticks = Some(Ticks {
            delivered: lowest(2, ALICE, 7),
            read: lowest(4, BOB, 6),
        });
        let mut state = State::of_alice();
        state.act(Action::RoomsLoaded(vec![my]));
        let ticked = state.lobby().ticked(ALICE);
        assert_eq!(ticked.tick(7), Tick::Delivered, "her own mark is no one's");
        assert_eq!(ticked.tick(4), Tick::Read);
        state.hear(ServerFrame::TicksChanged {
            room: LOBBY,
            delivered: lowest(9, BOB, 9),
            read: lowest(9, BOB, 9),
        });
        assert_eq!(state.lobby().ticked(ALICE).tick(9), Tick::Read);
    }
}
