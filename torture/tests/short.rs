//! Every property in its short form, on either store, among the normal tests.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::{env, path::PathBuf};

use torture::{
    ground::{Ground, Scale, Setup, StoreKind},
    properties::ALL,
};

/// `PARLOR_BIN`, or the binary that the server's own tests were just run with.
fn parlor() -> PathBuf {
    if let Some(path) = env::var_os("PARLOR_BIN") {
        return path.into();
    }
    let deps = env::current_exe().unwrap();
    let built = deps.ancestors().nth(2).unwrap().join("parlor");
    assert!(
        built.exists(),
        "{} is not there: cargo build -p server",
        built.display()
    );
    built
}

fn holds(name: &str, store: StoreKind) {
    let property = ALL.iter().find(|property| property.name == name).unwrap();
    let seed = env::var("TORTURE_SEED")
        .map_or_else(|_| fastrand::u64(..1 << 32), |seed| seed.parse().unwrap());
    let setup = Setup {
        binary: parlor(),
        store,
        scale: Scale::Short,
        seed,
    };
    let ground = Ground::new(setup, property.id).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let end = runtime.block_on(property.run(&ground));
    let (counts, findings) = (ground.counts.all(), ground.counts.findings());
    let is_good = end.is_ok() && ground.counts.is_clean();
    assert!(
        is_good,
        "TORTURE_SEED={seed}: {end:?}\n{counts:?}\n{findings:#?}\nkept: {}",
        ground.keep().display()
    );
}

macro_rules! short {
    ($module:ident $store:ident: $($name:ident)+) => {
        mod $module {
            use super::{StoreKind, holds};

            $(
                #[test]
                fn $name() {
                    holds(stringify!($name), StoreKind::$store);
                }
            )+

            #[test]
            fn no_property_is_left_out() {
                let listed = [$(stringify!($name)),+];
                for property in super::ALL {
                    let is_listed = listed.contains(&property.name);
                    let (name, store) = (property.name, StoreKind::$store);
                    assert_eq!(is_listed, property.is_for(store), "{name} on {store:?}");
                }
            }
        }
    };
}

short! {
    sqlite Sqlite:
    ack_after_sync
    acked_is_durable
    backup_and_restore
    bombs_stay_small
    disk_full
    events_equal_fetch
    everything_is_bounded
    graceful_stop
    login_tells_nothing
    marks_and_presence
    no_gap_after_reconnect
    no_leak
    nobody_can_kill_it
    one_order
    retries_are_harmless
    slow_reader
    store_in_trouble
}

short! {
    mongodb MongoDb:
    acked_is_durable
    bombs_stay_small
    events_equal_fetch
    everything_is_bounded
    graceful_stop
    login_tells_nothing
    marks_and_presence
    no_gap_after_reconnect
    no_leak
    nobody_can_kill_it
    one_order
    retries_are_harmless
    servers_apart
    slow_reader
    store_in_trouble
}

short! {
    mongodb_standalone MongoDbStandalone:
    acked_is_durable
    one_order
    retries_are_harmless
    store_in_trouble
}
