//! Which servers live: each says so twice a second, and whoever said nothing for too long is gone,
//! and everybody with it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use mongodb::{
    Database,
    bson::{Document, Uuid, doc},
    options::ReturnDocument,
};
use serde::Deserialize;
use tokio::time::{self, Instant};

use super::{
    commits::{glance, in_time},
    ear::Ear,
    mouth::Mouth,
    presence::{self, quick, server_bson},
    schema::SERVERS,
    view::Find,
};
use crate::{bus::ServerId, store::StoreError};

const EVERY: Duration = Duration::from_millis(500);
/// Long enough for its people to be back elsewhere, short enough for nobody to be shown as
/// connected five seconds after it was killed.
const GONE_AFTER: Duration = Duration::from_secs(3);

/// In `servers`.
#[derive(Deserialize)]
struct ServerRecord {
    #[serde(rename = "_id")]
    id: Uuid,
    beat: i64,
}

/// One server's pulse, and its finger on the others'.
pub struct Pulse {
    db: Database,
    me: ServerId,
    mouth: Arc<Mouth>,
    ear: Arc<Ear>,
    beat: i64,
    /// The last of them that is known to have been heard.
    answered: i64,
    /// The last beat of each other server, and when it was new.
    others: HashMap<ServerId, (i64, Instant)>,
    /// When they were last looked at.
    looked_at: Instant,
}

impl Pulse {
    /// Of this server.
    pub fn new(db: Database, me: ServerId, mouth: Arc<Mouth>, ear: Arc<Ear>) -> Self {
        Self {
            db,
            me,
            mouth,
            ear,
            beat: 0,
            answered: 0,
            others: HashMap::new(),
            looked_at: Instant::now(),
        }
    }

    /// Beats and feels until the store is closed.
    pub async fn run(mut self) {
        loop {
            if let Err(error) = self.turn().await {
                // Nobody is declared gone by who cannot look.
                tracing::warn!(%error, "the servers could not be looked at");
                self.trust_all();
            }
            time::sleep(EVERY).await;
        }
    }

    async fn turn(&mut self) -> Result<(), StoreError> {
        if !self.beat().await? && self.beat > 1 {
            // The others thought this server gone and threw away what it had said.
            self.mouth.say_all_again();
        }
        let found: Vec<ServerRecord> = glance(&self.db, |view| {
            Box::pin(async move { view.all(SERVERS, Find::default()).await })
        })
        .await?;
        let now = Instant::now();
        if now.duration_since(self.looked_at) > 4 * EVERY {
            // It was us who were away: stopped, or on a machine that slept.
            self.trust_all();
        }
        self.looked_at = now;
        for record in found {
            let server = ServerId(uuid::Uuid::from_bytes(record.id.bytes()));
            if server == self.me {
                continue;
            }
            let known = self.others.entry(server).or_insert((record.beat, now));
            if known.0 != record.beat {
                *known = (record.beat, now);
            }
        }
        // Also those that only their people are left of.
        for server in self.ear.servers() {
            self.others.entry(server).or_insert((0, now));
        }
        let gone: Vec<ServerId> = self
            .others
            .iter()
            .filter(|(_, (_, at))| now.duration_since(*at) >= GONE_AFTER)
            .map(|(server, _)| *server)
            .collect();
        for server in gone {
            self.others.remove(&server);
            self.ear.gone(server);
            self.bury(server).await?;
        }
        Ok(())
    }

    /// Whether nobody threw away since the last beat what this server had said. That there is a
    /// record does not say so: a beat that was held back on the way makes one, after the others
    /// threw it away and long after anybody waited for it here.
    async fn beat(&mut self) -> Result<bool, StoreError> {
        self.beat += 1;
        let beat = doc! { "$set": { "beat": self.beat } };
        let servers = self.db.collection::<ServerRecord>(SERVERS);
        let before = in_time(async {
            let beating = servers
                .find_one_and_update(doc! { "_id": server_bson(self.me) }, beat)
                .upsert(true)
                .return_document(ReturnDocument::Before)
                .write_concern(quick());
            Ok(beating.await?)
        });
        let is_known = before.await?.is_some_and(|was| was.beat == self.answered);
        self.answered = self.beat;
        Ok(is_known)
    }

    /// Removes what a dead server left. Several may do it at once.
    async fn bury(&self, server: ServerId) -> Result<(), StoreError> {
        presence::forget(&self.db, server).await?;
        let servers = self.db.collection::<Document>(SERVERS);
        let it = doc! { "_id": server_bson(server) };
        in_time(async { Ok(servers.delete_one(it).write_concern(quick()).await?) }).await?;
        Ok(())
    }

    fn trust_all(&mut self) {
        let now = Instant::now();
        for (_, at) in self.others.values_mut() {
            *at = now;
        }
    }
}
