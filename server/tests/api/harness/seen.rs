//! What people see of each other: who is there, and who has read what.

use shared::{Marks, Members, PresenceState, RoomId, ServerFrame, UserId};

use super::{Person, Socket};

/// The frames about who is there.
pub fn presences(heard: &[ServerFrame]) -> Vec<&ServerFrame> {
    let is_presence = |frame: &&ServerFrame| {
        matches!(
            frame,
            ServerFrame::PresenceChanged { .. } | ServerFrame::PresenceBatch { .. }
        )
    };
    heard.iter().filter(is_presence).collect()
}

impl Socket {
    /// The next that is told of somebody's presence is this; however it is told: whom a server
    /// just heard of may have been there before.
    pub async fn until_shown(&mut self, person: &Person, wanted: PresenceState) {
        let told = self.until(|frame| match frame {
            ServerFrame::PresenceChanged { user, state, .. } if user == person.id => Some(state),
            ServerFrame::PresenceBatch { changes } => changes
                .iter()
                .find(|change| change.user == person.id)
                .map(|change| change.state),
            _ => None,
        });
        assert_eq!(told.await, wanted, "{}", person.name);
    }

    /// The next that is told of somebody's marks.
    pub async fn next_marks_of(&mut self, person: &Person) -> Marks {
        self.until(|frame| match frame {
            ServerFrame::MarksChanged {
                user,
                delivered,
                read,
                ..
            } if user == person.id => Some(Marks { delivered, read }),
            _ => None,
        })
        .await
    }
}

impl Person {
    /// The members of a room who are shown as there.
    pub async fn online_in(&self, room: RoomId) -> Vec<UserId> {
        let path = format!("/rooms/{room}/members?online=true");
        let members: Members = self.get(&path).await.ok();
        members.members.iter().map(|m| m.user.id()).collect()
    }
}
