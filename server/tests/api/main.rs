//! The API over real sockets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod accounts;
mod bans;
mod direct;
mod harness;
mod login;
mod members;
mod messages;
mod presence;
mod refresh;
mod resume;
mod rooms;
mod tickets;
mod users;
