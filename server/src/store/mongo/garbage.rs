//! Messages of rooms that are gone.

use mongodb::bson::{Document, doc};
use shared::RoomId;

use super::{
    MongoStore,
    commits::{glance, in_time},
    key::{BsonId, room_id},
    record::MessageRecord,
    schema::{GARBAGE, MESSAGES},
    view::Find,
};
use crate::store::StoreError;

/// Removed in one step, so that no step takes longer than anybody waits.
const STEP: u32 = 5_000;

#[derive(serde::Deserialize)]
struct GarbageRecord {
    #[serde(rename = "_id")]
    room: mongodb::bson::Uuid,
}

impl MongoStore {
    /// Removes the messages of every room that is gone.
    pub(super) async fn remove_garbage(&self) -> Result<(), StoreError> {
        let rooms: Vec<GarbageRecord> = glance(&self.db, move |view| {
            Box::pin(async move { view.all(GARBAGE, Find::default()).await })
        })
        .await?;
        for GarbageRecord { room } in rooms {
            self.remove_messages(room_id(room)).await;
        }
        Ok(())
    }

    /// Removes the messages of a room that is gone. What is left after a failure is removed at
    /// the next purge or start.
    pub(super) async fn remove_messages(&self, room: RoomId) {
        if let Err(error) = self.try_remove_messages(room).await {
            tracing::warn!(%error, "messages of a deleted room are still to be removed");
        }
    }

    async fn try_remove_messages(&self, room: RoomId) -> Result<(), StoreError> {
        let messages = self.db.collection::<Document>(MESSAGES);
        loop {
            let some: Vec<MessageRecord> = glance(&self.db, move |view| {
                Box::pin(async move {
                    let find = Find::by(doc! { "room": room.bson() }).at_most(STEP);
                    view.all(MESSAGES, find).await
                })
            })
            .await?;
            if some.is_empty() {
                break;
            }
            let ids: Vec<_> = some.iter().map(|message| message.id).collect();
            let which = doc! { "_id": { "$in": ids } };
            in_time(async { Ok(messages.delete_many(which).await?) }).await?;
        }
        let garbage = self.db.collection::<Document>(GARBAGE);
        let done = doc! { "_id": room.bson() };
        in_time(async { Ok(garbage.delete_one(done).await?) }).await?;
        Ok(())
    }
}
