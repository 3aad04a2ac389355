//! Whether servers have a database of a replica set open, where no lease says so.

use std::{collections::HashMap, time::Duration};

use futures_util::TryStreamExt;
use mongodb::{
    Database,
    bson::{Document, doc},
};
use tokio::time;

use super::failure::{Failure, Refusal};
use crate::store::StoreError;

/// A server asks its change stream again after a second at most. That of one that is gone stays
/// for minutes, and answers the last question at most.
const LOOK_AGAIN: Duration = Duration::from_millis(3_500);

/// Refuses a database whose change stream somebody reads.
///
/// # Errors
/// [`Refusal::Served`].
pub async fn refuse_served(db: &Database) -> Result<(), StoreError> {
    let before = streams(db).await?;
    if before.is_empty() {
        return Ok(());
    }
    time::sleep(LOOK_AGAIN).await;
    let after = streams(db).await?;
    let is_read =
        |(id, answers): (&i64, &i64)| before.get(id).is_some_and(|was| answers - was >= 2);
    if after.iter().any(is_read) {
        return Err(Refusal::Served.unavailable());
    }
    Ok(())
}

/// The change streams of this database and how often each has answered, of our own user, which
/// the servers have too.
async fn streams(db: &Database) -> Result<HashMap<i64, i64>, Failure> {
    let admin = db.client().database("admin");
    let cursors = admin
        .aggregate([doc! { "$currentOp": { "idleCursors": true } }])
        .await?;
    let cursors: Vec<Document> = cursors.try_collect().await?;
    Ok(cursors
        .iter()
        .filter_map(|operation| stream(operation, db.name()))
        .collect())
}

fn stream(operation: &Document, database: &str) -> Option<(i64, i64)> {
    let cursor = operation.get_document("cursor").ok()?;
    let command = cursor.get_document("originatingCommand").ok()?;
    let pipeline = command.get_array("pipeline").ok()?;
    let first = pipeline.first()?.as_document()?;
    let is_stream = first.contains_key("$changeStream");
    let is_ours = command.get_str("$db").ok()? == database;
    let answers = cursor.get_i64("nBatchesReturned").ok()?;
    (is_stream && is_ours).then_some((cursor.get_i64("cursorId").ok()?, answers))
}
