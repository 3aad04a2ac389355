//! The design that makes a delivery cheap, as counts: what is done once per event, once per worker,
//! once per commit, and what is not done per delivery at all. Counts and not times, so that a busy
//! machine is no failure; `bench` has the times.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it counted"
)]

mod allocations;
#[path = "../api"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the API's tests use the rest of it"
)]
mod api {
    pub mod harness;
}
mod audience;
#[path = "../support/database.rs"]
mod database;
mod fan_out;
mod group_commit;
mod returning;
mod tally;
