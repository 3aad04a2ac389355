//! Transactions of a process that was killed: MongoDB keeps them open for a minute, with what they
//! wrote locked, and does not mind that their connection is gone.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::{
    Client,
    bson::{Bson, Document, doc},
};

use super::open::APP_NAME;

/// A transaction of ours goes on every few milliseconds. One that has not for so long is nobody's,
/// or its process hangs: then it is told to begin again, as after a race.
const ORPHANED: Duration = Duration::from_secs(1);

/// Ends those that nobody goes on with. Returns how many there were.
///
/// It needs no rights but those on the database: everybody may see and end sessions of their own
/// account.
///
/// # Errors
/// The driver's. Whoever is in the way stays so until the server ends it.
///
/// Source: MongoDB manual, `$currentOp` (inactive transactions) and `killSessions`.
pub async fn end(client: &Client) -> Result<usize, mongodb::error::Error> {
    let idle_for = i64::try_from(ORPHANED.as_micros()).unwrap_or(i64::MAX);
    let of_ours = doc! {
        "type": "idleSession",
        "appName": APP_NAME,
        "transaction.timeInactiveMicros": { "$gte": idle_for },
    };
    let admin = client.database("admin");
    let found = admin
        .aggregate([
            doc! { "$currentOp": { "idleSessions": true } },
            doc! { "$match": of_ours },
        ])
        .await?;
    let found: Vec<Document> = found.try_collect().await?;
    let sessions: Vec<Bson> = found
        .iter()
        .filter_map(|idle| idle.get_document("lsid").ok()?.get("id").cloned())
        .map(|id| doc! { "id": id }.into())
        .collect();
    let count = sessions.len();
    if count > 0 {
        admin.run_command(doc! { "killSessions": sessions }).await?;
    }
    Ok(count)
}
