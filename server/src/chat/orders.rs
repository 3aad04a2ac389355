//! What the `ChatServer` tells its workers, and how effects become that.

use std::sync::Arc;

use shared::{CloseCode, Room, RoomId, ServerFrame, UserId};

use super::{
    backlog::Backlog,
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

    /// About how many bytes it holds.
    fn memory(&self) -> usize {
        let rooms = match self {
            Self::Attach { rooms, .. } => size_of_val(&rooms[..]),
            _ => 0,
        };
        size_of::<Self>() + self.len() + rooms
    }
}

/// What comes to a worker in one go. All workers share it; it is part of the backlog until the last
/// of them lets go.
#[derive(Debug, Clone)]
pub(super) struct Orders(Arc<Batch>);

#[derive(Debug)]
struct Batch {
    orders: Vec<Order>,
    bytes: usize,
    backlog: Arc<Backlog>,
}

impl Orders {
    fn new(orders: Vec<Order>, backlog: &Arc<Backlog>) -> Self {
        let bytes = orders.iter().map(Order::memory).sum();
        backlog.add(bytes);
        Self(Arc::new(Batch {
            orders,
            bytes,
            backlog: Arc::clone(backlog),
        }))
    }

    pub fn is_empty(&self) -> bool {
        self.0.orders.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Order> {
        self.0.orders.iter()
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.backlog.take(self.bytes);
    }
}

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
        Orders::new(self.orders, &self.counters.backlog)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::future::poll_immediate;
    use shared::ServerFrame;
    use uuid::Uuid;

    use super::*;
    use crate::chat::backlog::MAX_BYTES;

    #[actix_web::test]
    async fn the_hub_waits_until_every_worker_has_followed_what_is_too_much() {
        let counters = HubCounters::default();
        let room = RoomId::from_uuid(Uuid::nil());
        let make = || {
            let mut orders = OrdersBuilder::new(&counters);
            for worker in 0..=u16::MAX {
                let conn = ConnId { worker, serial: 0 };
                orders.send(Audience::Conn(conn), ServerFrame::Pong {}, None);
                orders.add(Order::Drop { room });
            }
            orders.finish()
        };
        let mut made = Vec::new();
        while !counters.backlog.is_full() {
            made.push(make());
        }
        let most = MAX_BYTES + made[0].0.bytes;
        assert!((MAX_BYTES + 1..=most).contains(&counters.backlog.bytes()));
        let other_worker = made.clone();
        let mut room = pin!(counters.backlog.room());
        assert!(poll_immediate(room.as_mut()).await.is_none());
        drop(made);
        assert!(
            poll_immediate(room.as_mut()).await.is_none(),
            "one is not done"
        );
        drop(other_worker);
        assert!(poll_immediate(room.as_mut()).await.is_some());
        assert_eq!(counters.backlog.bytes(), 0);
    }
}
