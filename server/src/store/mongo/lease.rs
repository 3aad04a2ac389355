//! Who has a standalone server's database: one process, for as long as it says so every second.

use std::time::Duration;

use mongodb::{
    Collection, Database,
    bson::{DateTime, Document, Uuid, doc},
    options::WriteConcern,
};
use serde::Deserialize;
use tokio::time::{self, Instant};

use super::{
    failure::{Failure, Refusal},
    schema::META,
    standalone::{as_bson, taken_over},
};
use crate::store::StoreError;

/// How often it is said.
const RENEWED_EVERY: Duration = Duration::from_secs(1);
/// Whoever said nothing for so long has lost it: a killed one is followed soon.
const LOST_AFTER_MS: i64 = 3_000;
/// How long a start waits for the lease of one that was killed.
const WAIT: Duration = Duration::from_millis(4_500);

/// The lease's id in `meta`.
const ID: &str = "lease";

/// A lease that this process has.
#[derive(Clone)]
pub struct Lease {
    db: Database,
    meta: Collection<Document>,
    owner: Uuid,
}

#[derive(Deserialize)]
struct Journal {
    id: Uuid,
    commands: Vec<Document>,
}

#[derive(Deserialize)]
struct LeaseRecord {
    journal: Option<Journal>,
}

impl Lease {
    /// Takes the lease, when need be after the one of a process that was killed has run out.
    ///
    /// # Errors
    /// [`Refusal::InUse`] when another process renews it.
    pub async fn take(db: &Database) -> Result<Self, StoreError> {
        let lease = Self {
            db: db.clone(),
            meta: db.collection(META),
            owner: Uuid::new(),
        };
        let give_up_at = Instant::now() + WAIT;
        while !lease.try_take().await? {
            if Instant::now() > give_up_at {
                return Err(Refusal::InUse.unavailable());
            }
            time::sleep(Duration::from_millis(100)).await;
        }
        Ok(lease)
    }

    async fn try_take(&self) -> Result<bool, Failure> {
        let now = self.server_time().await?;
        let is_free = doc! { "_id": ID, "until": { "$lte": now } };
        let mine = doc! { "$set": { "owner": self.owner, "until": now + LOST_AFTER_MS } };
        let taken = self
            .meta
            .update_one(is_free, mine)
            .write_concern(journaled())
            .await?;
        Ok(taken.matched_count == 1)
    }

    /// One clock for all who ask.
    async fn server_time(&self) -> Result<i64, Failure> {
        let hello = self.db.run_command(doc! { "hello": 1 }).await?;
        let now = hello.get_datetime("localTime").copied();
        Ok(now.unwrap_or_else(|_| DateTime::now()).timestamp_millis())
    }

    /// Says every second that it is still held, for ever.
    pub async fn keep(self) {
        loop {
            time::sleep(RENEWED_EVERY).await;
            // A server that cannot be reached cannot be taken by others either, and whoever took
            // it is noticed at the next commit.
            if let Err(failure) = self.renew().await {
                tracing::warn!(?failure, "the lease on the database was not renewed");
            }
        }
    }

    async fn renew(&self) -> Result<(), Failure> {
        let now = self.server_time().await?;
        let more = doc! { "$set": { "until": now + LOST_AFTER_MS } };
        self.meta.update_one(self.mine(), more).await?;
        Ok(())
    }

    fn mine(&self) -> Document {
        doc! { "_id": ID, "owner": self.owner }
    }

    /// Writes down what is going to be written, if this process still has the lease.
    pub async fn write_down(&self, id: Uuid, commands: &[Document]) -> Result<(), Failure> {
        let journal = doc! { "id": id, "commands": as_bson(commands) };
        let written = self
            .meta
            .update_one(self.mine(), doc! { "$set": { "journal": journal } })
            .write_concern(journaled())
            .await?;
        if written.matched_count == 0 {
            return Err(taken_over());
        }
        Ok(())
    }

    /// What was written down last.
    pub async fn journal(&self) -> Result<Option<(Uuid, Vec<Document>)>, Failure> {
        let found = self
            .meta
            .clone_with_type::<LeaseRecord>()
            .find_one(self.mine())
            .await?;
        let journal = found.ok_or_else(taken_over)?.journal;
        Ok(journal.map(|journal| (journal.id, journal.commands)))
    }

    /// Lets the next process have it at once, with nothing left to finish.
    pub async fn give_up(&self) {
        let free = doc! { "$set": { "until": 0_i64 }, "$unset": { "owner": "", "journal": "" } };
        let given_up = self
            .meta
            .update_one(self.mine(), free)
            .write_concern(journaled());
        if let Err(error) = given_up.await {
            tracing::debug!(%error, "the lease on the database runs out by itself");
        }
    }
}

fn journaled() -> WriteConcern {
    let mut concern = WriteConcern::nodes(1);
    concern.journal = Some(true);
    concern
}
