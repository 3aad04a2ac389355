//! Two servers on one database, and who is on them.

use std::time::{Duration, Instant};

use shared::{PresenceState, RoomId};

use crate::{
    api::harness::{Person, Socket},
    database::Database,
    process::Process,
};

/// Two server processes on a database of their own.
pub struct Cluster {
    pub east: Process,
    pub west: Process,
    pub database: Database,
}

impl Cluster {
    pub async fn start() -> Self {
        let database = Database::new("PARLOR_TEST_MONGODB_URI");
        let west = Process::start(database.address()).await;
        Self::with(database, west).await
    }

    /// A western server that is there, and an eastern one beside it.
    pub async fn with(database: Database, west: Process) -> Self {
        Self {
            east: Process::start(database.address()).await,
            west,
            database,
        }
    }

    /// Kills the eastern server and starts another one in its place.
    pub async fn replace_east(&mut self) {
        self.east.kill();
        self.east = Process::start(self.database.address()).await;
    }

    /// Alice is connected in the east, Bob in the west, and both know it.
    pub async fn alice_and_bob(&self) -> Two {
        let alice = self.east.register("alice").await;
        let bob = self.west.register("bob").await;
        let mut alices = alice.connect().await;
        let mut bobs = bob.connect().await;
        // Whoever came later may have been told of the earlier one by `ready`.
        let knows = |socket: &Socket, of: &Person| {
            let mut online = socket.ready.online.iter().flatten();
            online.any(|presence| presence.user == of.id)
        };
        if !knows(&alices, &bob) {
            alices.until_shown(&bob, PresenceState::Online).await;
        }
        if !knows(&bobs, &alice) {
            bobs.until_shown(&alice, PresenceState::Online).await;
        }
        let lobby = alices.ready.rooms[0].id;
        Two {
            alice,
            bob,
            alices,
            bobs,
            lobby,
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.east.stop();
        self.west.stop();
        self.database.remove();
    }
}

/// Alice in the east and Bob in the west, in the lobby.
pub struct Two {
    pub alice: Person,
    pub bob: Person,
    pub alices: Socket,
    pub bobs: Socket,
    pub lobby: RoomId,
}

/// What something took.
pub async fn timed<T>(future: impl Future<Output = T>) -> (T, Duration) {
    let began = Instant::now();
    let value = future.await;
    (value, began.elapsed())
}
