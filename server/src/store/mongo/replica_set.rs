//! On a replica set: each commit is a transaction, and what it changed is a document in it, which
//! every server gets by its change stream in the order of commits.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use mongodb::{
    Client, ClientSession, Database,
    bson::{DateTime, Document, Uuid},
    options::{ReadConcern, WriteConcern},
};
use tokio::time::{self, Instant};

use super::{
    change_record::{ChangeRecord, CommitRecord},
    commits::{Echo, in_time},
    echoes::{Echoes, Expected},
    failure::Failure,
    orphans,
    schema::COMMITS,
    sessions::Sessions,
    view::View,
    work::{self, Work},
};
use crate::store::Change;

/// Pauses between attempts, doubling from the first: a race is over after the other's fsync.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// Who loses races for so long is not racing: a process that was killed has left a lock behind.
const TOO_LONG: Duration = Duration::from_millis(500);

/// Transactions, and hearing of them.
pub struct ReplicaSet {
    client: Client,
    db: Database,
    echoes: Arc<Echoes>,
    sessions: Sessions,
}

impl ReplicaSet {
    /// On this database, whose commits are heard by `echoes`.
    pub fn new(client: Client, db: Database, echoes: Arc<Echoes>) -> Self {
        Self {
            sessions: Sessions::new(client.clone()),
            client,
            db,
            echoes,
        }
    }

    /// Does `job` in a transaction, again as long as others are quicker. With its echo, where that
    /// is awaited.
    pub async fn commit<'j, T>(
        &'j self,
        echo: Echo,
        job: impl for<'w> Fn(&'w mut Work<'j>) -> BoxFuture<'w, Result<T, Failure>> + Send + Sync,
    ) -> Result<(T, Option<Expected>), Failure> {
        let mut pause = FIRST_PAUSE;
        let mut look_at = Instant::now() + TOO_LONG;
        loop {
            match self.attempt(echo, &job).await {
                Err(failure) if failure.may_repeat() => {
                    if Instant::now() >= look_at {
                        self.end_orphans().await;
                        look_at = Instant::now() + TOO_LONG;
                    }
                    time::sleep(pause.mul_f64(0.5 + random_fraction())).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                done => return done,
            }
        }
    }

    async fn end_orphans(&self) {
        match orphans::end(&self.client).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "ended transactions that a process left open"),
            Err(error) => tracing::warn!(%error, "cannot look for transactions left open"),
        }
    }

    async fn attempt<'j, T>(
        &'j self,
        echo: Echo,
        job: &(impl for<'w> Fn(&'w mut Work<'j>) -> BoxFuture<'w, Result<T, Failure>> + Send + Sync),
    ) -> Result<(T, Option<Expected>), Failure> {
        let mut work = Work::new(self.begin().await?);
        let outcome = job(&mut work).await;
        let (mut view, commands, changes) = work.into_parts();
        let attempt = self.finish(echo, &mut view, outcome, commands, changes);
        let attempt = attempt.await;
        if let Some(session) = view.session.take() {
            self.sessions.give_back(session);
        }
        attempt
    }

    async fn finish<T>(
        &self,
        echo: Echo,
        view: &mut View<'_>,
        outcome: Result<T, Failure>,
        commands: Vec<Document>,
        changes: Vec<Change>,
    ) -> Result<(T, Option<Expected>), Failure> {
        let outcome = match outcome {
            Ok(done) => write(view, commands).await.map(|()| done),
            Err(failure) => Err(failure),
        };
        let done = match outcome {
            Ok(done) => done,
            Err(failure) => {
                abort(view).await;
                return Err(failure);
            }
        };
        let mut expected = None;
        if !changes.is_empty() {
            let id = Uuid::new();
            if echo == Echo::Awaited {
                expected = Some(self.echoes.expect(id));
            }
            let record = CommitRecord {
                id,
                at: DateTime::now(),
                changes: changes.iter().filter_map(ChangeRecord::of).collect(),
            };
            let commits = self.db.collection::<CommitRecord>(COMMITS);
            let telling = commits.insert_one(record);
            if let Some(session) = &mut view.session
                && let Err(error) = telling.session(session).await
            {
                abort(view).await;
                return Err(error.into());
            }
        }
        end(view).await?;
        Ok((done, expected))
    }

    /// Reads in one snapshot, of what a majority has. Nothing is locked, and nothing is left
    /// behind by who gives up.
    pub async fn read<'j, T>(
        &'j self,
        job: impl for<'w> Fn(&'w mut View<'j>) -> BoxFuture<'w, Result<T, Failure>> + Send + Sync,
    ) -> Result<T, Failure> {
        let session = self.client.start_session().snapshot(true).await?;
        job(&mut View::in_session(&self.db, session)).await
    }

    /// Waits until everything that was committed is in the feed.
    pub async fn close(&self) {
        let last = CommitRecord {
            id: Uuid::new(),
            at: DateTime::now(),
            changes: Vec::new(),
        };
        let expected = self.echoes.expect(last.id);
        let commits = self.db.collection::<CommitRecord>(COMMITS);
        let telling = in_time(async { Ok(commits.insert_one(&last).await?) });
        if telling.await.is_err() || !expected.heard().await {
            tracing::warn!("the feed ended before it was known to be complete");
        }
        self.sessions.end().await;
    }

    async fn begin(&self) -> Result<View<'_>, Failure> {
        let mut session = self.sessions.take().await?;
        session
            .start_transaction()
            .read_concern(ReadConcern::snapshot())
            .write_concern(durable())
            .await?;
        Ok(View::in_session(&self.db, session))
    }
}

/// In the journals of a majority.
pub fn durable() -> WriteConcern {
    let mut concern = WriteConcern::majority();
    concern.journal = Some(true);
    concern
}

async fn write(view: &mut View<'_>, commands: Vec<Document>) -> Result<(), Failure> {
    for command in commands {
        work::check(&view.command(command).await?)?;
    }
    Ok(())
}

/// Commits. Where the answer got lost it is asked for again: the server remembers.
async fn end(view: &mut View<'_>) -> Result<(), Failure> {
    let Some(session) = &mut view.session else {
        return Ok(());
    };
    loop {
        match session.commit_transaction().await {
            Err(error) if Failure::is_unknown_commit(&error) => time::sleep(FIRST_PAUSE).await,
            done => return Ok(done?),
        }
    }
}

async fn abort(view: &mut View<'_>) {
    if let Some(session) = &mut view.session {
        abort_session(session).await;
    }
}

async fn abort_session(session: &mut ClientSession) {
    if let Err(error) = session.abort_transaction().await {
        // The server aborts by itself what nobody goes on with.
        tracing::debug!(%error, "a transaction was not aborted");
    }
}

/// Between 0 and 1: two servers that race pause for different times.
fn random_fraction() -> f64 {
    f64::from(Uuid::new().bytes()[0]) / 256.0
}
