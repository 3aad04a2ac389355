//! What a client is told, beyond the frames themselves.

use shared::{ApiError, ClientId, Epoch, Presence, RoomHead, RoomId, ServerFrame, Session, User};

/// What `ready` said.
#[derive(Debug, Clone)]
pub struct Ready {
    pub session: Session,
    pub user: User,
    pub epoch: Epoch,
    pub rooms: Vec<RoomHead>,
    pub online: Option<Vec<Presence>>,
    pub online_count: u32,
}

impl Ready {
    pub fn of(frame: ServerFrame) -> Self {
        match frame {
            ServerFrame::Ready {
                session,
                user,
                epoch,
                heartbeat_ms,
                rooms,
                online,
                online_count,
            } => {
                assert_eq!(heartbeat_ms, 25_000);
                Self {
                    session,
                    user,
                    epoch,
                    rooms,
                    online,
                    online_count,
                }
            }
            other => panic!("{other:?} came before ready"),
        }
    }

    pub fn head(&self, room: RoomId) -> Option<u64> {
        let of_room = self.rooms.iter().find(|head| head.id == room);
        of_room.map(|head| head.head)
    }
}

/// An `error` frame.
#[derive(Debug)]
pub struct Refused {
    pub error: ApiError,
    pub client_id: Option<ClientId>,
}

/// What a socket tells.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, and most are frames"
)]
pub enum Told {
    Frame(ServerFrame),
    /// Closed with this code, 0 where it had none.
    Closed(u16),
    /// Ended without a word.
    Cut,
}
