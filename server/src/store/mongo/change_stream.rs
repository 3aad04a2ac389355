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
    ear::Ear,
    echoes::Echoes,
    failure::{Failure, code_of},
    presence::{self, PresenceRecord, TypingRecord, server_bson},
    schema::{COMMITS, PRESENCE, TYPING},
};
use crate::{
    bus::{Availability, ServerId},
    store::{Change, StoreError},
};

/// The server answers every second, with news or without: one that does not is gone.
const PATIENCE: Duration = Duration::from_secs(4);
/// Before the stream is taken up again.
const PAUSE: Duration = Duration::from_millis(200);

type Stream = ChangeStream<ChangeStreamEvent<Document>>;

/// Who listens for one process.
pub struct Follower {
    db: Database,
    me: ServerId,
    stream: Stream,
    token: Option<ResumeToken>,
    feed: mpsc::Sender<Vec<Change>>,
    echoes: Arc<Echoes>,
    ear: Arc<Ear>,
}

impl Follower {
    /// Hears everything that is committed from now on, and who is connected where.
    pub async fn start(
        db: Database,
        me: ServerId,
        feed: mpsc::Sender<Vec<Change>>,
        echoes: Arc<Echoes>,
        ear: Arc<Ear>,
    ) -> Result<Self, StoreError> {
        let stream = open(&db, None).await?;
        let token = stream.resume_token();
        // The stream first: of what is said meanwhile nothing is missed.
        ear.everything(presence::read(&db, me).await?);
        Ok(Self {
            db,
            me,
            stream,
            token,
            feed,
            echoes,
            ear,
        })
    }

    /// Follows until the store is closed.
    pub async fn run(mut self) {
        loop {
            match time::timeout(PATIENCE, self.stream.next_if_any()).await {
                Ok(Ok(event)) => {
                    if let Some(event) = event {
                        self.hear(event).await;
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

    /// Passes news on.
    async fn hear(&mut self, event: ChangeStreamEvent<Document>) {
        let collection = event.ns.and_then(|place| place.coll).unwrap_or_default();
        match (collection.as_str(), event.full_document) {
            (COMMITS, Some(commit)) => self.hear_commit(commit).await,
            (PRESENCE, record) => self.hear_presence(event.document_key.as_ref(), record),
            (TYPING, Some(record)) => self.hear_typing(record),
            _ => {}
        }
    }

    fn hear_presence(&self, key: Option<&Document>, record: Option<Document>) {
        let Some((server, user)) = key
            .and_then(|key| key.get("_id"))
            .and_then(presence::read_id)
        else {
            return;
        };
        if server == self.me {
            return;
        }
        let availability = match record.map(deserialize_from_document::<PresenceRecord>) {
            Some(Ok(record)) => record.availability,
            Some(Err(error)) => {
                tracing::warn!(%error, "what another server said was not understood");
                return;
            }
            None => Availability::Offline,
        };
        self.ear.presence(server, user, availability);
    }

    fn hear_typing(&self, record: Document) {
        match deserialize_from_document::<TypingRecord>(record) {
            Ok(record) if record.server == server_bson(self.me) => {}
            Ok(record) => {
                let (room, user) = record.place();
                self.ear.typing(room, user);
            }
            Err(error) => tracing::warn!(%error, "what another server said was not understood"),
        }
    }

    async fn hear_commit(&mut self, document: Document) {
        let (id, changes) = match read(document) {
            Ok(commit) => commit,
            Err(failure) => {
                // Of a newer server, perhaps.
                tracing::error!(?failure, "a commit was not understood");
                return self.tell(vec![Change::Gap]).await;
            }
        };
        if !changes.is_empty() {
            self.tell(changes).await;
        }
        self.echoes.heard(id);
    }

    /// A command that writes has no live side, and nobody who reads the feed.
    async fn tell(&mut self, changes: Vec<Change>) {
        let _ = self.feed.send(changes).await;
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
                        self.begin_anew().await;
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
        }
    }
}

impl Follower {
    /// The stream begins now: what came before is for the live side to read.
    async fn begin_anew(&mut self) {
        self.tell(vec![Change::Gap]).await;
        match presence::read(&self.db, self.me).await {
            Ok(all) => self.ear.everything(all),
            Err(error) => tracing::warn!(%error, "who is connected elsewhere was not read"),
        }
    }
}

async fn open(db: &Database, token: Option<ResumeToken>) -> Result<Stream, DriverError> {
    // Commits and notices are thrown away by their age, which is nobody's news.
    let added = doc! { "operationType": "insert", "ns.coll": { "$in": [COMMITS, TYPING] } };
    let presence = doc! {
        "operationType": { "$in": ["insert", "replace", "update", "delete"] },
        "ns.coll": PRESENCE,
    };
    let news = doc! { "$match": { "$or": [added, presence] } };
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
