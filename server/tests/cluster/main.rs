//! Several real `parlor` processes on one MongoDB: what happens on one reaches the people connected
//! to the others, in time, also when one is killed or cut off.
//!
//! `api/peers.rs` has what needs no processes: a moved clock, a feed that says it missed something.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it measured"
)]

#[path = "../api"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the API's tests use the rest of it"
)]
mod api {
    pub mod harness;
}
mod cluster;
mod cut_off;
#[path = "../support/database.rs"]
mod database;
mod killed;
mod one_order;
mod presence;
mod process;
mod proxy;
mod reach;
mod revocation;
mod room_lock;
mod standalone;
