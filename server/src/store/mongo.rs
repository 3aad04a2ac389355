//! MongoDB: one document per message, transactions and a change stream on a replica set, a journal
//! of our own on a standalone server.
//!
//! BSON stops here. What anybody may do is `domain`'s; what is promised is said at the traits.

mod accounts;
mod archive;
mod bans;
mod change_record;
mod change_stream;
mod commits;
mod direct;
mod driver_thread;
mod ear;
mod echoes;
mod failure;
mod followers;
mod garbage;
mod intake;
mod invitations;
mod key;
mod lane;
mod lease;
mod log;
mod log_batch;
mod logins;
mod marks;
mod members;
mod mine;
mod mouth;
mod open;
mod orphans;
mod pages;
mod presence;
mod pulse;
mod record;
mod replica_set;
mod rooms;
mod schema;
mod sessions;
mod standalone;
mod view;
mod work;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use mongodb::{
    Database,
    bson::{Uuid, doc},
};
use shared::{Epoch, RoomId};
use tokio::{task::AbortHandle, time};

use super::{Activity, Store, StoreError};
use commits::{Commits, Echo};
use driver_thread::DriverThread;
use failure::{Failure, Refusal};
use lane::Lane;
use schema::{Identity, META};
use view::View;
use work::Work;

pub(super) use intake::{begin_intake, check_source};
pub(super) use open::open;

/// A server that is stopping waits no longer for a MongoDB that does not answer.
const CLOSING: Duration = Duration::from_secs(2);

struct MongoStore {
    db: Database,
    identity: Identity,
    commits: Arc<Commits>,
    lane: Lane,
    is_closed: AtomicBool,
    /// What follows the server as long as the store is open.
    tasks: Vec<AbortHandle>,
    /// Last: calls that are still under way when the store is closed need it.
    thread: DriverThread,
}

impl MongoStore {
    /// Does `job` and waits until it is durable.
    async fn commit<'j, T>(
        &'j self,
        echo: Echo,
        about: Option<Uuid>,
        job: impl for<'w> Fn(&'w mut Work<'j>) -> BoxFuture<'w, Result<T, Failure>> + Send + Sync,
    ) -> Result<T, StoreError> {
        self.refuse_when_closed()?;
        self.commits.commit(echo, about, 1, job).await
    }

    /// Does `job` in one snapshot.
    async fn read<'j, T>(
        &'j self,
        job: impl for<'w> Fn(&'w mut View<'j>) -> BoxFuture<'w, Result<T, Failure>> + Send + Sync,
    ) -> Result<T, StoreError> {
        self.refuse_when_closed()?;
        let counters = &self.commits.counters;
        counters.noted(self.commits.read(job).await)
    }

    fn refuse_when_closed(&self) -> Result<(), StoreError> {
        if self.is_closed.load(Ordering::Acquire) {
            return Err(Refusal::Closed.unavailable());
        }
        Ok(())
    }
}

#[async_trait]
impl Store for MongoStore {
    fn epoch(&self) -> Epoch {
        self.identity.epoch
    }

    fn lobby(&self) -> RoomId {
        self.identity.lobby
    }

    async fn check(&self) -> Result<(), StoreError> {
        // A commit that is really made: a server without a majority still takes connections.
        self.commit(Echo::Ignored, None, move |work| {
            Box::pin(async move {
                let by = uuid::Uuid::new_v4().to_string();
                work.set(META, "store", doc! { "checked_by": by });
                Ok(())
            })
        })
        .await
    }

    fn activity(&self) -> Activity {
        self.commits
            .counters
            .read(self.lane.waiting() + self.commits.waiting())
    }

    async fn close(&self) {
        if self.is_closed.swap(true, Ordering::AcqRel) {
            return;
        }
        let closing = async {
            self.lane.close().await;
            self.commits.close().await;
        };
        if time::timeout(CLOSING, closing).await.is_err() {
            tracing::error!("the store was closed before MongoDB had answered everything");
        }
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Drop for MongoStore {
    fn drop(&mut self) {
        self.thread.stop();
    }
}
