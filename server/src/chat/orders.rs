//! What the `ChatServer` tells its workers, and how effects become that.

use std::sync::Arc;

use shared::{CloseCode, Room, RoomId, ServerFrame, UserId};

use super::{
    burst::{Burst, BurstBuilder},
    counters::HubCounters,
    frame::Frame,
};
use crate::hub::{Audience, ConnId};

/// What the `ChatServer` tells every worker, in order.
#[derive(Debug)]
pub(super) enum Order {
    /// Frames, made once.
    Send { to: Audience, burst: Burst },
    /// The connection is open, in these rooms.
    Attach { conn: ConnId, rooms: Vec<RoomId> },
    /// The person's connections are in the room from now on; those that were not are told so.
    Join {
        user: UserId,
        room: RoomId,
        frame: Frame,
    },
    /// They are not any more.
    Leave { user: UserId, room: RoomId },
    /// Nobody is in the room any more.
    Drop { room: RoomId },
    /// Close the connection.
    End { conn: ConnId, code: CloseCode },
}

impl Order {
    /// Bytes that it queues for each of its receivers.
    pub fn len(&self) -> usize {
        match self {
            Self::Send { burst, .. } => burst.ws().len(),
            Self::Join { frame, .. } => frame.ws().len(),
            _ => 0,
        }
    }
}

/// What comes to a worker in one go.
pub(super) type Orders = Arc<[Order]>;

/// Orders in the making. Frames that follow one another to the same people become one burst.
pub(super) struct OrdersBuilder<'a> {
    orders: Vec<Order>,
    burst: Option<(Audience, BurstBuilder)>,
    counters: &'a HubCounters,
}

impl<'a> OrdersBuilder<'a> {
    /// None yet; what is encoded is counted here.
    pub fn new(counters: &'a HubCounters) -> Self {
        Self {
            orders: Vec::new(),
            burst: None,
            counters,
        }
    }

    /// A frame for everybody of the audience.
    pub fn send(&mut self, to: Audience, frame: ServerFrame, log: Option<(RoomId, u64)>) {
        self.counters.frames.add(1);
        if matches!(frame, ServerFrame::MessagePosted { .. }) {
            self.counters.messages.add(1);
        }
        match &mut self.burst {
            Some((audience, burst)) if *audience == to && !burst.is_done(log) => {
                burst.add(frame, log);
            }
            _ => {
                self.end_burst();
                let mut burst = BurstBuilder::default();
                burst.add(frame, log);
                self.burst = Some((to, burst));
            }
        }
    }

    /// The person's connections are in the room from now on.
    pub fn join(&mut self, user: UserId, room: Room) {
        let id = room.id();
        self.counters.frames.add(1);
        let frame = Frame::encode(&ServerFrame::RoomJoined { room }, None);
        self.add(Order::Join {
            user,
            room: id,
            frame,
        });
    }

    /// Another order, after what is to be sent before it.
    pub fn add(&mut self, order: Order) {
        self.end_burst();
        self.orders.push(order);
    }

    fn end_burst(&mut self) {
        if let Some((to, burst)) = self.burst.take() {
            let burst = burst.finish();
            self.orders.push(Order::Send { to, burst });
        }
    }

    /// All of them, in order.
    pub fn finish(mut self) -> Orders {
        self.end_burst();
        self.orders.into()
    }
}
