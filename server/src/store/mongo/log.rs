//! The log of a room. What changes it goes through one lane, which gathers what is waiting into
//! one commit, so that the messages of one author keep their order and share an fsync.

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use mongodb::bson::doc;
use shared::{Message, MessageId, RoomId, Timestamp, UserId};

use super::{
    MongoStore, commits::glance, key::BsonId, lane::LogJob, pages, record::MessageRecord,
    schema::MESSAGES,
};
use crate::store::{Changes, Edit, Log, NewPost, Page, PageAt, Posted, StoreError};

#[async_trait]
impl Log for MongoStore {
    fn post(&self, post: NewPost) -> BoxFuture<'static, Result<Posted, StoreError>> {
        // Not an async block: the job must be queued before anybody polls.
        Box::pin(self.lane.submit(|answer| LogJob::Post { post, answer }))
    }

    async fn edit(
        &self,
        room: RoomId,
        message: MessageId,
        edit: Edit,
        at: Timestamp,
    ) -> Result<Message, StoreError> {
        let job = |answer| LogJob::Edit {
            room,
            message,
            edit,
            at,
            answer,
        };
        self.lane.submit(job).await
    }

    async fn message(
        &self,
        room: RoomId,
        message: MessageId,
    ) -> Result<Option<Message>, StoreError> {
        self.refuse_when_closed()?;
        glance(&self.db, move |view| {
            Box::pin(async move {
                let filter = doc! { "_id": message.bson(), "room": room.bson() };
                let found = view.one::<MessageRecord>(MESSAGES, filter).await?;
                Ok(found.map(Message::from))
            })
        })
        .await
    }

    async fn page(
        &self,
        reader: UserId,
        room: RoomId,
        at: PageAt,
        limit: u32,
    ) -> Result<Page, StoreError> {
        self.read(move |view| {
            Box::pin(async move { pages::page(view, reader, room, at, limit).await })
        })
        .await
    }

    async fn changes(
        &self,
        reader: UserId,
        room: RoomId,
        since: u64,
        limit: u32,
    ) -> Result<Changes, StoreError> {
        self.commits.counters.log_reads.add(1);
        self.read(move |view| {
            Box::pin(async move { pages::changes(view, reader, room, since, limit).await })
        })
        .await
    }
}
