//! Hearing of commits, our own and other servers', in the order they were made: one change stream
//! per process, taken up where it was cut.

use std::{sync::Arc, time::Duration};

use mongodb::{
    Database,
    bson::{Document, deserialize_from_document, doc},
    change_stream::{
        ChangeStream,
        event::{ChangeStreamEvent, ResumeToken},
    },
    error::Error as DriverError,
};
use tokio::{sync::mpsc, time};

use super::{
    change_record::CommitRecord,
    echoes::Echoes,
    failure::{Failure, code_of},
    schema::COMMITS,
};
use crate::store::Change;

/// The server answers every second, with news or without: one that does not is gone.
const PATIENCE: Duration = Duration::from_secs(4);
/// Before the stream is taken up again.
const PAUSE: Duration = Duration::from_millis(200);

type Stream = ChangeStream<ChangeStreamEvent<Document>>;

/// One process's ear.
pub struct Follower {
    db: Database,
    stream: Stream,
    token: Option<ResumeToken>,
    feed: mpsc::Sender<Vec<Change>>,
    echoes: Arc<Echoes>,
}

impl Follower {
    /// Hears everything that is committed from now on.
    pub async fn start(
        db: Database,
        feed: mpsc::Sender<Vec<Change>>,
        echoes: Arc<Echoes>,
    ) -> Result<Self, Failure> {
        let stream = open(&db, None).await?;
        let token = stream.resume_token();
        Ok(Self {
            db,
            stream,
            token,
            feed,
            echoes,
        })
    }

    /// Follows until nobody reads the feed any more.
    pub async fn run(mut self) {
        loop {
            match time::timeout(PATIENCE, self.stream.next_if_any()).await {
                Ok(Ok(event)) => {
                    let is_read = match event {
                        Some(event) => self.hear(event).await,
                        None => !self.feed.is_closed(),
                    };
                    if !is_read {
                        return;
                    }
                    self.token = self.stream.resume_token().or(self.token);
                    if !self.stream.is_alive() {
                        self.take_up().await;
                    }
                }
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the change stream was cut");
                    self.take_up().await;
                }
                Err(_) => {
                    tracing::warn!("the change stream hangs");
                    self.take_up().await;
                }
            }
        }
    }

    /// Passes a commit on; false where nobody reads any more.
    async fn hear(&mut self, event: ChangeStreamEvent<Document>) -> bool {
        let Some(document) = event.full_document else {
            return true;
        };
        let (id, changes) = match read(document) {
            Ok(commit) => commit,
            Err(failure) => {
                // Of a newer server, perhaps.
                tracing::error!(?failure, "a commit was not understood");
                return self.feed.send(vec![Change::Gap]).await.is_ok();
            }
        };
        if !changes.is_empty() && self.feed.send(changes).await.is_err() {
            return false;
        }
        self.echoes.heard(id);
        true
    }

    /// Opens the stream again after the last thing heard.
    async fn take_up(&mut self) {
        loop {
            time::sleep(PAUSE).await;
            let opening = open(&self.db, self.token.clone());
            match time::timeout(PATIENCE, opening).await {
                Ok(Ok(stream)) => {
                    self.stream = stream;
                    if self.token.is_none() {
                        // It begins now; what came before is for the clients to read. An error
                        // says that nobody reads the feed any more.
                        let _ = self.feed.send(vec![Change::Gap]).await;
                    }
                    return;
                }
                Ok(Err(error)) if is_history_lost(&error) => {
                    tracing::error!(%error, "changes were missed: the change stream begins anew");
                    self.token = None;
                }
                Ok(Err(error)) => tracing::debug!(%error, "the change stream is still cut"),
                Err(_) => tracing::debug!("the change stream is still cut"),
            }
            if self.feed.is_closed() {
                return;
            }
        }
    }
}

async fn open(db: &Database, token: Option<ResumeToken>) -> Result<Stream, DriverError> {
    // The collection's documents are thrown away by their age, which is nobody's news.
    let news = doc! { "$match": { "operationType": "insert", "ns.coll": COMMITS } };
    db.watch().pipeline([news]).resume_after(token).await
}

fn read(document: Document) -> Result<(mongodb::bson::Uuid, Vec<Change>), Failure> {
    let commit: CommitRecord = deserialize_from_document(document).map_err(Failure::unreadable)?;
    let changes = commit.changes.into_iter().map(Change::try_from);
    Ok((commit.id, changes.collect::<Result<_, _>>()?))
}

/// The oplog does not go back that far any more, or the token means nothing to this server.
fn is_history_lost(error: &DriverError) -> bool {
    const LOST: [i32; 4] = [136, 260, 280, 286];
    code_of(error).is_some_and(|code| LOST.contains(&code))
}
