//! Whether a transaction holds a room: then nobody else can post there.

use mongodb::{
    Database as MongoDatabase,
    bson::{Document, Uuid, doc},
    error::ErrorKind,
};
use shared::RoomId;

use crate::database::Database;

/// MongoDB's code for a document that another transaction has written.
const WRITE_CONFLICT: i32 = 112;

/// What posts in one room go through.
pub struct RoomLock {
    db: MongoDatabase,
    room: Uuid,
}

impl RoomLock {
    pub async fn of(database: &Database, room: RoomId) -> Self {
        Self {
            db: database.connect().await,
            room: Uuid::from_bytes(room.as_uuid().into_bytes()),
        }
    }

    /// Found by a write of our own, which is taken back.
    pub async fn is_held(&self) -> bool {
        let mut session = self.db.client().start_session().await.unwrap();
        session.start_transaction().await.unwrap();
        let rooms = self.db.collection::<Document>("rooms");
        let probing = rooms
            .update_one(doc! { "_id": self.room }, doc! { "$set": { "probe": 1 } })
            .session(&mut session)
            .await;
        // A transaction that met a conflict is over already.
        let _ = session.abort_transaction().await;
        match probing {
            Ok(probed) => {
                assert_eq!(probed.matched_count, 1, "the room is there");
                false
            }
            Err(error) => match error.kind.as_ref() {
                ErrorKind::Command(command) if command.code == WRITE_CONFLICT => true,
                _ => panic!("{error}"),
            },
        }
    }
}
