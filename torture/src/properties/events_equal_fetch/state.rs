//! What a client shows: its rooms, who is in them, what was said.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use shared::{Members, Room, RoomId, Rooms, UserId};

use crate::{
    account::Account,
    known::{Known, Trace},
};

/// Everything a client shows that events can change.
#[derive(Debug, Default)]
pub(super) struct State {
    pub rooms: BTreeMap<RoomId, RoomState>,
}

/// One room.
#[derive(Debug, Default)]
pub(super) struct RoomState {
    pub topic: Option<String>,
    pub members: BTreeSet<UserId>,
    pub log: Known,
}

impl RoomState {
    /// Reads one room anew.
    pub async fn fetch(account: &Account, room: &Room) -> Result<Self> {
        let mut log = Known::default();
        let (messages, head) = account.history(room.id()).await?;
        for message in messages {
            log.messages.insert(message.id, Trace::of(&message));
        }
        log.cursor = head;
        Ok(Self {
            topic: topic(room),
            members: members(account, room.id()).await?,
            log,
        })
    }
}

impl State {
    /// Reads everything anew.
    pub async fn fetch(account: &Account) -> Result<Self> {
        let mut state = Self::default();
        for room in rooms(account).await? {
            let fetched = RoomState::fetch(account, &room).await?;
            state.rooms.insert(room.id(), fetched);
        }
        Ok(state)
    }

    /// The first thing in which they differ, in words.
    pub fn difference(&self, fetched: &Self) -> Option<String> {
        let ids = |state: &Self| state.rooms.keys().copied().collect::<Vec<_>>();
        if ids(self) != ids(fetched) {
            return Some(format!("in {:?}, not {:?}", ids(self), ids(fetched)));
        }
        self.rooms
            .iter()
            .zip(&fetched.rooms)
            .find_map(|((room, own), (_, other))| {
                let (has, wants) = (&own.log, &other.log);
                if (has.cursor, has.is_resuming) != (wants.cursor, false) {
                    Some(format!("{room} at {}, not {}", has.cursor, wants.cursor))
                } else if own.members != other.members {
                    Some(format!(
                        "{room} has {:?}, not {:?}",
                        own.members, other.members
                    ))
                } else if own.topic != other.topic {
                    Some(format!("{room}: {:?}, not {:?}", own.topic, other.topic))
                } else if has.messages != wants.messages {
                    let (own, other) = (has.messages.len(), wants.messages.len());
                    Some(format!("{room}: other messages: {own} against {other}"))
                } else {
                    None
                }
            })
    }
}

/// The rooms somebody is in.
pub(super) async fn rooms(account: &Account) -> Result<Vec<Room>> {
    let rooms: Rooms = account.fetch("/rooms").await?;
    Ok(rooms.rooms.into_iter().map(|mine| mine.room).collect())
}

/// Who is in a room; nobody where one is not in it oneself any more.
pub(super) async fn members(account: &Account, room: RoomId) -> Result<BTreeSet<UserId>> {
    let page: Members = account
        .fetch(&format!("/rooms/{room}/members?limit=100"))
        .await?;
    Ok(page.members.iter().map(|member| member.user.id()).collect())
}

/// What the room is about.
pub(super) fn topic(room: &Room) -> Option<String> {
    room.named().and_then(|room| room.topic.clone())
}
