//! Counts what Parlor loses, doubles and misorders while it is killed, cut off and starved.
//!
//! `main.rs` is the long form, by `cargo xtask torture`; `tests/short.rs` the short one, among the
//! normal tests. Both run the same [`properties`]. Nothing here is part of the product.

mod account;
mod bomb;
mod client;
pub mod counts;
mod crew;
mod figures;
pub mod ground;
mod http;
mod judge;
mod killing;
mod known;
mod listener;
mod memory;
mod probe;
pub mod properties;
mod proxy;
mod rank;
mod raw;
mod secrets;
mod server;
mod shim;
mod socket;
