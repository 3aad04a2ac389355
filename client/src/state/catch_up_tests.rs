use shared::ServerFrame;
use uuid::Uuid;

use super::*;
use crate::state::fixture::{
    BOB, CLUB, LOBBY, deleted, edited, message, my_room, page, posted, ready,
};
use crate::state::{Action, Ask};

fn resumes(effects: &[Effect]) -> Vec<(RoomId, u64)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Send(ClientFrame::Resume { rooms, .. }) => Some(rooms.clone()),
            _ => None,
        })
        .flatten()
        .collect()
}

#[test]
fn a_frame_that_follows_the_cursor_moves_it() {
    let mut state = State::in_lobby(3);
    let effects = state.hear(posted(message(4, BOB)));
    assert_eq!(resumes(&effects), []);
    assert_eq!(state.lobby().log.as_ref().unwrap().cursor, 4);
}

#[test]
fn a_frame_further_ahead_is_shown_and_asks_for_what_is_missing() {
    let mut state = State::in_lobby(3);
    let effects = state.hear(posted(message(5, BOB)));
    assert_eq!(resumes(&effects), [(LOBBY, 3)]);
    assert_eq!(state.bodies().last().unwrap(), "message 5");
    let effects = state.hear(posted(message(6, BOB)));
    assert_eq!(resumes(&effects), [], "asked once");
    assert_eq!(state.lobby().log.as_ref().unwrap().cursor, 3);

    state.hear(posted(message(4, BOB)));
    state.hear(posted(message(5, BOB)));
    state.hear(posted(message(6, BOB)));
    state.hear(ServerFrame::CaughtUp {
        room: LOBBY,
        head: 6,
    });
    assert_eq!(state.lobby().log.as_ref().unwrap().cursor, 6);
    assert_eq!(
        state.bodies()[2..],
        ["message 3", "message 4", "message 5", "message 6"]
    );
}

#[test]
fn after_ready_every_loaded_log_resumes_from_its_cursor() {
    let mut state = State::in_lobby(3);
    state.act(Action::Lost { retry_at: None });
    let effects = state.hear(ready(&[(LOBBY, 7)]));
    assert!(effects.contains(&Effect::FetchRooms));
    assert!(effects.contains(&Effect::FetchMembers(LOBBY)));
    assert_eq!(resumes(&effects), [(LOBBY, 3)]);
}

#[test]
fn many_rooms_resume_in_several_frames() {
    let mut state = State::in_lobby(1);
    for n in 0..450 {
        let id = RoomId::from_uuid(Uuid::from_u128(10_000 + n));
        let mut room = state.lobby().clone();
        room.room = crate::state::fixture::room(id, "many", 1);
        state.rooms.insert(id, Rc::new(room));
    }
    let effects = state.hear(ready(&[]));
    let frames = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Send(ClientFrame::Resume { .. })))
        .count();
    assert_eq!(frames, 3);
    assert_eq!(resumes(&effects).len(), 451);
}

#[test]
fn a_connection_lost_while_catching_up_resumes_from_the_same_cursor() {
    let mut state = State::in_lobby(3);
    state.hear(ready(&[(LOBBY, 9)]));
    state.hear(posted(message(6, BOB)));
    state.act(Action::Lost { retry_at: None });
    assert_eq!(resumes(&state.hear(ready(&[(LOBBY, 9)]))), [(LOBBY, 3)]);
}

#[test]
fn one_is_live_only_when_caught_up() {
    let mut state = State::in_lobby(3);
    state.hear(ready(&[(LOBBY, 4)]));
    state.act(Action::RoomsLoaded(vec![my_room(LOBBY, "lobby", 4, 3)]));
    assert_eq!(state.connection.link, Link::CatchingUp);
    state.hear(posted(message(4, BOB)));
    state.hear(ServerFrame::CaughtUp {
        room: LOBBY,
        head: 4,
    });
    assert_eq!(state.connection.link, Link::Live);
}

#[test]
fn edits_and_deletions_made_while_away_arrive() {
    let mut state = State::in_lobby(3);
    state.hear(ready(&[(LOBBY, 5)]));
    for changed in [edited(1, 4, "better", BOB), deleted(2, 5, BOB)] {
        state.hear(ServerFrame::MessageChanged { message: changed });
    }
    state.hear(ServerFrame::CaughtUp {
        room: LOBBY,
        head: 5,
    });
    assert_eq!(state.bodies(), ["better", "deleted", "message 3"]);
}

#[test]
fn far_behind_one_pages_the_changes_to_their_end() {
    let mut state = State::in_lobby(3);
    state.hear(ready(&[(LOBBY, 2_000)]));
    let effects = state.hear(ServerFrame::Behind {
        room: LOBBY,
        head: 7,
    });
    let since = |since| Effect::FetchChanges { room: LOBBY, since };
    assert_eq!(effects, [since(3)]);
    let mut first = page(&[4, 5], 7);
    first.has_more = true;
    let effects = state.act(Action::ChangesLoaded {
        room: LOBBY,
        since: 3,
        page: first,
    });
    assert_eq!(effects, [since(5)]);
    state.act(Action::ChangesLoaded {
        room: LOBBY,
        since: 5,
        page: page(&[6], 7),
    });
    let log = state.lobby().log.as_ref().unwrap();
    assert_eq!((log.cursor, log.len()), (7, 6));
}

#[test]
fn another_epoch_means_everything_afresh() {
    let mut state = State::in_lobby(3);
    state.epoch = Some(Epoch::from_uuid(Uuid::from_u128(8)));
    let effects = state.hear(ready(&[(LOBBY, 1)]));
    assert!(state.lobby().log.is_none());
    assert_eq!(resumes(&effects), []);
    assert!(effects.contains(&Effect::FetchPage {
        room: LOBBY,
        ask: Ask::Newest
    }));
}

#[test]
fn a_reset_room_is_fetched_again_only_where_it_is_open() {
    let mut state = State::in_lobby(3);
    state.hear(ready(&[(LOBBY, 3)]));
    let effects = state.hear(ServerFrame::Reset {
        room: Some(LOBBY),
        reason: ResetReason::Ahead,
    });
    assert_eq!(effects.len(), 1);
    assert!(state.lobby().log.is_none());
}

#[test]
fn a_room_that_is_gone_leaves_the_list() {
    let mut state = State::in_lobby(3);
    state.act(Action::RoomsLoaded(vec![
        my_room(LOBBY, "lobby", 3, 3),
        my_room(CLUB, "club", 1, 1),
    ]));
    state.hear(ServerFrame::Reset {
        room: Some(CLUB),
        reason: ResetReason::Gone,
    });
    assert!(state.room(CLUB).is_none());
}
