//! The properties, each in a module that is named after it.

mod ack_after_sync;
mod acked_is_durable;
mod backup_and_restore;
mod bombs_stay_small;
mod disk_full;
mod events_equal_fetch;
mod everything_is_bounded;
mod graceful_stop;
mod login_tells_nothing;
mod marks_and_presence;
mod no_gap_after_reconnect;
mod no_leak;
mod nobody_can_kill_it;
mod one_order;
mod retries_are_harmless;
mod servers_apart;
mod slow_reader;
mod store_in_trouble;

use std::pin::Pin;

use anyhow::Result;

use crate::{
    ground::{Ground, StoreKind},
    secrets,
};

type Running<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Something that must hold, and how it is tested.
#[derive(Debug)]
pub struct Property {
    /// As docs/torture.md numbers it.
    pub id: &'static str,
    /// In words.
    pub name: &'static str,
    stores: &'static [StoreKind],
    run: for<'a> fn(&'a Ground) -> Running<'a>,
}

impl Property {
    /// Whether it says something about that store.
    pub fn is_for(&self, store: StoreKind) -> bool {
        self.stores.contains(&store)
    }

    /// Tests it. What was found is in the ground's counts.
    ///
    /// # Errors
    /// The test could not be brought to its end.
    pub async fn run(&self, ground: &Ground) -> Result<()> {
        (self.run)(ground).await?;
        secrets::look_for(ground.dir(), &ground.counts)
    }
}

const EITHER: &[StoreKind] = &[StoreKind::Sqlite, StoreKind::MongoDb];
/// Those that kills and a store in trouble are about: a standalone MongoDB commits in another way.
const ANY: &[StoreKind] = &[
    StoreKind::Sqlite,
    StoreKind::MongoDb,
    StoreKind::MongoDbStandalone,
];
const MONGODB: &[StoreKind] = &[StoreKind::MongoDb];
const SQLITE: &[StoreKind] = &[StoreKind::Sqlite];

macro_rules! properties {
    ($($id:literal $module:ident $stores:ident,)+) => {
        /// All of them, in the order in which they are run.
        pub const ALL: &[Property] = &[$(Property {
            id: $id,
            name: stringify!($module),
            stores: $stores,
            run: |ground| Box::pin($module::run(ground)),
        }),+];
    };
}

properties! {
    "R1" acked_is_durable ANY,
    "R2" ack_after_sync SQLITE,
    "R3" retries_are_harmless ANY,
    "R4" no_gap_after_reconnect EITHER,
    "R5" events_equal_fetch EITHER,
    "R6" slow_reader EITHER,
    "R7" everything_is_bounded EITHER,
    "R8" servers_apart MONGODB,
    "R9" store_in_trouble ANY,
    "R10" disk_full SQLITE,
    "R12" graceful_stop EITHER,
    "R15" nobody_can_kill_it EITHER,
    "R16" one_order ANY,
    "R17" no_leak EITHER,
    "R18" marks_and_presence EITHER,
    "R19" backup_and_restore SQLITE,
    "S8" login_tells_nothing EITHER,
    "S13" bombs_stay_small EITHER,
}
