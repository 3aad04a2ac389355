//! Copying a whole store into an empty one, of whatever kind either is.

mod verify;

use super::{
    Archive, Intake, Kind, MoveError, Opened, Progress, StoreUrl, begin_intake, open_source,
};

pub use verify::Verified;

/// 500 records at once: of the longest messages some megabytes.
const PAGE: u32 = 500;

/// Copies the store at `from` to `to`, where there must be none or an empty one, and compares
/// them. Whoever has `from` open, or opens `to` before the end, is refused, or this is.
///
/// # Errors
/// [`MoveError`]; there is no store at `to` then.
pub async fn copy(
    from: &StoreUrl,
    to: &StoreUrl,
    told: impl FnMut(Progress) + Send,
) -> Result<Verified, MoveError> {
    let Opened { store, feed, .. } = open_source(from).await?;
    let copied = copy_store(&*store, to, told).await;
    store.close().await;
    // Not before: closing waits to see the last commit in it.
    drop(feed);
    copied
}

/// As [`copy`], from a store that is open and that nobody changes meanwhile.
///
/// # Errors
/// As [`copy`].
pub async fn copy_store(
    from: &dyn Archive,
    to: &StoreUrl,
    mut told: impl FnMut(Progress) + Send,
) -> Result<Verified, MoveError> {
    let to = begin_intake(to, from.identity()).await?;
    for kind in Kind::ALL {
        pour(from, &*to, kind, &mut told).await?;
    }
    let verified = verify::verify(from, &*to, &mut told).await?;
    to.finish().await?;
    Ok(verified)
}

async fn pour(
    from: &dyn Archive,
    to: &dyn Intake,
    kind: Kind,
    told: &mut (impl FnMut(Progress) + Send),
) -> Result<(), MoveError> {
    let total = from.count(kind).await?;
    let (mut done, mut after) = (0, None);
    loop {
        told(Progress {
            what: "copying",
            done,
            total,
            unit: kind.name(),
        });
        let records = from.records(kind, after, PAGE).await?;
        let keys = records.keys();
        if keys.is_empty() {
            return Ok(());
        }
        done += keys.len() as u64;
        after = keys.last().copied();
        to.put(records).await?;
    }
}
