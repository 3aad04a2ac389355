//! The `ChatServer` actor: the hub's mailbox. What the hub decides goes to every worker in one
//! message.

use std::sync::Arc;

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Message, WrapFuture,
};
use shared::{Activity, RoomId, SessionId, Timestamp, UserId};
use tokio::sync::mpsc;

use super::{
    counters::Counters,
    orders::{Order, Orders, OrdersBuilder},
    recent::Recent,
};
use crate::{
    bus::{Bus, Signal},
    domain::Domain,
    hub::{ConnId, Effect, Hello, Hub, Leaving, Millis, NotReady},
    store::Change,
};

/// Batches that may wait for one worker. A worker that is that far behind holds up the hub, the
/// hub the feed, and the feed the store, which then refuses new posts.
pub(super) const ORDERS_WAITING: usize = 256;

/// How often the hub is told the time.
const TICK: std::time::Duration = std::time::Duration::from_millis(250);

/// The actor every session is registered with.
pub struct ChatServer {
    hub: Hub,
    domain: Arc<Domain>,
    bus: Arc<dyn Bus>,
    workers: Vec<mpsc::Sender<Orders>>,
    counters: Arc<Counters>,
    recent: Arc<Recent>,
}

impl ChatServer {
    /// With nobody connected, sending to these workers.
    pub(super) fn new(
        domain: Arc<Domain>,
        bus: Arc<dyn Bus>,
        workers: Vec<mpsc::Sender<Orders>>,
        counters: Arc<Counters>,
        recent: Arc<Recent>,
    ) -> Self {
        Self {
            hub: Hub::default(),
            domain,
            bus,
            workers,
            counters,
            recent,
        }
    }

    fn now(&self) -> Millis {
        self.domain.clock().now().as_millis()
    }

    /// Does what the hub wants done.
    fn follow(&self, effects: Vec<Effect>, ctx: &mut Context<Self>) {
        let mut orders = OrdersBuilder::new(&self.counters.hub);
        let mut seen = Vec::new();
        for effect in effects {
            match effect {
                Effect::Send { to, frame, log } => orders.send(to, frame, log),
                Effect::Attach { conn, rooms } => orders.add(Order::Attach { conn, rooms }),
                Effect::Join { user, room } => orders.join(user, room),
                Effect::Leave { user, room } => orders.add(Order::Leave { user, room }),
                Effect::Drop { room } => orders.add(Order::Drop { room }),
                Effect::End { conn, code } => orders.add(Order::End { conn, code }),
                Effect::Show { user, state } => self.domain.presence().set(user, state),
                Effect::Tell { user, availability } => self.bus.show(user, availability),
                Effect::TellTyping { room, user } => self.bus.typing(room, user),
                Effect::Seen { user, at } => seen.push((user, at)),
                Effect::ReadRooms { users } => self.read_rooms(users, ctx),
                Effect::CountTicks { room } => self.count_ticks(room, ctx),
            }
        }
        if !seen.is_empty() {
            self.keep_seen(seen);
        }
        self.send(&orders.finish(), ctx);
    }

    fn send(&self, orders: &Orders, ctx: &mut Context<Self>) {
        if orders.is_empty() {
            return;
        }
        for worker in &self.workers {
            self.counters.hub.orders.add(1);
            match worker.try_send(orders.clone()) {
                // A closed one is stopping and has nobody left.
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
                Err(mpsc::error::TrySendError::Full(orders)) => {
                    let worker = worker.clone();
                    let sending = async move {
                        let _ = worker.send(orders).await;
                    };
                    // Nothing else is handled until it went through: the order stays.
                    ctx.wait(sending.into_actor(self));
                }
            }
        }
        let backlog = &self.counters.hub.backlog;
        if backlog.is_full() {
            let backlog = Arc::clone(backlog);
            ctx.wait(async move { backlog.room().await }.into_actor(self));
        }
    }

    fn keep_seen(&self, seen: Vec<(UserId, Timestamp)>) {
        let store = Arc::clone(self.domain.store());
        actix::spawn(async move {
            if let Err(error) = store.set_last_seen(&seen).await {
                crate::Error::from(error).log();
            }
        });
    }

    fn read_rooms(&self, users: Vec<UserId>, ctx: &mut Context<Self>) {
        let store = Arc::clone(self.domain.store());
        let reading = async move { store.rooms_of(&users).await };
        ctx.spawn(reading.into_actor(self).map(|places, actor, ctx| {
            let now = actor.now();
            match places {
                Ok(places) => {
                    let effects = actor.hub.rooms_read(places, now);
                    actor.follow(effects, ctx);
                }
                Err(error) => {
                    crate::Error::from(error).log();
                    actor.hub.rooms_not_read(now);
                }
            }
        }));
    }

    fn count_ticks(&self, room: RoomId, ctx: &mut Context<Self>) {
        let domain = Arc::clone(&self.domain);
        let counting = async move { domain.ticks(room).await };
        ctx.spawn(
            counting
                .into_actor(self)
                .map(move |ticks, actor, ctx| match ticks {
                    Ok(Some(ticks)) => {
                        let effects = actor.hub.ticks(room, ticks);
                        actor.follow(effects, ctx);
                    }
                    Ok(None) => {}
                    Err(error) => error.log(),
                }),
        );
    }
}

impl Actor for ChatServer {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.run_interval(TICK, |actor, ctx| {
            let effects = actor.hub.tick(actor.now());
            actor.follow(effects, ctx);
        });
    }
}

/// A connection is being made.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Begin {
    pub conn: ConnId,
    pub user: UserId,
    pub session: SessionId,
}

impl Handler<Begin> for ChatServer {
    type Result = ();

    fn handle(&mut self, begin: Begin, _: &mut Self::Context) {
        self.hub.begin(begin.conn, begin.user, begin.session);
    }
}

/// What it needs was read: it is open from now on, or not.
#[derive(Message)]
#[rtype(result = "Result<(), NotReady>")]
pub(super) struct Ready {
    pub conn: ConnId,
    pub hello: Hello,
}

impl Handler<Ready> for ChatServer {
    type Result = Result<(), NotReady>;

    fn handle(&mut self, Ready { conn, hello }: Ready, ctx: &mut Self::Context) -> Self::Result {
        let effects = self.hub.ready(conn, hello, self.now())?;
        self.follow(effects, ctx);
        Ok(())
    }
}

/// A connection ended.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Disconnect {
    pub conn: ConnId,
    pub leaving: Leaving,
}

impl Handler<Disconnect> for ChatServer {
    type Result = ();

    fn handle(&mut self, Disconnect { conn, leaving }: Disconnect, ctx: &mut Self::Context) {
        let now = self.now();
        let effects = self.hub.disconnect(conn, leaving, now);
        self.follow(effects, ctx);
    }
}

/// Somebody is writing.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Typing {
    pub conn: ConnId,
    pub room: RoomId,
}

impl Handler<Typing> for ChatServer {
    type Result = ();

    fn handle(&mut self, Typing { conn, room }: Typing, ctx: &mut Self::Context) {
        let effects = self.hub.typing(conn, room);
        self.follow(effects, ctx);
    }
}

/// A client says whether there was input lately.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct SetActivity {
    pub conn: ConnId,
    pub activity: Activity,
}

impl Handler<SetActivity> for ChatServer {
    type Result = ();

    fn handle(&mut self, set: SetActivity, ctx: &mut Self::Context) {
        let now = self.now();
        let effects = self.hub.set_activity(set.conn, set.activity, now);
        self.follow(effects, ctx);
    }
}

/// What one commit changed. Answered when it is on its way to the workers.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Committed(pub Vec<Change>);

impl Handler<Committed> for ChatServer {
    type Result = ();

    fn handle(&mut self, Committed(changes): Committed, ctx: &mut Self::Context) {
        let now = self.now();
        // Before anybody is told: who was told of a change finds it there.
        self.recent.observe(&changes, now);
        let mut effects = Vec::with_capacity(changes.len());
        for change in changes {
            self.domain.observe(&change);
            effects.extend(self.hub.apply(change, now));
        }
        self.follow(effects, ctx);
    }
}

/// What other servers said.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Heard(pub Vec<Signal>);

impl Handler<Heard> for ChatServer {
    type Result = ();

    fn handle(&mut self, Heard(signals): Heard, ctx: &mut Self::Context) {
        let now = self.now();
        let effects = self.hub.hear(signals, now);
        self.follow(effects, ctx);
    }
}

/// How many there are of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Open sockets and streams.
    pub connections: usize,
    /// People connected here, or gone for less than the grace.
    pub people: usize,
    /// People connected to other servers only.
    pub people_elsewhere: usize,
    /// Rooms that somebody connected is in.
    pub rooms: usize,
    /// Messages that wait for each worker.
    pub orders_waiting: Vec<usize>,
}

/// Asks for them.
#[derive(Message)]
#[rtype(result = "Counts")]
pub(super) struct Count;

impl Handler<Count> for ChatServer {
    type Result = actix::MessageResult<Count>;

    fn handle(&mut self, _: Count, _: &mut Self::Context) -> Self::Result {
        actix::MessageResult(Counts {
            connections: self.hub.conn_count(),
            people: self.hub.people_count(),
            people_elsewhere: self.hub.people_elsewhere_count(),
            rooms: self.hub.room_count(),
            orders_waiting: self
                .workers
                .iter()
                .map(|worker| worker.max_capacity() - worker.capacity())
                .collect(),
        })
    }
}

/// Nothing more comes.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Stop;

impl Handler<Stop> for ChatServer {
    type Result = ();

    fn handle(&mut self, _: Stop, ctx: &mut Self::Context) {
        ctx.stop();
    }
}
